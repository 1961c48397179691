package io.dms.control;

import io.dms.model.UserException;
import org.jspecify.annotations.Nullable;

/**
 * What an application asks for. Null where it does not ask.
 *
 * @param latencyMillis bound on a frame's latency, from when it was due to when its output is there
 * @param percentile share of frames, in percent, that must keep the bound: 95 for "p95"
 * @param framesPerSecond frames that must be served each second
 * @param millijoules bound on the mean energy of one inference
 * @param watts bound on the mean power of the scope that the board measures
 * @param accuracyFloor least mean accuracy, 0 to 1
 * @param priority who is served first where not all can be: a larger number before a smaller one
 * @param weight what this application's accuracy counts among equals
 */
public record Goal(
        @Nullable Double latencyMillis,
        double percentile,
        @Nullable Double framesPerSecond,
        @Nullable Double millijoules,
        @Nullable Double watts,
        @Nullable Double accuracyFloor,
        int priority,
        double weight) {
    /** The best accuracy that there is, without a bound on anything. */
    public static final Goal NONE = new Goal(null, 95, null, null, null, null, 0, 1);

    /** Checks the ranges. */
    public Goal {
        positive("latency", latencyMillis);
        positive("rate", framesPerSecond);
        positive("energy", millijoules);
        positive("power", watts);
        if (!(percentile > 0 && percentile <= 100)) {
            throw new UserException("the percentile of a latency goal must be above 0 and at most 100: " + percentile);
        }
        if (accuracyFloor != null && !(accuracyFloor >= 0 && accuracyFloor <= 1)) {
            throw new UserException("the accuracy of a goal must be between 0 and 1: " + accuracyFloor);
        }
        if (!(weight > 0 && weight <= 1e6)) {
            throw new UserException("the weight of a goal must be above 0: " + weight);
        }
    }

    /**
     * Reads a goal as people write it, as in {@code p95<=30ms rate>=30 energy<=5mJ power<=10W accuracy>=0.85 priority=1
     * weight=2}: terms in any order, separated by spaces or commas, each at most once. Latency takes {@code us}, {@code ms}
     * or {@code s}; {@code latency<=30ms} without a percentile is meant for every frame. Rate may say {@code fps}, accuracy
     * may be in percent. {@code none} is {@link #NONE}.
     *
     * @throws UserException if it can't be read, in one line
     */
    public static Goal parse(String text) {
        return GoalGrammar.parse(text);
    }

    /** The goal in the form that {@link #parse} reads. */
    @Override
    public String toString() {
        return GoalGrammar.show(this);
    }

    private static void positive(String what, @Nullable Double value) {
        if (value != null && !(value > 0 && value < Double.POSITIVE_INFINITY)) {
            throw new UserException("the " + what + " of a goal must be above 0: " + value);
        }
    }
}
