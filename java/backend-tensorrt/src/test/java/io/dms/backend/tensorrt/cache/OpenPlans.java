package io.dms.backend.tensorrt.cache;

/** Lets tests elsewhere see what of the memory of plans was not freed. */
public final class OpenPlans {
    private OpenPlans() {}

    /** Bytes that were read and not closed, in this process. */
    public static long bytes() {
        return PlanMemory.openBytes();
    }
}
