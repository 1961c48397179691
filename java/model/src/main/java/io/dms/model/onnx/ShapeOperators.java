package io.dms.model.onnx;

import io.dms.model.Node;
import io.dms.model.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Joining, splitting, cutting and padding. */
final class ShapeOperators {
    private ShapeOperators() {}

    static void concat(SourceNode n, GraphBuilder g) {
        long axis = n.integer("axis", 1);
        int rank = 0;
        List<String> inputs = new ArrayList<>();
        for (int i = 0; i < n.inputs().size(); i++) {
            String in = g.tensor(n, i);
            Shape s = g.shape(in);
            rank = s == null ? rank : s.rank();
            inputs.add(in);
        }
        if (inputs.isEmpty()) {
            throw n.error("has no inputs: the file is damaged");
        }
        if (inputs.size() == 1) {
            g.alias(n, inputs.get(0));
            return;
        }
        if (rank == 0 && axis < 0) {
            throw new UnsupportedForm("rank not known");
        }
        int at = ConstantFolder.axis(n, axis, rank == 0 ? Integer.MAX_VALUE : rank);
        g.emit(n, n.op(), inputs, new Attributes().put("axis", at).map());
    }

    static void split(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        Shape s = g.activationShape(n, 0);
        int axis = ConstantFolder.axis(n, n.integer("axis", 0), s.rank());
        if (s.dim(axis) == Shape.BATCH) {
            splitBatch(n, g, x);
            return;
        }
        long[] given = n.opset() < 13 ? n.integers("split") : g.integers(n, 1);
        int[] parts = splitParts(n, given, s.dim(axis));
        if (n.outputs().size() == 1) {
            g.alias(n, x);
            return;
        }
        List<String> outputs = new ArrayList<>();
        for (String out : n.outputs()) {
            outputs.add(out.isEmpty() ? g.freshTensor(n.name() + "_unused") : out);
        }
        g.emit(Node.of(
                n.name(),
                n.op(),
                List.of(x),
                outputs,
                new Attributes().put("axis", axis).put("split", parts).map()));
    }

    private static void splitBatch(SourceNode n, GraphBuilder g, String x) {
        if (n.outputs().size() != 1) {
            throw n.error("splits the batch");
        }
        g.alias(n, x);
    }

    /**
     * Sizes of the parts of Split.
     *
     * @param given sizes in the file, or null for equal ones
     * @param size size of the axis
     */
    static int[] splitParts(SourceNode n, long @Nullable [] given, int size) {
        int outputs = n.outputs().size();
        int[] parts = new int[outputs];
        if (given == null || given.length == 0) {
            int part = (size + outputs - 1) / Math.max(1, outputs);
            if (outputs == 0 || (n.opset() < 18 && size % outputs != 0)) {
                throw n.error("splits " + size + " elements into " + outputs + " equal parts");
            }
            for (int i = 0; i < outputs; i++) {
                parts[i] = Math.max(0, Math.min(part, size - i * part));
            }
            return parts;
        }
        if (given.length != outputs
                || Arrays.stream(given).anyMatch(p -> p < 0 || p > size)
                || Arrays.stream(given).sum() != size) {
            throw n.error("splits " + size + " elements into " + Arrays.toString(given) + " for " + outputs
                    + " outputs, which do not fit");
        }
        for (int i = 0; i < outputs; i++) {
            parts[i] = (int) given[i];
        }
        return parts;
    }

    static void slice(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        Shape s = g.activationShape(n, 0);
        int[] dims = s.dims();
        SliceRange[] ranges = SliceRange.of(n, openBatch(dims), i -> g.integers(n, i));
        List<Integer> axes = new ArrayList<>();
        for (int i = 0; i < ranges.length; i++) {
            SliceRange r = ranges[i];
            if (dims[i] == Shape.BATCH) {
                if (!r.whole(Integer.MAX_VALUE)) {
                    throw n.error("slices the batch");
                }
            } else if (!r.whole(dims[i])) {
                if (r.step() < 0) {
                    throw new UnsupportedForm("backwards");
                }
                if (r.count() == 0) {
                    throw n.error("takes nothing of axis " + i + " of shape " + s);
                }
                axes.add(i);
            }
        }
        if (axes.isEmpty()) {
            g.alias(n, x);
            return;
        }
        int[] starts = axes.stream().mapToInt(i -> ranges[i].start()).toArray();
        int[] steps = axes.stream().mapToInt(i -> ranges[i].step()).toArray();
        int[] ends = axes.stream()
                .mapToInt(i -> Math.min(dims[i], ranges[i].start() + ranges[i].count() * ranges[i].step()))
                .toArray();
        Attributes a = new Attributes()
                .put("starts", starts)
                .put("ends", ends)
                .put("axes", axes.stream().mapToInt(Integer::intValue).toArray())
                .put("steps", steps);
        g.emit(n, n.op(), List.of(x), a.map());
    }

    /** An open batch is as large as it can be, so that only a slice of everything takes all of it. */
    private static int[] openBatch(int[] dims) {
        return Arrays.stream(dims)
                .map(d -> d == Shape.BATCH ? Integer.MAX_VALUE : d)
                .toArray();
    }

    /** Taking one index is a Slice and a Squeeze. */
    static void gather(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        Shape s = g.activationShape(n, 0);
        int axis = ConstantFolder.axis(n, n.integer("axis", 0), s.rank());
        long[] at = g.integers(n, 1);
        Constant indices = g.constant(n.input(1));
        if (at == null || indices == null || indices.rank() != 0 || s.dim(axis) == Shape.BATCH) {
            throw new UnsupportedForm("several indices");
        }
        int size = s.dim(axis);
        if (at[0] < -size || at[0] >= size) {
            throw n.error("takes element " + at[0] + " of axis " + axis + " of shape " + s);
        }
        int start = (int) (at[0] < 0 ? at[0] + size : at[0]);
        String cut = x;
        if (size > 1) {
            Attributes a = new Attributes()
                    .put("starts", new int[] {start})
                    .put("ends", new int[] {start + 1})
                    .put("axes", new int[] {axis})
                    .put("steps", new int[] {1});
            cut = g.emitBefore(n, "Slice", List.of(x), a.map());
        }
        g.emit(
                n,
                "Squeeze",
                List.of(cut),
                new Attributes().put("axes", new int[] {axis}).map());
    }

    static void pad(SourceNode n, GraphBuilder g) {
        String x = g.activation(n, 0);
        Shape s = g.activationShape(n, 0);
        int rank = s.rank();
        boolean attributes = n.opset() < 11;
        long[] given = attributes ? n.integers("pads") : g.integers(n, 1);
        int[] axes = IntStream.range(0, rank).toArray();
        long[] some = n.opset() >= 18 ? g.integers(n, 3) : null;
        if (some != null) {
            axes = ConstantFolder.axes(n, some, rank);
        }
        if (given == null || given.length != 2 * axes.length) {
            throw n.error("has " + (given == null ? 0 : given.length) + " pads for " + axes.length + " axes");
        }
        String mode = n.string("mode", "constant");
        if (!List.of("constant", "reflect", "edge").contains(mode)) {
            throw new UnsupportedForm("mode");
        }
        Constant fill = attributes ? null : g.reals(n, 2);
        float value = attributes ? n.real("value", 0) : fill == null || fill.size() == 0 ? 0 : fill.floats()[0];
        long[] pads = new long[2 * rank];
        boolean cuts = false;
        for (int i = 0; i < axes.length; i++) {
            for (int side = 0; side < 2; side++) {
                long p = given[i + side * axes.length];
                if (Math.abs(p) > 1 << 24 || p == Long.MIN_VALUE) {
                    throw n.error("has pad " + p + ", which is too large: the file is damaged");
                }
                pads[axes[i] + side * rank] = p;
                cuts |= p < 0;
            }
        }
        String from = cuts ? cut(n, g, x, s, pads) : x;
        for (int i = 0; i < pads.length; i++) {
            pads[i] = Math.max(0, pads[i]);
        }
        if (Arrays.stream(pads).allMatch(p -> p == 0)) {
            g.alias(n, from);
            return;
        }
        if (Float.isNaN(value)) {
            throw n.error("pads with what is not a number: the file is damaged");
        }
        Attributes a = new Attributes().put("pads", pads).put("mode", mode).put("value", value);
        g.emit(n, n.op(), List.of(from), a.map());
    }

    /** Negative pads take elements away, before anything is mirrored or repeated: a Slice. */
    private static String cut(SourceNode n, GraphBuilder g, String x, Shape s, long[] pads) {
        int rank = s.rank();
        int[] axes = IntStream.range(0, rank)
                .filter(i -> pads[i] < 0 || pads[i + rank] < 0)
                .toArray();
        long[] starts = new long[axes.length];
        long[] ends = new long[axes.length];
        long[] steps = new long[axes.length];
        for (int i = 0; i < axes.length; i++) {
            starts[i] = Math.max(0, -pads[axes[i]]);
            ends[i] = s.dim(axes[i]) - Math.max(0, -pads[axes[i] + rank]);
            steps[i] = 1;
            if (s.dim(axes[i]) == Shape.BATCH || starts[i] >= ends[i]) {
                throw n.error("has pads " + Arrays.toString(pads) + " that leave nothing of shape " + s);
            }
        }
        Attributes a = new Attributes()
                .put("starts", starts)
                .put("ends", ends)
                .put("axes", axes)
                .put("steps", steps);
        return g.emitBefore(n, "Slice", List.of(x), a.map());
    }
}
