package io.dms.robotics.source;

import io.dms.model.Preprocessing;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What frames must look like and how they come.
 *
 * @param batch images of one frame: synthetic frames and folders fill them with different ones
 * @param height of the network's input in pixels
 * @param width of the network's input in pixels
 * @param elements floats of one image of the network's input, for networks that take no RGB images
 * @param preprocessing how bytes become numbers
 * @param seed of made-up frames and of random arrivals
 * @param endless whether folders and videos begin anew when they end
 * @param stall how long a camera may be silent before its process is started anew
 * @param tools folder in which programs are looked for first, null for the search path alone
 */
public record SourceOptions(
        int batch,
        int height,
        int width,
        int elements,
        Preprocessing preprocessing,
        long seed,
        boolean endless,
        Duration stall,
        @Nullable Path tools) {}
