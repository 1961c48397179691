package io.dms.testkit;

import io.dms.runtime.Backend;
import org.jspecify.annotations.Nullable;

/** The kit itself is sound: the reference passes it. */
class ReferenceBackendKitTest extends BackendCompatibilityKit {
    @Override
    protected Backend backend() {
        return new ReferenceBackend();
    }

    @Override
    protected @Nullable String allocatesBecause() {
        return "the reference makes new arrays for every tensor";
    }
}
