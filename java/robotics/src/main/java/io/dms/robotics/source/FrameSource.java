package io.dms.robotics.source;

/**
 * A stream of frames, ready as network input. Used by one thread, except {@link #close}, which any thread may call and
 * which ends a wait in {@link #next}.
 */
public interface FrameSource extends AutoCloseable {
    /** What came of waiting for a frame. */
    enum Arrival {
        /** A frame is there. */
        FRAME,
        /** None came in time; one may come later. */
        NONE,
        /** No frame will come any more. */
        END
    }

    /** One line for people, as in {@code synthetic, 30 frames/s}. */
    String describe();

    /** Frames that are due each second, NaN where nobody knows beforehand. */
    double framesPerSecond();

    /** The schedule begins now. Called once, before the first {@link #next}. */
    void start(long nowNanos);

    /**
     * Waits until the next frame is due and there.
     *
     * @param into filled where a frame came; its buffer belongs to the caller until the next call
     * @param timeoutNanos longest wait from now on
     * @throws InterruptedException if the thread was interrupted while it waited
     * @throws io.dms.model.DmsException if the source is broken
     */
    Arrival next(Frame into, long timeoutNanos) throws InterruptedException;

    /** Frames that are due by now and were not taken yet. */
    int waiting(long nowNanos);

    /** Frames so far that newer ones replaced before anybody took them. */
    long replaced();

    /** Ends the stream and frees what it holds: processes, threads, files. Idempotent. */
    @Override
    void close();
}
