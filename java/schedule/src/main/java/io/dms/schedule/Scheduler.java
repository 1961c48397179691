package io.dms.schedule;

/**
 * Decides which variant serves each request, and what is kept on the device.
 *
 * <p>A pure step: all that it knows it is told, times included; it reads no clock, starts no thread, and allocates
 * nothing. One scheduler belongs to one {@link State} and is used by one thread at a time. For each request: {@link
 * #decide}; the executor does what the decision says and keeps the state up to date; {@link #observe} for each load and
 * run; then, when there is time, {@link #plan}.
 */
public interface Scheduler {
    /** For people and reports. */
    String name();

    /**
     * Decides on a request, at {@link State#nowNanos}. Every request is served, or refused with a reason.
     *
     * @param out is cleared, then filled
     */
    void decide(Request request, State state, Decision out);

    /**
     * What to load and unload in the background, between requests.
     *
     * @param out is cleared, then filled
     */
    default void plan(State state, Decision out) {
        out.clear();
    }

    /** What a load or a run took. */
    default void observe(Outcome outcome) {}
}
