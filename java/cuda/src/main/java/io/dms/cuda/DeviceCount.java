package io.dms.cuda;

import static org.bytedeco.cuda.global.cudart.cudaGetDeviceCount;
import static org.bytedeco.cuda.global.cudart.cudaGetErrorName;
import static org.bytedeco.cuda.global.cudart.cudaGetErrorString;
import static org.bytedeco.cuda.global.cudart.cudaGetLastError;

import org.bytedeco.javacpp.IntPointer;
import org.jspecify.annotations.Nullable;

/**
 * What CUDA's runtime answers when it is asked for devices, and what that means to people.
 *
 * @param driver the newest CUDA that the driver knows, 0 where the runtime knows of no driver
 * @param runtime version of the runtime, 0 where it does not tell
 * @param devices how many there are, 0 where that failed
 * @param error name of the code, as in {@code cudaErrorNoDevice}; empty where nothing failed
 * @param text the runtime's words for it
 */
record DeviceCount(int driver, int runtime, int devices, String error, String text) {
    private static final String CONTAINER =
            "; start a container with access to the GPU (docker run --gpus all, on a Jetson --runtime nvidia)";

    /** Asks the runtime that is loaded. */
    static DeviceCount ask() {
        try (IntPointer n = new IntPointer(1)) {
            int status = cudaGetDeviceCount(n.put(0));
            String error = status == 0 ? "" : cudaGetErrorName(status).getString();
            String text = status == 0 ? "" : cudaGetErrorString(status).getString();
            cudaGetLastError();
            int devices = status == 0 ? n.get() : 0;
            return new DeviceCount(PresetDevice.knownToDriver(), PresetDevice.libraryVersion(), devices, error, text);
        }
    }

    /**
     * Why a device can't be used, with the cure but for the way out that always is there; null where it is there.
     *
     * @param device its number among those that are visible
     */
    @Nullable
    String refusal(int device) {
        String versions = "driver for CUDA " + CudaVersions.cuda(driver)
                + (runtime == 0 ? "" : ", runtime " + CudaVersions.cuda(runtime));
        if (error.equals("cudaErrorStubLibrary")) {
            return "the libcuda.so.1 that is found is no driver but the stub that CUDA's toolkit has for linking:"
                    + " install NVIDIA's driver and take the folder named stubs out of LD_LIBRARY_PATH" + CONTAINER;
        }
        if (driver == 0) {
            return "there is no NVIDIA driver here: install it (on a Jetson: JetPack)" + CONTAINER;
        }
        if (error.equals("cudaErrorNoDevice") || (error.isEmpty() && devices <= device)) {
            return "there is no NVIDIA device " + device + " here (" + devices + " found, " + versions
                    + "): plug one in, look at CUDA_VISIBLE_DEVICES" + CONTAINER;
        }
        if (error.isEmpty()) {
            return null;
        }
        return "no NVIDIA device can be used (" + text + " (" + error + "), " + versions + "): update the driver";
    }
}
