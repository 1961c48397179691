package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.EnginePlatform;
import io.dms.cuda.CudaLibraries;
import io.dms.cuda.CudaMachine;
import io.dms.cuda.CudaVersions;
import io.dms.cuda.DeviceException;
import io.dms.cuda.PresetDevice;
import io.dms.model.EnvironmentException;
import java.nio.file.Path;
import org.bytedeco.javacpp.Loader;
import org.jspecify.annotations.Nullable;

/** The machine's own device and library. Nothing is loaded before it is asked for. */
final class Machine extends CudaMachine implements Hardware {
    /** One look at the machine for the whole process. */
    static final Machine SHARED = new Machine();

    /** Number of the device among those that are visible. */
    static final String DEVICE = "dms.tensorrt.device";

    /** System property: folders, separated by colons, of TensorRT; before all others. */
    static final String LIBRARIES = "dms.tensorrt.libraries";

    private @Nullable EnginePlatform platform;

    private Machine() {
        super(DEVICE);
    }

    @Override
    protected void preload() {
        CudaLibraries.preload(
                System.getProperty(LIBRARIES, ""), "libnvinfer.so.", "libnvinfer_plugin.so.", "libnvonnxparser.so.");
    }

    @Override
    protected @Nullable String lacks() {
        try {
            Loader.load(org.bytedeco.tensorrt.global.nvinfer.class);
            Loader.load(org.bytedeco.tensorrt.global.nvonnxparser.class);
            NvInferVersion version = PresetNvInfer.loaded().version();
            if (version.major() != 8 && version.major() != 10) {
                return "TensorRT " + version + " is of no generation that DMS knows: install TensorRT 8 or 10";
            }
        } catch (LinkageError | RuntimeException e) {
            return missing(reason(e), CudaVersions.cuda(PresetDevice.libraryVersion()));
        }
        return null;
    }

    /**
     * What is to be installed. The presets' class of TensorRT does not load without those of cuBLAS, cuDNN and NVRTC, even
     * where the library itself can do without.
     */
    static String missing(String reason, String cuda) {
        boolean beside = reason.contains("cublas") || reason.contains("cudnn") || reason.contains("nvrtc");
        return "TensorRT can't be loaded (" + reason + "): install "
                + (beside ? "cuBLAS, cuDNN and NVRTC, which its presets load with it," : "it") + " for CUDA " + cuda
                + " (on a Jetson: sudo apt install nvidia-jetpack), or name "
                + (beside ? "their folders" : "its folder")
                + " in LD_LIBRARY_PATH";
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
