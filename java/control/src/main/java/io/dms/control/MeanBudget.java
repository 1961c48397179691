package io.dms.control;

import org.jspecify.annotations.Nullable;

/**
 * A bound on a mean. What was broken while nothing better could be had is paid back: the bound is a little stricter until
 * the mean is kept again. What was saved before counts against that, since the mean is kept all the same; but the bound is
 * never looser for it, since that would make the level alternate. The memory is bounded.
 */
final class MeanBudget {
    private static final double FRAMES = 200;
    private static final double MOST_STRICTER = 0.1;

    private final double bound;
    private final int sign;
    /** What was broken less what was saved; below 0 where more was saved. */
    private double debt;

    /** Held until all is paid, so that the bound does not waver. */
    private double stricter;

    private MeanBudget(double bound, int sign) {
        this.bound = bound;
        this.sign = sign;
    }

    static MeanBudget atMost(@Nullable Double bound) {
        return new MeanBudget(bound == null ? Double.POSITIVE_INFINITY : bound, 1);
    }

    static MeanBudget atLeast(@Nullable Double bound) {
        return new MeanBudget(bound == null ? 0 : bound, -1);
    }

    /** A frame took, or gave, this. */
    void spent(double value) {
        if (bound > 0 && bound < Double.POSITIVE_INFINITY && !Double.isNaN(value)) {
            double most = MOST_STRICTER * bound * FRAMES;
            debt = Math.min(Math.max(debt + sign * (value - bound), -most), most);
            stricter = debt <= 0 ? 0 : Math.max(stricter, debt / FRAMES);
        }
    }

    /**
     * The bound for the next frame.
     *
     * @param reachable the best value that any level has, beyond which nothing stricter is asked
     */
    double bound(double reachable) {
        if (debt <= 0 || sign * (bound - reachable) <= 0) {
            return bound;
        }
        double now = bound - sign * stricter;
        return sign > 0 ? Math.max(now, reachable) : Math.min(now, reachable);
    }
}
