package io.dms.backend.cudnn;

import io.dms.cuda.DeviceMemory;
import org.jspecify.annotations.Nullable;

/**
 * A layer at one level that a library computes: by the interface that all devices have, or, once the level was prepared, by a
 * plan of its {@link Alternatives}. Owns the latter.
 */
abstract class PlannedCall implements AutoCloseable {
    private final @Nullable Alternatives alternatives;

    /** @param alternatives null where there are none */
    PlannedCall(@Nullable Alternatives alternatives) {
        this.alternatives = alternatives;
    }

    /** Enqueues the layer without a plan, with all that follows it. Allocates nothing. */
    abstract void legacy();

    /** How that is done, for people. */
    abstract String describeLegacy();

    /** True where a plan is still to be searched. */
    boolean needsPlanSearch() {
        return alternatives != null && alternatives.isUnknown();
    }

    /** True once a plan was made, or found to be no faster. */
    boolean isSettled() {
        return alternatives == null || alternatives.isSettled();
    }

    boolean hasPlan() {
        return planned() != null;
    }

    /** What has the plan that was taken; null where none was. */
    @Nullable
    Alternatives planned() {
        return alternatives != null && alternatives.hasPlan() ? alternatives : null;
    }

    /** Makes the plan that is remembered, or searches one where there is scratch memory. */
    void choosePlan(@Nullable DeviceMemory work) {
        if (alternatives != null) {
            alternatives.settle(this::legacy, work);
        }
    }

    /** Learns that the plan runs. */
    void tryPlan() {
        if (alternatives != null) {
            alternatives.tryOut();
        }
    }

    /** Bytes of scratch memory, once chosen. */
    long workspace() {
        return alternatives == null ? 0 : alternatives.workspace();
    }

    void run() {
        if (alternatives == null || !alternatives.run()) {
            legacy();
        }
    }

    /** For people: algorithm, scratch memory, what is fused. */
    String describe() {
        return alternatives != null && alternatives.hasPlan() ? alternatives.describe() : describeLegacy();
    }

    @Override
    public void close() {
        if (alternatives != null) {
            alternatives.close();
        }
    }
}
