package io.dms.backend.tensorrt.cache;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a build has to say about its engine. Kept beside the plan.
 *
 * @param layers layers of the engine, null where the library does not tell
 * @param gpuFallbacks layers that were meant for a deep-learning accelerator (DLA) and run on the GPU, by name; empty
 *     where none was, or no DLA was asked for
 * @param activationBytes memory that a context of the engine needs beside its weights, null where it is not known
 */
public record EngineFacts(
        @Nullable Integer layers,
        List<String> gpuFallbacks,
        @Nullable Long activationBytes) {
    /** Nothing is known. */
    public static final EngineFacts NONE = new EngineFacts(null, List.of(), null);

    /** Copies the list. */
    public EngineFacts {
        gpuFallbacks = List.copyOf(gpuFallbacks);
    }
}
