package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Bridge;
import io.dms.runtime.SessionOptions;
import org.jspecify.annotations.Nullable;

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

    /** Why there is nothing to run on: what lacks and the cure, in one line; null where there is all that is needed. */
    @Nullable
    String refusal();

    /** Throws {@link io.dms.model.EnvironmentException} where there is a refusal, and names the other backend, too. */
    void check();

    /** One line: libraries and device. */
    String describe();

    Opened open(SessionOptions.Precision precision);
}
