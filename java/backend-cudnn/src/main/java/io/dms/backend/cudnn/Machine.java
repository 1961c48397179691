package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Bridge;
import io.dms.backend.cudnn.bridge.BridgeException;
import io.dms.backend.cudnn.bridge.Bridges;
import io.dms.cuda.CudaLibraries;
import io.dms.cuda.CudaMachine;
import io.dms.cuda.CudaVersions;
import io.dms.cuda.DeviceException;
import io.dms.cuda.PresetDevice;
import io.dms.model.EnvironmentException;
import io.dms.runtime.SessionOptions;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The machine's own device. Nothing is loaded before it is asked for. */
final class Machine extends CudaMachine implements Hardware {
    /** Number of the device among those that are visible. */
    static final String DEVICE = "dms.cudnn.device";

    private static final Logger LOG = LoggerFactory.getLogger(Machine.class);
    private static final int OLDEST_CUDNN = 8000;

    private final Map<String, AlgorithmCache> caches = new HashMap<>();

    Machine() {
        super(DEVICE);
    }

    @Override
    protected void preload() {
        CudaLibraries.preload();
    }

    @Override
    protected @Nullable String lacks() {
        try {
            Loader.load(org.bytedeco.cuda.global.cublas.class);
            Loader.load(org.bytedeco.cuda.global.cudnn.class);
            long cudnn = org.bytedeco.cuda.global.cudnn.cudnnGetVersion();
            if (cudnn < OLDEST_CUDNN) {
                return "cuDNN " + dotted(cudnn) + " is too old: install cuDNN 8.0 or newer";
            }
        } catch (LinkageError | RuntimeException e) {
            return "cuDNN or cuBLAS can't be loaded (" + reason(e) + "): install cuDNN for CUDA "
                    + CudaVersions.cuda(PresetDevice.libraryVersion()) + " and put its folder on LD_LIBRARY_PATH";
        }
        Bridges.Found found = Bridges.find();
        Bridge bridge = found.bridge();
        if (bridge == null) {
            return found.reason() + ": " + found.cure();
        }
        try {
            bridge.checkDevice(device());
        } catch (BridgeException e) {
            return "the native bridge does not fit this device (" + e.getMessage() + ")";
        }
        return null;
    }

    /** cuDNN 8 counts a major version as 1000, cuDNN 9 as 10000. */
    static String dotted(long cudnn) {
        long major = cudnn >= 90000 ? cudnn / 10000 : cudnn / 1000;
        long rest = cudnn >= 90000 ? cudnn % 10000 : cudnn % 1000;
        return major + "." + rest / 100 + "." + rest % 100;
    }

    @Override
    public String describe() {
        check();
        try (PresetGpu gpu = new PresetGpu(device(), false)) {
            return String.format(
                    Locale.ROOT,
                    "cudnn (%s, sm_%d, cuDNN %s, CUDA %s, driver for CUDA %s, %s)",
                    gpu.deviceName(),
                    gpu.architecture(),
                    dotted(gpu.dnn().version()),
                    CudaVersions.cuda(gpu.runtimeVersion()),
                    CudaVersions.cuda(gpu.driverVersion()),
                    Bridges.get().buildInfo());
        } catch (DeviceException e) {
            throw new EnvironmentException("no NVIDIA device can be used: " + e.getMessage(), e);
        }
    }

    @Override
    public Opened open(SessionOptions.Precision precision) {
        check();
        Bridge bridge = Bridges.get();
        Gpu gpu;
        try {
            gpu = new PresetGpu(device(), precision == SessionOptions.Precision.TF32);
        } catch (DeviceException e) {
            throw new EnvironmentException("the device can't be opened: " + e.getMessage(), e);
        }
        return new Opened(gpu, bridge, cache(gpu), new Replays(gpu, bridge.graphs()));
    }

    private synchronized AlgorithmCache cache(Gpu gpu) {
        String key = gpu.deviceName() + " sm" + gpu.architecture() + " cudnn"
                + gpu.dnn().version();
        LOG.debug("algorithms of {}", key);
        return caches.computeIfAbsent(key, k -> new AlgorithmCache(AlgorithmCache.folder(), k));
    }
}
