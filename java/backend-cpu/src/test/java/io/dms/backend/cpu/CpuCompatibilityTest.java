package io.dms.backend.cpu;

import io.dms.runtime.Backend;
import io.dms.testkit.BackendCompatibilityKit;
import java.util.OptionalLong;

/** The CPU backend keeps every promise of the compatibility kit. */
class CpuCompatibilityTest extends BackendCompatibilityKit {
    @Override
    protected Backend backend() {
        return new CpuBackend();
    }

    /** Native objects count as bytes here: one that is left behind shows either way. */
    @Override
    protected OptionalLong nativeBytes() {
        return OptionalLong.of(Dnnl.live());
    }
}
