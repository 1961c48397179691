package io.dms.control;

import io.dms.model.Profile;
import io.dms.monitor.MonitorEvent;

/**
 * Feedback on tardiness, latency over its bound, as the controlled output: the line of work of the authors of dynamic
 * model scaling (Kang and Chung, "DeepRT", Real-Time Systems 2019, and IEEE Access 7, 2019). That they control tardiness
 * with formal control theory is published in the abstracts; their law and gains were not open to us, and all that follows
 * is ours.
 *
 * <p>The profile gives the plant: the logarithm of latency is taken linear in the level, by least squares, with slope
 * {@code b} below 0 for each level narrower; disturbances add to it. The measured error is smoothed by a first-order
 * filter with pole {@code f}. A proportional-integral law in its incremental form moves a continuous level, its gains
 * chosen so that both closed-loop poles lie at {@code p} (pole placement, Åström and Murray, "Feedback Systems", chapter
 * on output feedback). The incremental form holds no sum that could wind up: the continuous level is kept within the
 * levels. It is quantised with hysteresis, and the error counts as 0 while it could not be mended by a whole level (dead
 * band), since integral action would otherwise walk between two levels for ever.
 *
 * <p>Keeps the latency bound; of the rest only the accuracy floor, as the narrowest level.
 */
final class FeedbackController implements Controller {
    private static final double FILTER_POLE = 0.4;
    private static final double CLOSED_POLE = 0.45;
    private static final double QUANTILE = 2;
    private static final double HYSTERESIS = 0.15;
    private static final double MOST_ERROR = 2;

    private final LevelTable table;
    private final Goal goal;
    private final double boundMillis;
    private final double proportional;
    private final double integral;
    private final double slope;
    private final double setPoint;
    private final Availability availability;
    private final Sanity sanity;
    private double error;
    private double lastError;
    private double position;
    private int current;
    private double tardiness = Double.NaN;

    FeedbackController(Profile profile, int point, Goal goal) {
        this.goal = goal;
        table = new LevelTable(profile, point);
        Double bound = goal.latencyMillis();
        boundMillis = bound == null ? Double.POSITIVE_INFINITY : bound;
        availability = new Availability(table.size);
        sanity = new Sanity(table);
        slope = slope(table);
        // Open loop: y[k+1] = f y[k] + (1 - f) b u[k]. With du = -(kp de + ki e) the characteristic polynomial is
        // z^2 + ((1 - f) b (kp + ki) - 1 - f) z + f - (1 - f) b kp, which is to be (z - p)^2.
        double gain = (1 - FILTER_POLE) * slope;
        proportional = gain == 0 ? 0 : (FILTER_POLE - CLOSED_POLE * CLOSED_POLE) / gain;
        integral = gain == 0 ? 0 : (1 + FILTER_POLE - 2 * CLOSED_POLE) / gain - proportional;
        double widest = 0;
        for (double s : table.sigma) {
            widest = Math.max(widest, s);
        }
        setPoint = -QUANTILE * widest;
        position = start();
        current = (int) Math.round(position);
    }

    /** The widest level that keeps the bound by the profile. */
    private double start() {
        for (int i = 0; i < table.size; i++) {
            if (table.logMedian[i] - Math.log(boundMillis) <= setPoint) {
                return i;
            }
        }
        return table.size - 1.0;
    }

    private static double slope(LevelTable t) {
        double n = t.size;
        double middle = (n - 1) / 2;
        double above = 0;
        double below = 0;
        for (int i = 0; i < t.size; i++) {
            above += (i - middle) * t.logMedian[i];
            below += (i - middle) * (i - middle);
        }
        return below == 0 ? 0 : Math.min(-1e-3, above / below);
    }

    @Override
    public String name() {
        return "feedback";
    }

    @Override
    public int choose(Moment moment) {
        availability.next();
        double off = position - current;
        if (Math.abs(off) > 0.5 + HYSTERESIS) {
            current = (int) Math.round(position);
        }
        if (!availability.may(current)) {
            current = availability.nearest(current);
            position = current;
        }
        return current;
    }

    @Override
    public void observe(Outcome outcome) {
        int level = outcome.level();
        if (outcome.failed()) {
            availability.failed(level);
            return;
        }
        availability.worked(level);
        if (!sanity.accepts(outcome) || boundMillis == Double.POSITIVE_INFINITY) {
            return;
        }
        tardiness = outcome.latencyNanos() * 1e-6 / boundMillis;
        double raw = Math.log(tardiness) - setPoint;
        double e = Math.min(Math.max(deadBand(raw, level), -MOST_ERROR), MOST_ERROR);
        error = FILTER_POLE * error + (1 - FILTER_POLE) * e;
        position -= proportional * (error - lastError) + integral * error;
        lastError = error;
        position = Math.min(Math.max(position, availability.widest()), narrowest());
    }

    /** 0 where the error is below the set point by less than the next wider level would take. */
    private double deadBand(double e, int level) {
        if (e >= 0) {
            return e;
        }
        double wider = level == 0 ? 0 : table.logMedian[level - 1] - table.logMedian[level];
        return Math.min(0, e + wider + HYSTERESIS * -slope);
    }

    private int narrowest() {
        Double floor = goal.accuracyFloor();
        int last = availability.narrowest();
        while (floor != null && table.knowsAccuracy && last > availability.widest() && table.merit[last] < floor) {
            last--;
        }
        return last;
    }

    @Override
    public void bound(int widest, int narrowest) {
        availability.bound(widest, narrowest);
        position = Math.min(Math.max(position, availability.widest()), availability.narrowest());
    }

    @Override
    public void on(MonitorEvent event) {}

    @Override
    public GoalStatus status() {
        boolean late = tardiness > 1 && current == narrowest();
        return late
                ? Feasibility.status(
                        GoalStatus.Kind.LATENCY,
                        goal,
                        table,
                        availability,
                        tardiness * boundMillis / table.medianMillis[current])
                : GoalStatus.KEPT;
    }
}
