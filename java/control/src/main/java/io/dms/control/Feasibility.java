package io.dms.control;

import io.dms.model.Profile;
import java.util.Locale;

/** Whether a goal can be kept, and one sentence that says why not. */
public final class Feasibility {
    private Feasibility() {}

    /**
     * Whether the profile's figures keep a goal while nothing disturbs: what can be said before anything runs. Latency is
     * held against the profile's nearest percentile that is not below the goal's.
     *
     * @param point the operating point
     */
    public static GoalStatus of(Goal goal, Profile profile, int point) {
        LevelTable table = new LevelTable(profile, point);
        Choice choice = new Choice(table, goal);
        Availability all = new Availability(table.size);
        Double bound = goal.latencyMillis();
        Double rate = goal.framesPerSecond();
        double period = rate == null ? Double.NaN : 1000 / rate;
        PowerEstimator power = new PowerEstimator(table);
        for (int i = 0; i < table.size; i++) {
            choice.slack[i] = bound == null ? 0 : Math.log(bound / percentile(table, i, goal.percentile()));
            choice.serviceMillis[i] = table.meanMillis[i];
            choice.millijoules[i] = table.millijoules[i];
            choice.watts[i] = power.watts(table.millijoules[i], table.meanMillis[i], period);
        }
        Double energy = goal.millijoules();
        Double floor = goal.accuracyFloor();
        if ((energy != null || goal.watts() != null) && !table.knowsEnergy) {
            return new GoalStatus(
                    energy != null ? GoalStatus.Kind.ENERGY : GoalStatus.Kind.POWER,
                    "the profile of " + profile.model()
                            + " has no energy, so that bounds on energy and power can't be kept; measure it with dms"
                            + " profile on a board with a power sensor");
        }
        if (floor != null && !table.knowsAccuracy) {
            return new GoalStatus(
                    GoalStatus.Kind.ACCURACY,
                    "the profile of " + profile.model()
                            + " has no accuracy, so that an accuracy floor can't be kept; measure it with dms profile");
        }
        choice.best(
                all,
                period,
                energy == null ? Double.POSITIVE_INFINITY : energy,
                floor == null || !table.knowsAccuracy ? 0 : floor);
        return status(choice.kind(), goal, table, all, 1);
    }

    private static double percentile(LevelTable table, int level, double percent) {
        Profile.Latency l = table.point.levels().get(level).latency();
        return percent <= 50 ? l.p50() : percent <= 90 ? l.p90() : percent <= 95 ? l.p95() : l.p99();
    }

    /** The sentence. */
    static GoalStatus status(GoalStatus.Kind kind, Goal goal, LevelTable table, Availability may, double slowdown) {
        if (kind == GoalStatus.Kind.KEPT) {
            return GoalStatus.KEPT;
        }
        int fastest = may.nearest(table.size - 1);
        for (int i = 0; i < table.size; i++) {
            if (may.may(i) && table.medianMillis[i] < table.medianMillis[fastest]) {
                fastest = i;
            }
        }
        Double bound = goal.latencyMillis();
        String model = table.profile.model();
        String level = "the fastest, " + table.name(fastest) + ",";
        double median = table.medianMillis[fastest] * slowdown;
        String pace = slowdown > 1.05 ? format(" while all takes %.1f times as long as in the profile", slowdown) : "";
        return new GoalStatus(
                kind,
                switch (kind) {
                    case LATENCY ->
                        "no level of " + model + " keeps " + goal + ": " + level
                                + format(" takes %.2f ms at the median", median) + pace
                                + (bound != null && median < bound
                                        ? ", and too often more, or its frames have waited too long"
                                        : "")
                                + "; it is served, since nothing is faster";
                    case RATE ->
                        "no level of " + model + " keeps up with the frames: " + level
                                + format(" takes %.2f ms", median) + pace
                                + "; it is served, and frames are late or lost";
                    case POWER ->
                        "no level of " + model + " that is fast enough keeps " + goal
                                + ": the one of least power is served" + pace;
                    case ENERGY ->
                        "no level of " + model + " that is fast enough keeps " + goal
                                + ": the one of least energy is served" + pace;
                    default ->
                        "no level of " + model + " that keeps the other bounds reaches the accuracy of " + goal
                                + ": the most accurate of those is served" + pace;
                });
    }

    private static String format(String form, double value) {
        return String.format(Locale.ROOT, form, value);
    }
}
