package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.EnginePlatform;
import io.dms.cuda.CudaVersions;
import java.nio.file.Path;

/** Versions of what an engine is bound to. */
final class Versions {
    private Versions() {}

    /** @param root of the file system */
    static EnginePlatform platform(Device device, Path root) {
        Cuda c = device.cuda();
        int sm = c.architecture();
        return new EnginePlatform(
                device.nv().version().toString(),
                CudaVersions.cuda(c.runtimeVersion()),
                CudaVersions.driver(root, c.driverVersion()),
                c.deviceName(),
                sm / 10 + "." + sm % 10,
                c.multiprocessors());
    }
}
