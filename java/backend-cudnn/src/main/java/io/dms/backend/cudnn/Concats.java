package io.dms.backend.cudnn;

import io.dms.runtime.FusedPlan;
import io.dms.runtime.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Which values can be written straight into the result of the concat of channels that reads them, as a range of channels
 * of its buffer; or that reads pieces of them, see {@link Splits}.
 */
final class Concats {
    private final Map<Integer, Part> parts = new HashMap<>();

    /** A value's place in the result of a concat: its first channel there. */
    private record Part(Step.Other concat, int channel) {}

    Concats(FusedPlan plan) {
        List<Step.Other> concats = new ArrayList<>();
        for (Step s : plan.steps()) {
            if (s instanceof Step.Other o
                    && o.node().is("Concat")
                    && o.node().intAttr("axis", 0) == 1
                    && plan.values().get(o.outputs()[0]).shape().rank() >= 3) {
                concats.add(o);
                claim(plan, o);
            }
        }
        Splits splits = new Splits(plan);
        for (int whole : splits.wholes()) {
            if (!parts.containsKey(whole) && isMade(plan, whole)) {
                pass(splits, whole, concats);
            }
        }
    }

    private void claim(FusedPlan plan, Step.Other o) {
        int channel = 0;
        for (int v : o.inputs()) {
            boolean once = Arrays.stream(o.inputs()).filter(x -> x == v).count() == 1;
            if (once && isMade(plan, v)) {
                parts.putIfAbsent(v, new Part(o, channel));
            }
            channel += plan.values().get(v).shape().dim(1);
        }
    }

    /** A value that is split lies where its pieces will be joined with others. */
    private void pass(Splits splits, int whole, List<Step.Other> concats) {
        for (Step.Other o : concats) {
            OptionalInt at = splits.place(whole, o, v -> {
                Part part = parts.get(v);
                return part != null && part.concat.equals(o);
            });
            if (at.isPresent()) {
                parts.put(whole, new Part(o, at.getAsInt()));
                return;
            }
        }
    }

    /** Some step writes it. */
    private static boolean isMade(FusedPlan plan, int value) {
        return plan.values().get(value).constant() == null
                && Arrays.stream(plan.inputs()).noneMatch(x -> x == value);
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
