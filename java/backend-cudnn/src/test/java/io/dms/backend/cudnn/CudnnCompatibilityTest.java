package io.dms.backend.cudnn;

import io.dms.cuda.DeviceMemory;
import io.dms.runtime.Backend;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.BackendCompatibilityKit;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;

/** Plans, packing and graphs keep every promise of the kit, on a device made of ordinary memory. */
class CudnnCompatibilityTest extends BackendCompatibilityKit {
    @TempDir
    static Path folder;

    private static @Nullable CudnnBackend backend;

    static CudnnBackend shared() {
        CudnnBackend b = backend;
        if (b == null) {
            b = new CudnnBackend(new FakeHardware(folder));
            backend = b;
        }
        return b;
    }

    @Override
    protected Backend backend() {
        return shared();
    }

    @Override
    protected SessionOptions options() {
        return SessionOptions.DEFAULT;
    }

    @Override
    protected @Nullable String allocatesBecause() {
        return "the device of this test computes in Java and makes objects; another test looks at the backend's own";
    }

    /** Those of real networks' sizes would take minutes here; they are for devices and native stand-ins. */
    @Override
    protected List<String> files() {
        String some =
                System.getProperty("dms.files", "edges,elementwise,linear,movement,pooling,resize,tails,transposed");
        return List.of(some.split(",", -1));
    }

    @Override
    protected OptionalLong nativeBytes() {
        return OptionalLong.of(DeviceMemory.liveBytes() + Recordings.live());
    }
}
