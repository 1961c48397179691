package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.BuildListener;
import io.dms.backend.tensorrt.cache.BuiltEngine;
import io.dms.backend.tensorrt.cache.Dequantised;
import io.dms.backend.tensorrt.cache.EngineBuilder;
import io.dms.backend.tensorrt.cache.EngineOptions;
import io.dms.backend.tensorrt.cache.EngineOptions.Precision;
import io.dms.backend.tensorrt.cache.EnginePlatform;
import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.backend.tensorrt.cache.EngineRunner;
import io.dms.cuda.DeviceException;
import io.dms.model.DmsException;
import io.dms.model.EnvironmentException;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.runtime.SessionOptions;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds engines with the TensorRT that is installed. Each build opens the device for itself and gives everything back;
 * the calling thread does the work.
 */
public final class TensorRtEngineBuilder implements EngineBuilder {
    /** System property: core of the deep-learning accelerator (DLA) that engines shall run on. */
    static final String DLA = "dms.tensorrt.dla";

    /** System property: most scratch memory of a build in MiB. */
    static final String BUILD_MEMORY = "dms.tensorrt.build.memory";

    private final Hardware hardware;

    /** For the service loader. */
    public TensorRtEngineBuilder() {
        this(Machine.SHARED);
    }

    TensorRtEngineBuilder(Hardware hardware) {
        this.hardware = hardware;
    }

    @Override
    public List<String> refusals() {
        // Not check(): its way out, another backend, is none for who builds engines.
        String why = hardware.refusal();
        return why == null ? List.of() : List.of(why);
    }

    @Override
    public EnginePlatform platform() {
        return hardware.platform();
    }

    @Override
    public EngineOptions options(ScalableModel model, SessionOptions options) {
        return engineOptions(model, options);
    }

    /**
     * What a session asks of its engines: for batches from 1 to the session's, fastest at the session's own; for exactly
     * that batch where an accelerator runs it, which takes one shape alone.
     */
    static EngineOptions engineOptions(ScalableModel model, SessionOptions options) {
        Precision precision = Dequantised.isQuantised(model.graph())
                ? Precision.INT8
                : switch (options.precision()) {
                    case FP32 -> Precision.FP32;
                    case TF32 -> Precision.TF32;
                    case FP16 -> Precision.FP16;
                };
        int core = Integer.getInteger(DLA, EngineOptions.GPU);
        int batch = options.batch();
        return EngineOptions.of(model.graph(), precision, core >= 0 ? batch : 1, batch, batch)
                .withDlaCore(core)
                .withMemoryLimitBytes((long) Integer.getInteger(BUILD_MEMORY, 0) << 20);
    }

    @Override
    public @Nullable BuiltEngine build(EngineRequest request, byte @Nullable [] timing, BuildListener listener) {
        try (Device device = hardware.open()) {
            return new Build(device, request, listener).run(timing);
        } catch (DeviceException e) {
            throw readable(e, request, "build");
        }
    }

    @Override
    public EngineRunner load(ByteBuffer plan, EngineRequest request) {
        Device device = hardware.open();
        try {
            return new SingleEngine(device, plan, request);
        } catch (DeviceException e) {
            throw readable(e, request, "load");
        }
    }

    private static DmsException readable(DeviceException e, EngineRequest request, String what) {
        String level = "level " + request.level() + " of " + request.model();
        return switch (e.kind()) {
            case LOST ->
                new EnvironmentException(
                        "the device is lost (" + e.getMessage() + "): start the program anew, and see dmesg for what"
                                + " NVIDIA's driver says",
                        e);
            case OUT_OF_MEMORY ->
                new EnvironmentException(
                        "not enough memory to " + what + " the engine of " + level + " (" + e.getMessage()
                                + "): close other programs, or lower the builder's memory limit",
                        e);
            case UNSUPPORTED, OTHER ->
                what.equals("build")
                        ? new UserException("TensorRT can't build " + level + ": " + e.getMessage(), e)
                        : new EnvironmentException("the engine of " + level + " can't be loaded: " + e.getMessage(), e);
        };
    }
}
