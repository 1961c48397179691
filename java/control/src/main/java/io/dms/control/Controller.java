package io.dms.control;

import io.dms.monitor.MonitorEvent;

/**
 * Picks the width level of each call. One controller belongs to one application; it is used by one thread at a time,
 * reads no clock, and allocates nothing in {@link #choose} and {@link #observe}.
 *
 * <p>The order of calls is: {@code choose} for a frame, then {@code observe} once that frame's call has ended or failed,
 * and {@code on} at any time between.
 */
public interface Controller {
    /** Short name for people and reports: {@code predictive}, {@code feedback}, {@code fixed}, {@code step}. */
    String name();

    /**
     * The level for the next call, an index into the profile's levels, 0 the widest.
     *
     * @param moment what is known just before the call
     */
    int choose(Moment moment);

    /** What came of a call. */
    void observe(Outcome outcome);

    /**
     * Keeps what is chosen between two levels, both included, until the next call: how a coordinator shares one board. At
     * first every level may be chosen.
     *
     * @param widest the widest level that may be chosen, an index
     * @param narrowest the narrowest, not below {@code widest}
     */
    default void bound(int widest, int narrowest) {}

    /**
     * Keeps another goal from now on without forgetting what was learned. May allocate.
     *
     * @return false where it can't: then whoever calls makes a new controller
     */
    default boolean goal(Goal goal) {
        return false;
    }

    /** Whether the goal can be kept as things stand. May allocate. */
    default GoalStatus status() {
        return GoalStatus.KEPT;
    }

    /** Something changed on the board. May allocate. */
    void on(MonitorEvent event);
}
