package io.dms.control;

import java.util.Arrays;
import java.util.List;

/**
 * What an allocation would come to by the model: times under contention, goals met or not, utility, power. Times and
 * shares of busy time depend on each other; their fixed point is found by iteration from below, which converges because
 * a call never gets faster by others being busier.
 */
final class Forecast {
    private static final int ITERATIONS = 24;
    private static final double FULL = 0.95;

    final CostTable costs;
    final Goal[] goals;
    final double[] rate;
    private final ContentionModel model;
    private final double[] z;
    private final int n;

    private double guard = 1;
    private final double[] base;
    private final double[] busy;
    private final double[] pressure;
    final double[] mean;
    final double[] high;
    final boolean[] met;
    double watts;
    /** Factor on the spread's upper end that made it true so far, [application]. */
    final double[] calibration;

    Forecast(CostTable costs, List<Goal> goals, double[] rate, ContentionModel model) {
        this.costs = costs;
        this.goals = goals.toArray(new Goal[0]);
        this.rate = rate;
        this.model = model;
        n = costs.size;
        base = new double[n];
        busy = new double[n];
        pressure = new double[n];
        mean = new double[n];
        high = new double[n];
        met = new boolean[n];
        z = new double[n];
        calibration = new double[n];
        Arrays.fill(calibration, 1);
        for (int i = 0; i < n; i++) {
            z[i] = Normal.quantile(Math.min(0.999, this.goals[i].percentile() / 100));
        }
    }

    void guard(double factor) {
        guard = factor;
    }

    /**
     * Predicts. What comes of it stands in the fields until the next call.
     *
     * @param clock index of the clock
     * @param choice of each application, an index into its levels worth choosing; -1 for one that does not run
     */
    void of(int clock, int[] choice) {
        for (int i = 0; i < n; i++) {
            boolean runs = choice[i] >= 0;
            base[i] = runs ? costs.millis[i][clock][choice[i]] * model.slowdown(i) : 0;
            pressure[i] = runs ? costs.pressure[i][choice[i]] : 0;
            mean[i] = base[i];
            busy[i] = runs ? share(i) : 0;
        }
        for (int pass = 0; pass < ITERATIONS; pass++) {
            double moved = 0;
            for (int i = 0; i < n; i++) {
                if (choice[i] >= 0) {
                    double factor = 1;
                    for (int j = 0; j < n; j++) {
                        factor += j == i ? 0 : model.coefficient(i, j) * pressure[j] * busy[j];
                    }
                    mean[i] = base[i] * factor;
                    double b = share(i);
                    moved = Math.max(moved, b - busy[i]);
                    busy[i] = b;
                }
            }
            if (moved < 1e-4) {
                break;
            }
        }
        watts = costs.idleWatts[clock];
        for (int i = 0; i < n; i++) {
            if (choice[i] >= 0) {
                watts += busy[i] / (mean[i] * 1e-3) * costs.joules[i][clock][choice[i]];
            }
        }
        for (int i = 0; i < n; i++) {
            met[i] = choice[i] >= 0 && meets(i, clock, choice[i]);
        }
    }

    private double share(int i) {
        return rate[i] > 0 ? Math.min(1, rate[i] * mean[i] * 1e-3) : 1;
    }

    private boolean meets(int i, int clock, int choice) {
        high[i] = percentile(i);
        Goal g = goals[i];
        Double bound = g.latencyMillis();
        if (bound != null && high[i] * guard > bound) {
            return false;
        }
        Double needed = g.framesPerSecond();
        double demand = needed == null ? (bound == null ? 0 : rate[i]) : needed;
        if (demand * mean[i] * 1e-3 * guard > FULL) {
            return false;
        }
        Double floor = g.accuracyFloor();
        if (floor != null && costs.accuracy[i][choice] < floor) {
            return false;
        }
        Double energy = g.millijoules();
        double joules = costs.joules[i][clock][choice] + costs.idleWatts[clock] * mean[i] * 1e-3;
        if (energy != null && joules * 1e3 > energy) {
            return false;
        }
        Double power = g.watts();
        return power == null || watts <= power;
    }

    /** The goal's percentile of a call's time: mean and spread, not above what a call takes that meets all others. */
    private double percentile(int i) {
        double variance = 0;
        double worst = 1;
        for (int j = 0; j < n; j++) {
            if (j != i && pressure[j] > 0) {
                double k = model.coefficient(i, j) * pressure[j];
                variance += k * k * busy[j] * (1 - busy[j]);
                worst += k;
            }
        }
        double alone = costs.spread[i] * mean[i];
        double unsure = model.slowdownDeviation(i) / model.slowdown(i) * mean[i];
        double meeting = base[i] * base[i] * variance * model.scatter(i);
        double high0 = mean[i] + z[i] * Math.sqrt(meeting + alone * alone + unsure * unsure);
        double most = base[i] * worst + z[i] * Math.sqrt(alone * alone + unsure * unsure);
        return Math.max(mean[i], Math.min(high0, most) * calibration[i]);
    }

    /**
     * What a running application's accuracy is worth: its accuracy over that of its widest level, and less where its goal
     * is missed, by as much as its time is over the bound or its rate under what comes.
     */
    double worth(int i, int choice) {
        if (choice < 0) {
            return 0;
        }
        double w = costs.accuracy[i][choice] / costs.accuracy[i][0];
        if (met[i]) {
            return w;
        }
        Double bound = goals[i].latencyMillis();
        double timely = bound == null ? 1 : Math.min(1, bound / high[i]);
        double served = rate[i] > 0 ? Math.min(1, 1 / (rate[i] * mean[i] * 1e-3)) : 1;
        return w * Math.min(timely, served);
    }

    boolean[] copyOfMet() {
        return Arrays.copyOf(met, n);
    }
}
