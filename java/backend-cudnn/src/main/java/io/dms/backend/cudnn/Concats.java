package io.dms.backend.cudnn;

import io.dms.runtime.FusedPlan;
import io.dms.runtime.Step;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which values can be written straight into the result of the concat of channels that reads them, as a range of channels
 * of its buffer.
 */
final class Concats {
    private final Map<Integer, Part> parts = new HashMap<>();

    /** A value's place in the result of a concat: its first channel there. */
    private record Part(Step.Other concat, int channel) {}

    Concats(FusedPlan plan) {
        for (Step s : plan.steps()) {
            if (s instanceof Step.Other o && o.node().is("Concat") && o.node().intAttr("axis", 0) == 1) {
                claim(plan, o);
            }
        }
    }

    private void claim(FusedPlan plan, Step.Other o) {
        if (plan.values().get(o.outputs()[0]).shape().rank() < 3) {
            return;
        }
        int channel = 0;
        for (int v : o.inputs()) {
            boolean once = Arrays.stream(o.inputs()).filter(x -> x == v).count() == 1;
            boolean input = Arrays.stream(plan.inputs()).anyMatch(x -> x == v);
            if (once && !input && plan.values().get(v).constant() == null) {
                parts.putIfAbsent(v, new Part(o, channel));
            }
            channel += plan.values().get(v).shape().dim(1);
        }
    }

    /** A place for a value inside its concat, or null where it has none there in this layout. */
    @Nullable
    View place(PlanBuilder builder, int value, boolean nhwc) {
        Part part = parts.get(value);
        if (part == null) {
            return null;
        }
        int result = part.concat.outputs()[0];
        View whole = builder.viewOrNull(result);
        if (whole == null) {
            whole = builder.place(result, nhwc);
        }
        return whole.nhwc() == nhwc ? whole.channels(part.channel, builder.dims(value)[1]) : null;
    }
}
