package io.dms.backend.cudnn;

import io.dms.runtime.Backend;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.testkit.BackendCompatibilityKit;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** The whole compatibility kit over the stand-ins for CUDA, the descriptors bound anew at each call. */
class CudnnOnStandInTest extends BackendCompatibilityKit {
    /** What is timed is chance here: plans have tests of their own. */
    @BeforeAll
    static void load() {
        System.setProperty(Candidates.PROPERTY, "legacy");
        StandIn.require();
        StandIn.requireBridge();
    }

    @AfterAll
    static void unload() {
        System.clearProperty(Candidates.PROPERTY);
    }

    @BeforeEach
    void well() {
        StandIn.reset();
    }

    @AfterEach
    void nothingBroke() {
        StandIn.assertWell();
    }

    @Override
    protected Backend backend() {
        return new CudnnBackend();
    }

    @Override
    protected SessionOptions options() {
        return super.options().withLaunch(Launch.REBIND);
    }

    /** The shapes of the large published networks take minutes on a CPU: {@code -Ddms.files=resnet50,densenet121}. */
    @Override
    protected List<String> files() {
        String some =
                System.getProperty("dms.files", "edges,elementwise,linear,movement,pooling,resize,tails,transposed");
        return List.of(some.split(",", -1));
    }

    @Override
    protected OptionalLong nativeBytes() {
        return OptionalLong.of(StandIn.get("live_bytes")
                + StandIn.get("pinned_bytes")
                + StandIn.get("live_descriptors")
                + StandIn.get("live_streams")
                + StandIn.get("live_handles"));
    }
}
