package io.dms.backend.tensorrt;

import io.dms.cuda.DeviceMemory;
import io.dms.runtime.Backend;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.BackendCompatibilityKit;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Sessions, exports and switches keep every promise of the kit, on a library that computes by reference kernels. */
class TensorRtCompatibilityTest extends BackendCompatibilityKit {
    private static final FakeHardware HARDWARE = FakeHardware.ten();
    private static final TensorRtBackend BACKEND = Fixtures.backend(HARDWARE);

    @Override
    protected Backend backend() {
        return BACKEND;
    }

    @Override
    protected SessionOptions options() {
        return SessionOptions.DEFAULT;
    }

    @Override
    protected @Nullable String allocatesBecause() {
        return "the device of this test computes in Java and makes objects; another test looks at the backend's own";
    }

    @Override
    protected List<String> files() {
        String some =
                System.getProperty("dms.files", "edges,elementwise,linear,movement,pooling,resize,tails,transposed");
        return List.of(some.split(",", -1));
    }

    @Override
    protected OptionalLong nativeBytes() {
        return OptionalLong.of(DeviceMemory.liveBytes());
    }
}
