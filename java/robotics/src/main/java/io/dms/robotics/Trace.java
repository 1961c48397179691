package io.dms.robotics;

import java.util.Arrays;

/**
 * What happened to each frame of a stream, in the order in which they were taken. Keeps the newest frames where there
 * are more than it may hold. Times are nanoseconds on one clock. Adding allocates only while the trace grows. Not
 * thread-safe.
 */
public final class Trace {
    /** Level of a frame that was not served. */
    public static final int DROPPED = -1;

    private static final int FIRST = 4096;

    private final int most;
    private long[] scheduled = new long[FIRST];
    private long[] start = new long[FIRST];
    private long[] end = new long[FIRST];
    private long[] bound = new long[FIRST];
    private byte[] level = new byte[FIRST];
    private boolean[] missed = new boolean[FIRST];
    private int size;
    private int head;
    private long forgotten;

    /** @param most frames that are kept */
    public Trace(int most) {
        this.most = most;
    }

    /**
     * Adds a frame.
     *
     * @param level the level that served it, {@link #DROPPED} where none did
     * @param boundNanos the latency bound that held, {@link Long#MAX_VALUE} where there was none
     */
    public void add(long scheduledNanos, long startNanos, long endNanos, int level, long boundNanos, boolean missed) {
        int at;
        if (size < most) {
            if (size == scheduled.length) {
                grow(Math.min(most, 2 * size));
            }
            at = size++;
        } else {
            at = head;
            head = (head + 1) % most;
            forgotten++;
        }
        this.scheduled[at] = scheduledNanos;
        this.start[at] = startNanos;
        this.end[at] = endNanos;
        this.level[at] = (byte) level;
        this.bound[at] = boundNanos;
        this.missed[at] = missed;
    }

    private void grow(int to) {
        scheduled = Arrays.copyOf(scheduled, to);
        start = Arrays.copyOf(start, to);
        end = Arrays.copyOf(end, to);
        bound = Arrays.copyOf(bound, to);
        level = Arrays.copyOf(level, to);
        missed = Arrays.copyOf(missed, to);
    }

    private int at(int i) {
        if (i < 0 || i >= size) {
            throw new IndexOutOfBoundsException("frame=" + i + " size=" + size);
        }
        return (head + i) % size;
    }

    /** Frames that are kept. */
    public int size() {
        return size;
    }

    /** Frames before them that are no longer kept. */
    public long forgotten() {
        return forgotten;
    }

    /** When a frame was due. */
    public long scheduledNanos(int i) {
        return scheduled[at(i)];
    }

    /** When its call began, or it was dropped. */
    public long startNanos(int i) {
        return start[at(i)];
    }

    /** When its output was there, or it was dropped. */
    public long endNanos(int i) {
        return end[at(i)];
    }

    /** From when it was due until its output was there, or it was dropped. */
    public long latencyNanos(int i) {
        return endNanos(i) - scheduledNanos(i);
    }

    /** The latency bound that held, {@link Long#MAX_VALUE} where there was none. */
    public long boundNanos(int i) {
        return bound[at(i)];
    }

    /** The level that served it, {@link #DROPPED} where none did. */
    public int level(int i) {
        return level[at(i)];
    }

    /** True where it was over its bound or not served. */
    public boolean missed(int i) {
        return missed[at(i)];
    }
}
