package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Bridge;
import io.dms.runtime.SessionOptions;

/** Where the backend finds its device: the machine's, or one that a test brings. Thread-safe. */
interface Hardware {
    /**
     * Everything that a session needs.
     *
     * @param gpu owned by the session
     * @param bridge one of the process
     * @param stopwatch by which algorithms and plans are compared
     */
    record Opened(Gpu gpu, Bridge bridge, AlgorithmCache algorithms, Stopwatch stopwatch) {}

    /** Throws {@link io.dms.model.EnvironmentException} where there is nothing to run on, saying what lacks and the cure. */
    void check();

    /** One line: libraries and device. */
    String describe();

    Opened open(SessionOptions.Precision precision);
}
