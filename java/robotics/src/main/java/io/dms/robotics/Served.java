package io.dms.robotics;

import io.dms.model.WidthLevel;

/**
 * What came of one frame. An application has one object of this kind and fills it anew at each call: read it before the
 * next call, or copy what is wanted. Times are nanoseconds.
 */
public final class Served {
    private final WidthLevel[] levels;
    private int level;
    private long scheduledNanos;
    private long startNanos;
    private long endNanos;
    private boolean missed;
    private int retries;

    Served(WidthLevel[] levels) {
        this.levels = levels;
    }

    void set(int level, long scheduledNanos, long startNanos, long endNanos, boolean missed, int retries) {
        this.level = level;
        this.scheduledNanos = scheduledNanos;
        this.startNanos = startNanos;
        this.endNanos = endNanos;
        this.missed = missed;
        this.retries = retries;
    }

    /** The level that ran. */
    public WidthLevel level() {
        return levels[level];
    }

    /** Its index, 0 the widest. */
    public int levelIndex() {
        return level;
    }

    /** When the frame was due. */
    public long scheduledNanos() {
        return scheduledNanos;
    }

    /** When the call that succeeded began. */
    public long startNanos() {
        return startNanos;
    }

    /** When the output was there. */
    public long endNanos() {
        return endNanos;
    }

    /** From when the frame was due until its output was there; waiting counts. */
    public long latencyNanos() {
        return endNanos - scheduledNanos;
    }

    /** From when the frame was due until its call began. */
    public long waitNanos() {
        return startNanos - scheduledNanos;
    }

    /** How long the call took. */
    public long serviceNanos() {
        return endNanos - startNanos;
    }

    /** True where the goal has a latency bound and this frame was over it. */
    public boolean missed() {
        return missed;
    }

    /** Levels that failed at this frame before one succeeded. */
    public int retries() {
        return retries;
    }
}
