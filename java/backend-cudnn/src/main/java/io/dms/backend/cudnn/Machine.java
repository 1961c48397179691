package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Bridge;
import io.dms.backend.cudnn.bridge.BridgeException;
import io.dms.backend.cudnn.bridge.Bridges;
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
final class Machine implements Hardware {
    /** Number of the device among those that are visible. */
    static final String DEVICE = "dms.cudnn.device";

    private static final Logger LOG = LoggerFactory.getLogger(Machine.class);
    private static final int OLDEST_CUDNN = 8000;

    private final Map<String, AlgorithmCache> caches = new HashMap<>();
    private @Nullable String refusal;
    private boolean looked;

    private static int device() {
        return Integer.getInteger(DEVICE, 0);
    }

    @Override
    public synchronized void check() {
        if (!looked) {
            refusal = look();
            looked = true;
        }
        String why = refusal;
        if (why != null) {
            throw new EnvironmentException(why);
        }
    }

    /** Why there is nothing to run on, with the cure; null where there is a device. */
    private static @Nullable String look() {
        for (String limit : new String[] {"org.bytedeco.javacpp.maxbytes", "org.bytedeco.javacpp.maxphysicalbytes"}) {
            if (System.getProperty(limit) == null) {
                System.setProperty(limit, "0");
            }
        }
        try {
            CudaLibraries.preload();
            Loader.load(org.bytedeco.cuda.global.cudart.class);
        } catch (LinkageError | RuntimeException e) {
            return "CUDA can't be loaded (" + reason(e) + "): install NVIDIA's driver and the CUDA runtime "
                    + "(on a Jetson: JetPack), or use backend cpu";
        }
        try {
            int driver = PresetGpu.driverVersion();
            if (driver == 0) {
                return "there is no NVIDIA driver here: install it (on a Jetson: JetPack), or use backend cpu";
            }
            int library = PresetGpu.libraryVersion();
            int devices = PresetGpu.devices();
            if (devices <= device()) {
                return "there is no NVIDIA device " + device() + " here (" + devices + " found, driver for CUDA "
                        + version(driver) + ", runtime " + version(library)
                        + "): plug one in, look at CUDA_VISIBLE_DEVICES, or use backend cpu";
            }
        } catch (GpuException | LinkageError e) {
            return "no NVIDIA device can be used (" + reason(e) + ", driver for CUDA "
                    + version(PresetGpu.driverVersion()) + "): update the driver, or use backend cpu";
        }
        try {
            Loader.load(org.bytedeco.cuda.global.cublas.class);
            Loader.load(org.bytedeco.cuda.global.cudnn.class);
            long cudnn = org.bytedeco.cuda.global.cudnn.cudnnGetVersion();
            if (cudnn < OLDEST_CUDNN) {
                return "cuDNN " + dotted(cudnn) + " is too old: install cuDNN 8.0 or newer, or use backend cpu";
            }
        } catch (LinkageError | RuntimeException e) {
            return "cuDNN or cuBLAS can't be loaded (" + reason(e) + "): install cuDNN for CUDA "
                    + version(PresetGpu.libraryVersion())
                    + " and put its folder on LD_LIBRARY_PATH, or use backend cpu";
        }
        Bridges.Found found = Bridges.find();
        Bridge bridge = found.bridge();
        if (bridge == null) {
            return found.reason() + ": " + found.cure() + ", or use backend cpu";
        }
        try {
            bridge.checkDevice(device());
        } catch (BridgeException e) {
            return "the native bridge does not fit this device (" + e.getMessage() + ")";
        }
        return null;
    }

    /** What really went wrong: JavaCPP hides it in suppressed errors and causes. */
    static String reason(Throwable e) {
        Throwable t = e;
        for (int depth = 0; depth < 16; depth++) {
            Throwable next = t.getSuppressed().length > 0 ? t.getSuppressed()[0] : t.getCause();
            if (next == null || next == t) {
                break;
            }
            t = next;
        }
        String text = String.valueOf(t.getMessage());
        return text.lines().findFirst().orElse(t.getClass().getSimpleName());
    }

    private static String version(int cuda) {
        return cuda / 1000 + "." + cuda % 1000 / 10;
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
                    dotted(gpu.cudnnVersion()),
                    version(gpu.runtimeVersion()),
                    version(PresetGpu.driverVersion()),
                    Bridges.get().buildInfo());
        } catch (GpuException e) {
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
        } catch (GpuException e) {
            throw new EnvironmentException("the device can't be opened: " + e.getMessage(), e);
        }
        return new Opened(gpu, bridge, cache(gpu));
    }

    private synchronized AlgorithmCache cache(Gpu gpu) {
        String key = gpu.deviceName() + " sm" + gpu.architecture() + " cudnn" + gpu.cudnnVersion();
        LOG.debug("algorithms of {}", key);
        return caches.computeIfAbsent(key, k -> new AlgorithmCache(AlgorithmCache.folder(), k));
    }
}
