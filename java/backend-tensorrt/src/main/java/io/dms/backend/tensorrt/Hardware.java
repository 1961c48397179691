package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.EnginePlatform;

/** Where backend and builder find device and library: the machine's, or what a test brings. Thread-safe. */
interface Hardware {
    /** Throws {@link io.dms.model.EnvironmentException} where there is nothing to run on, saying what lacks and the cure. */
    void check();

    /** One line: library and device. */
    String describe();

    /** What engines of this machine are bound to. */
    EnginePlatform platform();

    /** Opens the device for the calling thread; to be closed by the caller. */
    Device open();
}
