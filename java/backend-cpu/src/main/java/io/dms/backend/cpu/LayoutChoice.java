package io.dms.backend.cpu;

import io.dms.runtime.FusedPlan;
import io.dms.runtime.Step;

/**
 * Which family of layouts the convolutions of a plan use. Left to itself the library takes channels-last ones. Blocked
 * ones are a few percent slower in most convolutions, but there the parts of a concat are runs of bytes that convolutions
 * write in place, while channels-last parts must be copied. So the choice is between work per byte copied and not; it
 * depends on nothing but the plan, so that the same level always gives the same bits.
 */
final class LayoutChoice {
    /** Channels of a block in the layouts of AVX-512; where the library has none such it falls back by itself. */
    static final int BLOCK = 16;

    /**
     * Floating-point operations whose slowdown in a blocked layout takes as long as copying one byte: 7 % of an operation
     * at 450 GFLOP/s against 16 GB/s, as measured with two threads.
     */
    private static final double OPERATIONS_PER_BYTE = 400;

    private LayoutChoice() {}

    /** True where blocked layouts are expected to be faster. */
    static boolean blocked(FusedPlan plan) {
        double operations = 0;
        double bytes = 0;
        for (Step s : plan.steps()) {
            if (s instanceof Step.Linear l && l.kind() == Step.LinearKind.CONV) {
                double pixels = elements(plan, l.output());
                operations += 2
                        * pixels
                        * l.weights().shape().elements(1, l.weights().shape().rank());
            } else if (s instanceof Step.Other o && o.node().is("Concat") && inPlace(plan, o)) {
                bytes += 4 * elements(plan, o.outputs()[0]);
            }
        }
        return bytes > 0 && operations / bytes < OPERATIONS_PER_BYTE;
    }

    private static double elements(FusedPlan plan, int value) {
        return plan.values().get(value).shape().elements();
    }

    private static boolean inPlace(FusedPlan plan, Step.Other o) {
        int[] dims = plan.values().get(o.outputs()[0]).shape().dims();
        if (o.node().intAttr("axis", 0) != 1 || dims.length != 4 || dims[0] != 1) {
            return false;
        }
        for (int v : o.inputs()) {
            if (plan.values().get(v).shape().dim(1) % BLOCK != 0) {
                return false;
            }
        }
        return true;
    }
}
