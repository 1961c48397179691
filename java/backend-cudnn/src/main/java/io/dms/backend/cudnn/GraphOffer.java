package io.dms.backend.cudnn;

import org.jspecify.annotations.Nullable;

/**
 * One way to cut a convolution with what follows it for the graph interface: what its graph has, where it reads and writes, and
 * what is left to kernels behind it.
 *
 * @param bias null where the fusion has none
 * @param z null where the fusion adds nothing
 * @param behind what remains to be done
 */
record GraphOffer(
        Fusion fusion,
        Route route,
        Buf weights,
        @Nullable Buf bias,
        @Nullable View z,
        Behind behind) {
    /** Enqueues everything. Allocates nothing once the plan is bound to this memory. */
    void run(ConvPlan plan, long work) {
        route.gather();
        plan.run(
                route.x().at(),
                weights.address,
                bias == null ? 0 : bias.address,
                z == null ? 0 : z.at(),
                route.y().at(),
                work);
        behind.run();
    }
}
