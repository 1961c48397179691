package io.dms.model.onnx;

import io.dms.model.ModelException;
import io.dms.model.Node;
import io.dms.model.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Shapes of what moves elements and computes nothing: slices, pads, joins, and other orders and numbers of axes. */
final class MovementShapes {
    private final Node node;
    private final Function<String, @Nullable Shape> shapes;

    MovementShapes(Node node, Function<String, @Nullable Shape> shapes) {
        this.node = node;
        this.shapes = shapes;
    }

    private ModelException error(String what) {
        return ShapeRules.error(node, what);
    }

    /** Of an operator with one input of this shape and one output. */
    Shape output(Shape x) {
        return switch (node.op()) {
            case "Slice" -> slice(x);
            case "Pad" -> pad(x);
            case "Flatten" -> flatten(x);
            case "Squeeze" -> squeeze(x);
            case "Unsqueeze" -> unsqueeze(x);
            case "Transpose" -> transpose(x);
            default -> throw new IllegalArgumentException(node.op() + " moves nothing");
        };
    }

    private Shape slice(Shape x) {
        int[] axes = ShapeRules.axes(node, "axes", x.rank());
        int[] starts = node.ints("starts");
        int[] ends = node.ints("ends");
        int[] steps = node.ints("steps");
        if (starts.length != axes.length || ends.length != axes.length || steps.length != axes.length) {
            throw error("has starts, ends, axes and steps of different lengths");
        }
        int[] out = x.dims();
        for (int i = 0; i < axes.length; i++) {
            int size = out[axes[i]];
            if (size == Shape.BATCH) {
                throw error("slices the batch");
            }
            if (starts[i] < 0 || ends[i] > size || starts[i] >= ends[i] || steps[i] < 1) {
                throw error("takes " + starts[i] + " to " + ends[i] + " by " + steps[i] + " of axis " + axes[i]
                        + ", which has " + size);
            }
            out[axes[i]] = (int) (((long) ends[i] - starts[i] + steps[i] - 1) / steps[i]);
        }
        return Shape.of(out);
    }

    private Shape pad(Shape x) {
        int[] pads = node.ints("pads");
        if (pads.length != 2 * x.rank()) {
            throw error("has " + pads.length + " pads for a tensor of " + x.rank() + " dimensions");
        }
        boolean reflect = node.stringAttr("mode", "constant").equals("reflect");
        int[] out = x.dims();
        for (int i = 0; i < out.length; i++) {
            int before = pads[i];
            int after = pads[i + out.length];
            if (before < 0 || after < 0) {
                throw error("has a negative pad: " + Arrays.toString(pads));
            }
            if (before == 0 && after == 0) {
                continue;
            }
            if (out[i] == Shape.BATCH) {
                throw error("pads the batch");
            }
            if (reflect && Math.max(before, after) >= out[i]) {
                throw error("reflects " + Math.max(before, after) + " elements of axis " + i + ", which has " + out[i]);
            }
            out[i] = Math.addExact(Math.addExact(out[i], before), after);
        }
        return Shape.of(out);
    }

    private Shape flatten(Shape x) {
        int axis = node.intAttr("axis", 1);
        if (axis < 0 || axis > x.rank()) {
            throw error("has axis " + axis + " for a tensor of " + x.rank() + " dimensions");
        }
        return Shape.of(product(x, 0, axis), product(x, axis, x.rank()));
    }

    /** Product of some dimensions, the batch only where all others are 1. */
    private int product(Shape x, int from, int to) {
        int n = Math.toIntExact(x.elements(from, to));
        boolean batch = IntStream.range(from, to).anyMatch(i -> x.dim(i) == Shape.BATCH);
        if (batch && n != 1) {
            throw error("merges the batch of shape " + x + " with another axis");
        }
        return batch ? Shape.BATCH : n;
    }

    /** The shape that the node states, if it has as many elements as its input. */
    @Nullable
    Shape reshape() {
        Shape to = Shape.of(node.ints("shape"));
        Shape x = shapes.apply(node.input(0));
        if (x != null && (x.elements() != to.elements() || x.hasBatch() != to.hasBatch())) {
            throw error("reshapes " + x + " to " + to + ", which has another number of elements");
        }
        return to;
    }

    private Shape squeeze(Shape x) {
        int[] axes = ShapeRules.axes(node, "axes", x.rank());
        for (int a : axes) {
            if (x.dim(a) != 1) {
                throw error("removes axis " + a + " of shape " + x + ", whose size is not 1");
            }
        }
        return Shape.of(ShapeRules.without(x.dims(), axes));
    }

    private Shape unsqueeze(Shape x) {
        int rank = x.rank() + node.ints("axes").length;
        int[] axes = ShapeRules.axes(node, "axes", rank);
        int[] out = new int[rank];
        for (int a : axes) {
            out[a] = 1;
        }
        for (int i = 0, from = 0; i < rank; i++) {
            if (out[i] == 0) {
                out[i] = x.dim(from++);
            }
        }
        return Shape.of(out);
    }

    private Shape transpose(Shape x) {
        int[] perm = ShapeRules.axes(node, "perm", x.rank());
        if (perm.length != x.rank()) {
            throw error("permutes " + perm.length + " axes of a tensor that has " + x.rank());
        }
        return Shape.of(Arrays.stream(perm).map(x::dim).toArray());
    }

    /** Null where the shape of one input is not known. */
    @Nullable
    Shape concat() {
        int axis = node.intAttr("axis", 0);
        int @Nullable [] out = null;
        boolean unknown = false;
        for (String in : node.inputs()) {
            Shape s = shapes.apply(in);
            if (s == null) {
                unknown = true;
                continue;
            }
            ShapeRules.axis(node, axis, s.rank());
            if (s.dim(axis) == Shape.BATCH) {
                throw error("joins along the batch");
            }
            if (out == null) {
                out = s.dims();
                continue;
            }
            boolean fits = s.rank() == out.length;
            for (int i = 0; fits && i < out.length; i++) {
                fits = i == axis || s.dim(i) == out[i];
            }
            if (!fits) {
                throw error(
                        "joins shapes " + Shape.of(out) + " and " + s + " along axis " + axis + ", which do not fit");
            }
            out[axis] = Math.addExact(out[axis], s.dim(axis));
        }
        return unknown || out == null ? null : Shape.of(out);
    }

    /** One shape for each part, null where the input's is not known. */
    List<@Nullable Shape> split() {
        Shape x = shapes.apply(node.input(0));
        int[] parts = node.ints("split");
        if (parts.length != node.outputs().size()) {
            throw error("has " + parts.length + " parts but " + node.outputs().size() + " outputs");
        }
        int axis = node.intAttr("axis", 0);
        List<@Nullable Shape> out = new ArrayList<>();
        long sum = 0;
        for (int p : parts) {
            if (p < 1) {
                throw error("has a part of " + p);
            }
            sum += p;
            out.add(x == null ? null : x.with(ShapeRules.axis(node, axis, x.rank()), p));
        }
        if (x != null && x.dim(axis) != sum) {
            throw error("splits axis " + axis + " of shape " + x + " into " + Arrays.toString(parts));
        }
        return out;
    }
}
