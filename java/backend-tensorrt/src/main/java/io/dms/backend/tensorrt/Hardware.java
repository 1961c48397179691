package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.EnginePlatform;
import org.jspecify.annotations.Nullable;

/** Where backend and builder find device and library: the machine's, or what a test brings. Thread-safe. */
interface Hardware {
    /** Why there is nothing to run on: what lacks and the cure, in one line; null where there is all that is needed. */
    @Nullable
    String refusal();

    /** Throws {@link io.dms.model.EnvironmentException} where there is a refusal, and names the other backend, too. */
    void check();

    /** One line: library and device. */
    String describe();

    /** What engines of this machine are bound to. */
    EnginePlatform platform();

    /** Opens the device for the calling thread; to be closed by the caller. */
    Device open();
}
