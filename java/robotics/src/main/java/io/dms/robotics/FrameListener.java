package io.dms.robotics;

import org.jspecify.annotations.Nullable;

/** Is told what happens in a stream, in the stream's thread: what takes long here holds up the stream. */
public interface FrameListener {
    /** Hears nothing. */
    FrameListener NONE = new FrameListener() {};

    /**
     * A frame is done.
     *
     * @param served what came of it, null where it was dropped
     */
    default void frame(Trace trace, @Nullable Served served) {}

    /** The source gave no frame for so long. Told once until it gives one again. */
    default void stalled(double seconds) {}

    /** A source that had stalled gave a frame after so long. */
    default void resumed(double seconds) {}

    /** Nothing to do for the moment; told at least ten times a second where no frame comes. */
    default void idle() {}
}
