package io.dms.backend.cudnn.bridge;

import io.dms.model.EnvironmentException;
import org.jspecify.annotations.Nullable;

/** Finds the native bridge of this machine. */
public final class Bridges {
    private Bridges() {}

    /**
     * What was found.
     *
     * @param bridge the bridge, or null
     * @param reason null where there is a bridge; else one sentence: what is missing
     * @param cure null where there is a bridge; else one sentence: what to do
     */
    public record Found(
            @Nullable Bridge bridge,
            @Nullable String reason,
            @Nullable String cure) {}

    /** Loads the bridge once in a process; never throws. The device is not looked at: {@link Bridge#checkDevice} does. */
    public static Found find() {
        return BridgeLoader.find();
    }

    /**
     * The bridge.
     *
     * @throws EnvironmentException if there is none, with reason and cure
     */
    public static Bridge get() {
        Found f = find();
        if (f.bridge() == null) {
            throw new EnvironmentException(f.reason() + ": " + f.cure());
        }
        return f.bridge();
    }
}
