package io.dms.robotics.source;

import java.nio.FloatBuffer;

/** A frame that a source gave. One object is filled anew for each frame. */
public final class Frame {
    private FloatBuffer input = FloatBuffer.allocate(0);
    private long scheduledNanos;
    private long index = -1;

    void set(FloatBuffer input, long scheduledNanos, long index) {
        this.input = input;
        this.scheduledNanos = scheduledNanos;
        this.index = index;
    }

    /** Network input, batch x [channels, height, width]; the source's, until the next frame is asked for. */
    public FloatBuffer input() {
        return input;
    }

    /** When it was due, on the clock of {@link System#nanoTime()}: its latency counts from here. */
    public long scheduledNanos() {
        return scheduledNanos;
    }

    /** Number of the frame in its stream, from 0. */
    public long index() {
        return index;
    }
}
