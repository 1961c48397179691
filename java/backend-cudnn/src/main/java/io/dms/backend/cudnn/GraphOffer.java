package io.dms.backend.cudnn;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One way to cut a convolution with what follows it for the graph interface: what its graph has, and what is left to kernels
 * behind it.
 *
 * @param bias null where the fusion has none
 * @param z null where the fusion adds nothing
 * @param behind what remains to be done
 */
record GraphOffer(
        Fusion fusion,
        View x,
        Buf weights,
        @Nullable Buf bias,
        @Nullable View z,
        View y,
        List<Runnable> behind) {
    /** Enqueues everything. Allocates nothing once the plan is bound to this memory. */
    void run(ConvPlan plan, long work) {
        plan.run(x.at(), weights.address, bias == null ? 0 : bias.address, z == null ? 0 : z.at(), y.at(), work);
        for (int i = 0; i < behind.size(); i++) {
            behind.get(i).run();
        }
    }
}
