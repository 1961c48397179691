package io.dms.backend.cudnn;

import io.dms.runtime.Step;
import java.util.List;

/**
 * What kernels do behind a convolution to bring its result about and to its place.
 *
 * @param work in this order
 * @param copies of these, what only moves the result
 * @param copyStays whether the image that the convolution wrote is the result, too
 */
record Behind(List<Runnable> work, Copies copies, boolean copyStays) {
    static final Behind NOTHING = new Behind(List.of(), Copies.NONE, true);

    /** What remains of a step where the convolution does nothing of it. */
    static Behind alone(PlanBuilder b, Route r, Step.Linear s) {
        if (r.copiesResult() && s.bias() == null && s.after().isEmpty()) {
            return fused(b, r);
        }
        List<Runnable> work =
                b.collect(() -> ElementLowering.epilogue(b, r.y(), r.result(), null, s.bias(), s.after()));
        return new Behind(work, Copies.NONE, work.isEmpty());
    }

    /** What remains where the convolution does all that follows: a copy to the result's place. */
    static Behind fused(PlanBuilder b, Route r) {
        return r.copiesResult()
                ? new Behind(b.collect(() -> b.convert(r.y(), r.result())), Copies.of(r.result()), true)
                : NOTHING;
    }

    /** Enqueues it; makes no object. */
    void run() {
        for (int i = 0; i < work.size(); i++) {
            work.get(i).run();
        }
    }

    /** For people. */
    String describe() {
        int kernels = work.size() - copies.count();
        return (kernels == 0 ? "" : ", " + kernels + " kernels behind it")
                + (copies.count() == 0 ? "" : ", result copied");
    }
}
