package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.BuildListener;
import io.dms.backend.tensorrt.cache.BuiltEngine;
import io.dms.backend.tensorrt.cache.EngineBuilder;
import io.dms.backend.tensorrt.cache.EnginePlatform;
import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.backend.tensorrt.cache.EngineRunner;
import io.dms.model.DmsException;
import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Builds engines with the TensorRT that is installed. Each build opens the device for itself and gives everything back;
 * the calling thread does the work.
 */
public final class TensorRtEngineBuilder implements EngineBuilder {
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
        try {
            hardware.check();
            return List.of();
        } catch (DmsException e) {
            return List.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public EnginePlatform platform() {
        return hardware.platform();
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
            case OTHER ->
                what.equals("build")
                        ? new UserException("TensorRT can't build " + level + ": " + e.getMessage(), e)
                        : new EnvironmentException("the engine of " + level + " can't be loaded: " + e.getMessage(), e);
        };
    }
}
