package io.dms.control;

/**
 * What is known just before a call. One object is reused for all calls of an application; who makes the calls fills it.
 * Times are nanoseconds on one clock. Not thread-safe.
 */
public final class Moment {
    private long nowNanos;
    private long scheduledNanos;
    private int waiting;
    private double powerWatts = Double.NaN;
    private double clockShare = Double.NaN;
    private boolean throttled;

    /**
     * The frame.
     *
     * @param nowNanos now
     * @param scheduledNanos when the frame was due: its latency counts from here
     * @param waiting frames that wait behind this one
     */
    public Moment frame(long nowNanos, long scheduledNanos, int waiting) {
        this.nowNanos = nowNanos;
        this.scheduledNanos = scheduledNanos;
        this.waiting = waiting;
        return this;
    }

    /**
     * The board.
     *
     * @param powerWatts power of the whole now, NaN where it is not known
     * @param clockShare the accelerator's clock over the clock of the profile, NaN where it is not known
     * @param throttled true while the board slows itself down
     */
    public Moment board(double powerWatts, double clockShare, boolean throttled) {
        this.powerWatts = powerWatts;
        this.clockShare = clockShare;
        this.throttled = throttled;
        return this;
    }

    /** Now. */
    public long nowNanos() {
        return nowNanos;
    }

    /** When the frame was due. */
    public long scheduledNanos() {
        return scheduledNanos;
    }

    /** Frames that wait behind this one. */
    public int waiting() {
        return waiting;
    }

    /** Power of the whole in watts, NaN where it is not known. */
    public double powerWatts() {
        return powerWatts;
    }

    /** The accelerator's clock over the clock of the profile, NaN where it is not known. */
    public double clockShare() {
        return clockShare;
    }

    /** True while the board slows itself down. */
    public boolean throttled() {
        return throttled;
    }
}
