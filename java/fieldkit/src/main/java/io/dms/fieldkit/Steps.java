package io.dms.fieldkit;

import java.util.List;

/**
 * All steps, in the order in which they run: outputs first, since figures of wrong outputs are worth
 * nothing; then what has bars, then questions: where time runs out, what matters least is left out.
 */
final class Steps {
    static final List<Step> ALL = List.of(
            new CorrectnessStep(),
            new LevelsStep(),
            new SwitchStep(),
            new RebindStep(),
            new MemoryStep(),
            new PeerStep(),
            new EnduranceStep(),
            new FilterStep(),
            new ZeroCopyStep(),
            new TensorRtStep(),
            new TensorRtCacheStep(),
            new TensorRtStartStep());

    private Steps() {}
}
