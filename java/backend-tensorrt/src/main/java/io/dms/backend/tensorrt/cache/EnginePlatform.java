package io.dms.backend.tensorrt.cache;

/**
 * What an engine is bound to beside its own network: an engine of one platform is none of another.
 *
 * @param tensorrt full version of the library that is loaded, as in {@code 10.3.0.30}
 * @param cuda version of CUDA's runtime, as in {@code 12.6}
 * @param driver version of the driver, on a Jetson that of L4T, as in {@code L4T 36.4.0}
 * @param device name of the device, as in {@code Orin}
 * @param computeCapability as in {@code 8.7}
 * @param multiprocessors how many are on: a power mode may switch some off
 */
public record EnginePlatform(
        String tensorrt, String cuda, String driver, String device, String computeCapability, int multiprocessors) {
    /** For people, as in {@code TensorRT 10.3.0.30, Orin (compute capability 8.7, 8 multiprocessors)}. */
    public String describe() {
        return "TensorRT " + tensorrt + ", " + device + " (compute capability " + computeCapability + ", "
                + multiprocessors + " multiprocessors)";
    }
}
