package io.dms.robotics.source;

import java.io.IOException;
import java.nio.FloatBuffer;

/** Yields images one after the other, in the thread of a {@link PrefetchedSource}. */
interface ImageFeed extends AutoCloseable {
    /** One line for people. */
    String describe();

    /**
     * Waits for the next image and writes it.
     *
     * @return false where there is none any more
     * @throws IOException if reading failed for good
     * @throws InterruptedException if the thread was interrupted
     */
    boolean read(FloatBuffer out) throws IOException, InterruptedException;

    /** Ends a {@link #read} that waits; any thread, idempotent. */
    @Override
    void close();
}
