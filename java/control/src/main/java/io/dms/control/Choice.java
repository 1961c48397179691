package io.dms.control;

import org.jspecify.annotations.Nullable;

/**
 * The rule by which one level is picked where several bounds hold, and what gives way where not all can. Bounds are kept
 * in the order latency, rate, power, energy, accuracy floor: the levels that break a bound are left out as long as any
 * remain; where none would remain, the goal can't be kept, and of those left the one is picked that breaks that bound
 * least. So the accuracy floor gives way first and latency last: a late answer is none.
 *
 * <p>Among levels that keep everything: the most accurate; or, where the goal has an accuracy floor and no bound on energy
 * or power, the one of least energy, since enough accuracy was asked for and no more.
 *
 * <p>Allocates nothing after it was made.
 */
final class Choice {
    /** Share of the time between frames that calls may fill. */
    static final double MOST_LOAD = 0.97;

    /** How far below the bound (in logarithms) the needed quantile of a level's latency is; negative where it is above. */
    final double[] slack;

    final double[] serviceMillis;
    final double[] watts;
    final double[] millijoules;
    private final double[] merit;
    private final boolean[] in;
    private final boolean hasLatency;
    private final double mostWatts;
    private final boolean leastEnergy;
    private GoalStatus.Kind kind = GoalStatus.Kind.KEPT;

    Choice(LevelTable table, Goal goal) {
        int n = table.size;
        slack = new double[n];
        serviceMillis = new double[n];
        watts = new double[n];
        millijoules = new double[n];
        merit = table.merit;
        in = new boolean[n];
        hasLatency = goal.latencyMillis() != null;
        mostWatts = orInfinite(goal.watts());
        leastEnergy = table.knowsAccuracy
                && goal.accuracyFloor() != null
                && goal.millijoules() == null
                && goal.watts() == null;
    }

    private static double orInfinite(@Nullable Double v) {
        return v == null ? Double.POSITIVE_INFINITY : v;
    }

    /**
     * Milliseconds that a frame's call may take.
     *
     * @param boundMillis bound on its latency
     * @param waitedMillis how long it has waited
     * @param waiting frames that wait behind it
     * @param periodMillis time between frames, NaN where it is not known
     */
    static double left(double boundMillis, double waitedMillis, int waiting, double periodMillis) {
        double left = boundMillis - waitedMillis;
        // The last of those that wait has waited that many periods less, and is served after all others.
        return waiting > 0 && periodMillis > 0 ? Math.min(left, (left + waiting * periodMillis) / (waiting + 1)) : left;
    }

    /**
     * The best level by the arrays as they stand.
     *
     * @param may which levels there are
     * @param periodMillis time between frames, NaN where nothing has to keep up
     * @param mostMillijoules bound on the energy of a frame
     * @param floor least accuracy
     */
    int best(Availability may, double periodMillis, double mostMillijoules, double floor) {
        kind = GoalStatus.Kind.KEPT;
        int left = 0;
        for (int i = 0; i < in.length; i++) {
            in[i] = may.may(i);
            left += in[i] ? 1 : 0;
        }
        if (left == 0) {
            int only = may.nearest(in.length - 1);
            in[only] = true;
            return only;
        }
        if (hasLatency && !keepAtLeast(slack, 0)) {
            return broken(GoalStatus.Kind.LATENCY, largest(slack));
        }
        if (!Double.isNaN(periodMillis) && !keepAtMost(serviceMillis, MOST_LOAD * periodMillis)) {
            return broken(GoalStatus.Kind.RATE, smallest(serviceMillis));
        }
        if (mostWatts < Double.POSITIVE_INFINITY && !keepAtMost(watts, mostWatts)) {
            return broken(GoalStatus.Kind.POWER, smallest(watts));
        }
        if (mostMillijoules < Double.POSITIVE_INFINITY && !keepAtMost(millijoules, mostMillijoules)) {
            return broken(GoalStatus.Kind.ENERGY, smallest(millijoules));
        }
        if (floor > 0 && !keepAtLeast(merit, floor)) {
            return broken(GoalStatus.Kind.ACCURACY, largest(merit));
        }
        return leastEnergy ? smallest(millijoules) : largest(merit);
    }

    /** The least energy that a level takes now, and the highest accuracy that one has: no bound need be stricter. */
    double leastMillijoules() {
        double least = Double.POSITIVE_INFINITY;
        for (double v : millijoules) {
            least = Math.min(least, v);
        }
        return least;
    }

    double mostMerit() {
        double most = 0;
        for (double v : merit) {
            most = Math.max(most, v);
        }
        return most;
    }

    private int broken(GoalStatus.Kind what, int level) {
        kind = what;
        for (int i = 0; i < in.length; i++) {
            in[i] = i == level;
        }
        return level;
    }

    /** True where a level keeps all that the best one keeps. */
    boolean keeps(int level) {
        return in[level];
    }

    /** What the best level does not keep. */
    GoalStatus.Kind kind() {
        return kind;
    }

    /** Whether the first level is the better one among those that keep everything. */
    boolean better(int a, int b) {
        return leastEnergy ? cost(a) < cost(b) : merit[a] > merit[b];
    }

    private double cost(int i) {
        return Double.isNaN(millijoules[i]) ? serviceMillis[i] : millijoules[i];
    }

    /** Leaves out what is above; leaves all where that would be all. A figure that is not known breaks no bound. */
    private boolean keepAtMost(double[] values, double most) {
        int left = 0;
        for (int i = 0; i < in.length; i++) {
            left += in[i] && !(values[i] > most) ? 1 : 0;
        }
        for (int i = 0; left > 0 && i < in.length; i++) {
            in[i] &= !(values[i] > most);
        }
        return left > 0;
    }

    private boolean keepAtLeast(double[] values, double least) {
        int left = 0;
        for (int i = 0; i < in.length; i++) {
            left += in[i] && !(values[i] < least) ? 1 : 0;
        }
        for (int i = 0; left > 0 && i < in.length; i++) {
            in[i] &= !(values[i] < least);
        }
        return left > 0;
    }

    /** The level with the largest value, of several the fastest. */
    private int largest(double[] values) {
        int best = -1;
        for (int i = 0; i < in.length; i++) {
            if (in[i]
                    && (best < 0
                            || values[i] > values[best]
                            || (values[i] == values[best] && serviceMillis[i] < serviceMillis[best]))) {
                best = i;
            }
        }
        return best;
    }

    private int smallest(double[] values) {
        int best = -1;
        for (int i = 0; i < in.length; i++) {
            double v = Double.isNaN(values[i]) ? serviceMillis[i] : values[i];
            double b = best < 0 || Double.isNaN(values[best]) ? (best < 0 ? 0 : serviceMillis[best]) : values[best];
            if (in[i] && (best < 0 || v < b)) {
                best = i;
            }
        }
        return best;
    }
}
