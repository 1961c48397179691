package io.dms.control;

/** What came of a call. One object is reused for all calls of an application. Not thread-safe. */
public final class Outcome {
    private int level;
    private long scheduledNanos;
    private long startNanos;
    private long endNanos;
    private double joules = Double.NaN;
    private boolean failed;

    /**
     * Fills it.
     *
     * @param level the level that ran, as {@link Controller#choose} gave it
     * @param scheduledNanos when the frame was due
     * @param startNanos when the call began
     * @param endNanos when it ended
     * @param joules energy of the call, NaN where it was not measured
     * @param failed true where the backend threw: the level may not be chosen again
     */
    public Outcome set(int level, long scheduledNanos, long startNanos, long endNanos, double joules, boolean failed) {
        this.level = level;
        this.scheduledNanos = scheduledNanos;
        this.startNanos = startNanos;
        this.endNanos = endNanos;
        this.joules = joules;
        this.failed = failed;
        return this;
    }

    /** The level that ran. */
    public int level() {
        return level;
    }

    /** When the frame was due. */
    public long scheduledNanos() {
        return scheduledNanos;
    }

    /** When the call began. */
    public long startNanos() {
        return startNanos;
    }

    /** When the call ended. */
    public long endNanos() {
        return endNanos;
    }

    /** How long the call itself took. */
    public long serviceNanos() {
        return endNanos - startNanos;
    }

    /** How long after it was due the frame's output was there. */
    public long latencyNanos() {
        return endNanos - scheduledNanos;
    }

    /** Energy of the call in joules, NaN where it was not measured. */
    public double joules() {
        return joules;
    }

    /** True where the backend threw. */
    public boolean failed() {
        return failed;
    }
}
