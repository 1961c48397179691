package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.EnginePlatform;
import io.dms.model.EnvironmentException;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** The machine's own device and library. Nothing is loaded before it is asked for. */
final class Machine implements Hardware {
    /** One look at the machine for the whole process. */
    static final Machine SHARED = new Machine();

    /** Number of the device among those that are visible. */
    static final String DEVICE = "dms.tensorrt.device";

    private static final String OTHERWISE = ", or use backend cpu";

    private @Nullable String refusal;
    private @Nullable EnginePlatform platform;
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

    /** Why there is nothing to run on, with the cure; null where there is a device and a library. */
    private static @Nullable String look() {
        // JavaCPP would stop the program for garbage where memory of the device counts as the process's.
        for (String limit : new String[] {"org.bytedeco.javacpp.maxbytes", "org.bytedeco.javacpp.maxphysicalbytes"}) {
            if (System.getProperty(limit) == null) {
                System.setProperty(limit, "0");
            }
        }
        try {
            Libraries.preload();
            Loader.load(org.bytedeco.cuda.global.cudart.class);
        } catch (LinkageError | RuntimeException e) {
            return "CUDA can't be loaded (" + reason(e) + "): install NVIDIA's driver and the CUDA runtime (on a"
                    + " Jetson: JetPack)" + OTHERWISE;
        }
        try {
            int driver = PresetCuda.knownToDriver();
            if (driver == 0) {
                return "there is no NVIDIA driver here: install it (on a Jetson: JetPack)" + OTHERWISE;
            }
            int devices = PresetCuda.devices();
            if (devices <= device()) {
                return "there is no NVIDIA device " + device() + " here (" + devices + " found, driver for CUDA "
                        + Versions.cuda(driver) + "): plug one in, or look at CUDA_VISIBLE_DEVICES" + OTHERWISE;
            }
        } catch (DeviceException | LinkageError e) {
            return "no NVIDIA device can be used (" + reason(e) + "): update the driver" + OTHERWISE;
        }
        try {
            Loader.load(org.bytedeco.tensorrt.global.nvinfer.class);
            Loader.load(org.bytedeco.tensorrt.global.nvonnxparser.class);
            NvInferVersion version = PresetNvInfer.loaded().version();
            if (version.major() != 8 && version.major() != 10) {
                return "TensorRT " + version + " is of no generation that DMS knows: install TensorRT 8 or 10"
                        + OTHERWISE;
            }
        } catch (LinkageError | RuntimeException e) {
            return "TensorRT can't be loaded (" + reason(e) + "): install it for CUDA "
                    + Versions.cuda(PresetCuda.libraryVersion())
                    + " (on a Jetson: sudo apt install nvidia-jetpack), or name its folder in LD_LIBRARY_PATH"
                    + OTHERWISE;
        }
        return null;
    }

    /** What really went wrong: JavaCPP hides it in suppressed errors and causes. */
    static String reason(Throwable e) {
        Throwable t = e;
        for (int depth = 0; depth < 16; depth++) {
            Throwable next = t.getSuppressed().length > 0 ? t.getSuppressed()[0] : t.getCause();
            if (next == null || next.equals(t)) {
                break;
            }
            t = next;
        }
        String text = String.valueOf(t.getMessage());
        if (text.contains("no jnicudart in java.library.path")) {
            // What is said where another backend looked before: the first reason is gone then.
            return "libcuda.so.1 or libcudart is not found";
        }
        return text.lines().findFirst().orElse(t.getClass().getSimpleName());
    }

    @Override
    public String describe() {
        EnginePlatform p = platform();
        return "tensorrt (" + p.describe() + ", CUDA " + p.cuda() + ", driver " + p.driver() + ")";
    }

    @Override
    public synchronized EnginePlatform platform() {
        check();
        EnginePlatform known = platform;
        if (known == null) {
            try (Device d = open()) {
                known = Versions.platform(d, Path.of("/"));
                platform = known;
            }
        }
        return known;
    }

    @Override
    public Device open() {
        check();
        try {
            return Device.of(new PresetCuda(device()), PresetNvInfer.loaded());
        } catch (DeviceException e) {
            throw new EnvironmentException("the device can't be opened: " + e.getMessage(), e);
        }
    }
}
