package io.dms.control;

/**
 * Whether a goal is being kept.
 *
 * @param kind what can't be kept
 * @param sentence one sentence for people
 */
public record GoalStatus(Kind kind, String sentence) {
    /** What can't be kept; where several bounds can't, the first of them in this order. */
    public enum Kind {
        /** Everything that is asked for. */
        KEPT,
        /** No level that may be chosen is fast enough. */
        LATENCY,
        /** No level that keeps the latency keeps up with the frames. */
        RATE,
        /** No level that keeps latency and rate stays below the power. */
        POWER,
        /** No level that keeps what is above stays below the energy. */
        ENERGY,
        /** No level that keeps what is above is accurate enough. */
        ACCURACY
    }

    /** All is well. */
    static final GoalStatus KEPT = new GoalStatus(Kind.KEPT, "the goal is kept");
}
