package io.dms.robotics;

import io.dms.model.WidthLevel;
import java.nio.FloatBuffer;
import org.jspecify.annotations.Nullable;

/**
 * What came of a frame that went through a mailbox.
 *
 * @param output the buffer that was submitted; holds the result only where {@code dropped} is null
 * @param level the level that ran, null where the frame was dropped
 * @param latencyNanos from when the frame was due until its output was there, or until it was dropped
 * @param missed true where the frame was over the goal's latency bound; a dropped frame is missed, too
 * @param dropped why it was not served, null where it was
 */
public record Answer(
        FloatBuffer output,
        @Nullable WidthLevel level,
        long latencyNanos,
        boolean missed,
        @Nullable String dropped) {}
