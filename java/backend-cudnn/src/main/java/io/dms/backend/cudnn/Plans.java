package io.dms.backend.cudnn;

import java.util.List;

/** cuDNN's graph interface as the source of plans for convolutions, on the stream of the {@link Gpu} that it belongs to. */
interface Plans {
    /**
     * Ways that the library proposes, the best first by its own guess; none that rounds more than the geometry's mathematics
     * allow, and none that sums in any order. Empty where it has none, or refuses the graph. Runs nothing.
     *
     * @param most how many
     */
    List<Way> propose(Fusion f, int most);

    /**
     * Makes a plan, which is the caller's to close.
     *
     * @throws io.dms.cuda.DeviceException if the library refuses it
     */
    ConvPlan plan(Fusion f, Way way);
}
