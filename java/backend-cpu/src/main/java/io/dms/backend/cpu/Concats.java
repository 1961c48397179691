package io.dms.backend.cpu;

import io.dms.runtime.FusedPlan;
import io.dms.runtime.Step;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which values can be written straight into the result of the concat that reads them. That needs every part to be one
 * run of bytes: one image, joined by channels, in a layout where channels are outermost, and every part whole blocks.
 */
final class Concats {
    private final FusedPlan plan;
    private final Map<Integer, Part> parts = new HashMap<>();

    /** A value's place in the result of a concat: its first channel there. */
    private record Part(Step.Other concat, int channel) {}

    Concats(FusedPlan plan) {
        this.plan = plan;
        for (Step s : plan.steps()) {
            if (s instanceof Step.Other o && o.node().is("Concat") && o.node().intAttr("axis", 0) == 1) {
                claim(o);
            }
        }
    }

    private void claim(Step.Other o) {
        int[] dims = plan.values().get(o.outputs()[0]).shape().dims();
        if (dims.length < 3 || dims.length > 5 || dims[0] != 1) {
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

    /** A place for a value inside its concat, or null where it can't lie there. */
    @Nullable
    View place(PlanBuilder builder, int value, Desc desc) {
        Part part = parts.get(value);
        if (part == null) {
            return null;
        }
        long block = desc.channelBlock();
        boolean plain = block == 1 && desc.isPlain();
        if (block == 0 || (block == 1 && !plain)) {
            return null;
        }
        for (int v : part.concat.inputs()) {
            if (plan.values().get(v).shape().dim(1) % block != 0) {
                return null;
            }
        }
        int result = part.concat.outputs()[0];
        Desc whole = block == 1
                ? Desc.plain(builder.scope, builder.dims(result))
                : Desc.blocked(builder.scope, block, builder.dims(result));
        View target = builder.viewOrNull(result);
        if (target == null) {
            target = builder.place(result, whole);
        } else if (!target.desc().same(whole)) {
            return null;
        }
        long perChannel = 4;
        for (int i = 2; i < desc.rank(); i++) {
            perChannel *= desc.dim(i);
        }
        return new View(desc, target.buf(), target.offset() + part.channel * perChannel);
    }

    /** True where the value already lies where its concat wants it. */
    static boolean inPlace(View part, View whole, long channel) {
        long perChannel = 4;
        for (int i = 2; i < whole.desc().rank(); i++) {
            perChannel *= whole.desc().dim(i);
        }
        return part.buf() == whole.buf() && part.offset() == whole.offset() + channel * perChannel;
    }
}
