package io.dms.control;

import io.dms.model.Profile;
import java.util.Arrays;
import java.util.List;

/** What calls took since the last decision of a {@link Coordinator}, and what is learned of it. */
final class Observations {
    /** Latencies above the predicted percentile over those that the goal permits; the rest is for error. */
    private static final double AIMED_ABOVE = 0.9;

    private static final double CALIBRATION_GAIN = 0.03;
    private static final double CALIBRATION_STEP = 0.05;
    private static final double CALIBRATION_LEAST = 0.85;
    private static final double CALIBRATION_MOST = 1.6;
    private static final double SMOOTH_NANOS = 400e6;
    private static final double LONGEST_NANOS = 60e9;

    private final List<Coordinator.Member> members;
    private final CostTable costs;
    private final ContentionModel model;
    private final Forecast forecast;
    private final int n;

    private final double[] sum;
    private final double[] squares;
    private final int[] calls;
    private final double[] busyNanos;
    private final double[] busy;
    private final double[] rate;
    private final double[] work;
    private final double[] workBefore;
    private final int[] lastLevel;
    private final int[] expectedLevel;
    private final double[] expectedHigh;
    private final int[] expectedCalls;
    private final int[] above;

    private long lastNanos = Long.MIN_VALUE;
    private int lastClock = -1;

    Observations(List<Coordinator.Member> members, CostTable costs, ContentionModel model, Forecast forecast) {
        this.members = members;
        this.costs = costs;
        this.model = model;
        this.forecast = forecast;
        n = members.size();
        rate = forecast.rate;
        sum = new double[n];
        squares = new double[n];
        calls = new int[n];
        busyNanos = new double[n];
        busy = new double[n];
        work = new double[n];
        workBefore = new double[n];
        lastLevel = new int[n];
        expectedLevel = new int[n];
        expectedHigh = new double[n];
        expectedCalls = new int[n];
        above = new int[n];
        Arrays.fill(expectedLevel, -1);
        Arrays.fill(lastLevel, -1);
    }

    /** Takes a call. */
    void observe(int application, Outcome outcome) {
        long service = outcome.serviceNanos();
        int level = outcome.level();
        boolean switched = level != lastLevel[application];
        lastLevel[application] = level;
        if (outcome.failed() || service <= 0) {
            return;
        }
        int k = choiceOf(application, level);
        busyNanos[application] += service * costs.pressure[application][k];
        double alone = alone(application, Math.max(0, lastClock), level, k);
        double ratio = service * 1e-6 / alone;
        work[application] =
                (rate[application] > 0 ? rate[application] * alone * 1e-3 : 1) * costs.pressure[application][k];
        if (!switched && level == expectedLevel[application]) {
            expectedCalls[application]++;
            double millis = outcome.latencyNanos() * 1e-6;
            above[application] += millis > expectedHigh[application] ? 1 : 0;
        }
        if (!switched && ratio > 0.05 && ratio < 100) {
            sum[application] += ratio;
            squares[application] += ratio * ratio;
            calls[application]++;
        }
    }

    /** The profile's time; of a level that is not worth choosing, scaled from the first point. */
    private double alone(int i, int clock, int level, int k) {
        double table = costs.millis[i][clock][k];
        if (costs.level[i][k] == level) {
            return table;
        }
        List<Profile.Level> levels = members.get(i).profile().levels();
        return table
                * levels.get(level).latency().mean()
                / levels.get(costs.level[i][k]).latency().mean();
    }

    private int choiceOf(int i, int level) {
        int best = 0;
        for (int k = 0; k < costs.level[i].length; k++) {
            if (costs.level[i][k] <= level) {
                best = Math.max(best, k);
            }
        }
        return best;
    }

    /** Takes what is expected of an application's calls from now on: at which level, and their goal's percentile. */
    void expect(int i, int level, double highMillis) {
        expectedLevel[i] = level;
        expectedHigh[i] = highMillis;
    }

    /** Learns from the calls since the last time, and forgets them. Nothing, where the clock changed between. */
    void learn(Situation now) {
        int clock = Double.isNaN(now.hertz()) ? costs.hertz.length - 1 : costs.clockAt(now.hertz());
        double period = now.nowNanos() - lastNanos;
        for (int i = 0; i < n; i++) {
            work[i] = now.present()[i] ? work[i] : 0;
        }
        boolean steady = clock == lastClock && lastNanos != Long.MIN_VALUE && period > 0 && period < LONGEST_NANOS;
        if (steady) {
            for (int i = 0; i < n; i++) {
                double share = Math.min(1, busyNanos[i] / period);
                busy[i] += (share - busy[i]) * Math.min(1, period / SMOOTH_NANOS);
            }
            for (int i = 0; i < n; i++) {
                if (calls[i] > 0) {
                    double mean = sum[i] / calls[i];
                    double variance = calls[i] < 2 ? 0 : Math.max(0, squares[i] - sum[i] * mean) / (calls[i] - 1);
                    model.learn(i, mean, variance, calls[i], busy, moved(i), costs.spread[i]);
                }
            }
        }
        for (int i = 0; i < n; i++) {
            calibrate(i);
        }
        System.arraycopy(work, 0, workBefore, 0, n);
        Arrays.fill(sum, 0);
        Arrays.fill(squares, 0);
        Arrays.fill(calls, 0);
        Arrays.fill(busyNanos, 0);
        lastNanos = now.nowNanos();
        lastClock = clock;
    }

    /**
     * Follows the percentile itself: the predicted one goes up with every latency above it and down with every one below,
     * so that in the long run as many are above as are aimed at, whatever the shape of the distribution. By small steps,
     * since a step of load makes all latencies of a period too long.
     */
    private void calibrate(int i) {
        double aimed = AIMED_ABOVE * (1 - Math.min(99.9, members.get(i).goal().percentile()) / 100);
        double push = above[i] * (1 - aimed) - (expectedCalls[i] - above[i]) * aimed;
        double step = Math.max(-CALIBRATION_STEP, Math.min(CALIBRATION_STEP, CALIBRATION_GAIN * push));
        double c = forecast.calibration[i] * (1 + step);
        forecast.calibration[i] = Math.max(CALIBRATION_LEAST, Math.min(CALIBRATION_MOST, c));
        above[i] = 0;
        expectedCalls[i] = 0;
    }

    /** By how much the work that others than {@code i} ask for, by their levels, changed since the decision before. */
    private double moved(int i) {
        double sum = 0;
        for (int j = 0; j < n; j++) {
            sum += j == i ? 0 : Math.abs(work[j] - workBefore[j]);
        }
        return sum;
    }
}
