package io.dms.backend.cudnn;

import io.dms.model.Node;
import io.dms.runtime.FusedPlan;
import io.dms.runtime.Step;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * Values of which pieces pass by what is done to others, and meet it again in a concat: such a value may lie in the concat's
 * buffer from the start, so that what passes by is never moved. A part that is due where another piece lies takes its place when
 * nobody reads that one any more.
 */
final class Splits {
    /** Steps whose result may be what they read, at the same place. */
    private static final Set<String> VIEWS =
            Set.of("Identity", "Dropout", "Flatten", "Reshape", "Squeeze", "Unsqueeze", "Split", "Slice");
    /** Beside fused steps, those that write their result as they run, and not before. */
    private static final Set<String> WRITES = Set.of("AveragePool", "LRN", "MaxPool", "Resize");

    private final FusedPlan plan;
    private final List<Step> steps;
    private final Map<Integer, List<Piece>> pieces = new LinkedHashMap<>();

    /** A range of channels of a value, by the step that cuts it. */
    record Piece(int value, int channel, Step cut) {}

    Splits(FusedPlan plan) {
        this.plan = plan;
        this.steps = List.of(plan.steps().toArray(new Step[0]));
        for (Step s : steps) {
            if (s instanceof Step.Other o && o.node().is("Split")) {
                split(o);
            } else if (s instanceof Step.Other o && o.node().is("Slice")) {
                slice(o);
            }
        }
    }

    private void split(Step.Other o) {
        int rank = dims(o.inputs()[0]).length;
        if (rank < 3 || MoveLowering.axis(o.node().intAttr("axis", 0), rank) != 1) {
            return;
        }
        int channel = 0;
        int[] sizes = o.node().ints("split");
        for (int i = 0; i < o.outputs().length; i++) {
            if (o.outputs()[i] >= 0) {
                add(o, o.outputs()[i], channel);
            }
            channel += sizes[i];
        }
    }

    private void slice(Step.Other o) {
        Node n = o.node();
        int[] axes = n.intsOrNull("axes");
        int[] strides = n.intsOrNull("steps");
        int[] starts = n.ints("starts");
        boolean channels = dims(o.inputs()[0]).length >= 3 && axes != null && axes.length == 1 && axes[0] == 1;
        if (channels && (strides == null || strides[0] == 1)) {
            add(o, o.outputs()[0], starts[0]);
        }
    }

    private void add(Step.Other cut, int value, int channel) {
        pieces.computeIfAbsent(cut.inputs()[0], k -> new ArrayList<>()).add(new Piece(value, channel, cut));
    }

    /** Values that are cut into ranges of channels. */
    Set<Integer> wholes() {
        return pieces.keySet();
    }

    /**
     * The channel of a concat at which a value may begin whose pieces the concat reads; empty where there is none.
     *
     * @param claimed whether the concat has a part written to its place
     */
    OptionalInt place(int whole, Step.Other concat, IntPredicate claimed) {
        int[] members = concat.inputs();
        int channel = 0;
        for (int m : members) {
            for (Piece p : pieces.getOrDefault(whole, List.of())) {
                int base = channel - p.channel;
                boolean inside = base >= 0 && base + channels(whole) <= channels(concat.outputs()[0]);
                if (p.value == m && inside && mayLie(whole, base, concat, claimed)) {
                    return OptionalInt.of(base);
                }
            }
            channel += channels(m);
        }
        return OptionalInt.empty();
    }

    private boolean mayLie(int whole, int base, Step.Other concat, IntPredicate claimed) {
        int channel = -base;
        for (int m : concat.inputs()) {
            int from = channel;
            int to = channel + channels(m);
            channel = to;
            boolean passes =
                    pieces.getOrDefault(whole, List.of()).stream().anyMatch(p -> p.value == m && p.channel == from);
            if (to > 0 && from < channels(whole) && !passes) {
                int written = claimed.test(m) ? writer(m) : steps.indexOf(concat);
                if (written <= lastUse(whole, from, to)) {
                    return false;
                }
            }
        }
        return true;
    }

    /** The step that writes a part; -1 where something of it may be written before. */
    private int writer(int value) {
        for (int i = 0; i < steps.size(); i++) {
            Step s = steps.get(i);
            if (Arrays.stream(s.results()).anyMatch(v -> v == value)) {
                return !(s instanceof Step.Other o) || WRITES.contains(o.node().op()) ? i : -1;
            }
        }
        return -1;
    }

    /** The last step that writes or reads these channels of a value; the end where somebody may at any time. */
    private int lastUse(int whole, int from, int to) {
        if (writer(whole) < 0) {
            // Others may read its parts, which lie there too.
            return steps.size();
        }
        int last = -1;
        for (int i = 0; i < steps.size(); i++) {
            Step s = steps.get(i);
            boolean cuts = pieces.getOrDefault(whole, List.of()).stream().anyMatch(p -> p.cut == s);
            boolean writes = Arrays.stream(s.results()).anyMatch(v -> v == whole);
            boolean reads = !cuts && Arrays.stream(s.reads()).anyMatch(v -> covers(whole, v, from, to));
            if (reads && s instanceof Step.Other o && VIEWS.contains(o.node().op())) {
                return steps.size();
            }
            last = writes || reads ? i : last;
        }
        boolean leaves = Arrays.stream(plan.outputs()).anyMatch(v -> covers(whole, v, from, to));
        return leaves ? steps.size() : last;
    }

    /** Whether a value is the whole, or a piece that has some of these channels. */
    private boolean covers(int whole, int value, int from, int to) {
        return value == whole
                || pieces.getOrDefault(whole, List.of()).stream()
                        .anyMatch(p -> p.value == value && p.channel < to && p.channel + channels(value) > from);
    }

    private int[] dims(int value) {
        return plan.values().get(value).shape().dims();
    }

    private int channels(int value) {
        return dims(value)[1];
    }
}
