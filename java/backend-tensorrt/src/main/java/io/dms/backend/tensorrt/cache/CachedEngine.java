package io.dms.backend.tensorrt.cache;

import io.dms.backend.tensorrt.cache.KeyLocks.Held;
import org.jspecify.annotations.Nullable;

/**
 * An engine that may be used: verified, or fresh and checked. While it is open no process removes its files. Any thread,
 * one at a time.
 */
public final class CachedEngine implements AutoCloseable {
    private final EngineRecord record;
    private final boolean fresh;
    private final boolean kept;
    private @Nullable PlanMemory plan;
    private @Nullable Held inUse;

    CachedEngine(EngineRecord record, PlanMemory plan, boolean fresh, boolean kept, @Nullable Held inUse) {
        this.record = record;
        this.plan = plan;
        this.fresh = fresh;
        this.kept = kept;
        this.inUse = inUse;
    }

    /**
     * The plan. Given out once: the caller closes it as soon as an engine is made of it.
     *
     * @throws IllegalStateException the second time, or after {@link #close}
     */
    public PlanMemory takePlan() {
        PlanMemory given = plan;
        if (given == null) {
            throw new IllegalStateException("the plan was taken, or the engine is closed");
        }
        plan = null;
        return given;
    }

    /** What is known about it. */
    public EngineRecord record() {
        return record;
    }

    /** True where it was built just now. */
    public boolean fresh() {
        return fresh;
    }

    /** True where the next process will find it. */
    public boolean kept() {
        return kept;
    }

    /** From now on its files may be removed; a plan that was not taken is freed. Idempotent. */
    @Override
    public void close() {
        PlanMemory left = plan;
        plan = null;
        if (left != null) {
            left.close();
        }
        if (inUse != null) {
            inUse.close();
            inUse = null;
        }
    }
}
