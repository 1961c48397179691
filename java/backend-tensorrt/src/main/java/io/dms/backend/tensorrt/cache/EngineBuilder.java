package io.dms.backend.tensorrt.cache;

import io.dms.model.ScalableModel;
import io.dms.runtime.SessionOptions;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What makes engines: TensorRT, or what takes its place in tests. Found by {@link java.util.ServiceLoader}; making one
 * loads no library. Each method may be called from any thread, by one thread at a time.
 */
public interface EngineBuilder {
    /** Why no engine can be built here, one sentence each with the remedy; empty where one can. Does not throw. */
    List<String> refusals();

    /**
     * The library and the device that engines are built for and run on.
     *
     * @throws io.dms.model.EnvironmentException where {@link #refusals()} has something to say
     */
    EnginePlatform platform();

    /**
     * How a session with these options has its engines built. Whoever builds engines beforehand asks here, too, so that
     * the session finds them. Here: for batches up to the session's, on the GPU.
     */
    default EngineOptions options(ScalableModel model, SessionOptions options) {
        EngineOptions.Precision precision = switch (options.precision()) {
            case FP32 -> EngineOptions.Precision.FP32;
            case TF32 -> EngineOptions.Precision.TF32;
            case FP16 -> EngineOptions.Precision.FP16;
        };
        return EngineOptions.of(model.graph(), precision, 1, options.batch(), options.batch());
    }

    /**
     * Builds the engine of one level. Takes minutes on a small board.
     *
     * @param timing what an earlier build on this platform left for later ones, null where there is none; one that the
     *     library refuses counts as none
     * @param listener told about the progress; asked whether to go on
     * @return the engine, or null where the listener stopped the build
     * @throws io.dms.model.UserException if the network or an option is none that the library can build
     * @throws io.dms.model.EnvironmentException if memory or a device is missing
     */
    @Nullable
    BuiltEngine build(EngineRequest request, byte @Nullable [] timing, BuildListener listener);

    /**
     * Makes an engine run, to look at its outputs.
     *
     * @param plan direct, position to limit; read only during this call
     * @throws io.dms.model.EnvironmentException if the library refuses the plan or memory is missing
     */
    EngineRunner load(ByteBuffer plan, EngineRequest request);
}
