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

/** The shapes of a canonical node's outputs, and all checks that its inputs, constants and attributes fit. */
final class ShapeRules {
    /** Largest activation of one image: what one buffer of floats can hold. */
    private static final long MAX_ELEMENTS = 1L << 29;

    private final Node node;
    private final Function<String, @Nullable Shape> shapes;

    private ShapeRules(Node node, Function<String, @Nullable Shape> shapes) {
        this.node = node;
        this.shapes = shapes;
    }

    /**
     * @param node in canonical form
     * @param shapes shape of a tensor, null where it is not known
     * @return one for each output; null for those that are not known because an input's shape is not
     * @throws ModelException if something does not fit
     */
    static List<@Nullable Shape> infer(Node node, Function<String, @Nullable Shape> shapes) {
        try {
            List<@Nullable Shape> out = new ShapeRules(node, shapes).outputs();
            for (int i = 0; i < out.size(); i++) {
                check(node, out.get(i));
            }
            return out;
        } catch (ArithmeticException e) {
            throw error(node, "has sizes that are too large: the file is damaged");
        }
    }

    private static void check(Node node, @Nullable Shape s) {
        if (s == null) {
            return;
        }
        int batches = 0;
        for (int d : s.dims()) {
            if (d == 0) {
                throw error(node, "gives a tensor without elements, of shape " + s);
            }
            batches += d == Shape.BATCH ? 1 : 0;
        }
        if (batches > 1) {
            throw error(node, "mixes the batch with another axis");
        }
        if (s.elements() > MAX_ELEMENTS) {
            throw error(node, "gives a tensor of shape " + s + ", more than " + MAX_ELEMENTS + " elements");
        }
    }

    static ModelException error(Node node, String what) {
        return new ModelException("node " + Text.clean(node.name()) + " (" + Text.clean(node.op()) + ") " + what);
    }

    private ModelException error(String what) {
        return error(node, what);
    }

    private List<@Nullable Shape> outputs() {
        if (node.op().equals("Split")) {
            return new MovementShapes(node, shapes).split();
        }
        List<@Nullable Shape> one = new ArrayList<>();
        one.add(output());
        return one;
    }

    private @Nullable Shape output() {
        switch (node.op()) {
            case "Reshape":
                return new MovementShapes(node, shapes).reshape();
            case "Concat":
                return new MovementShapes(node, shapes).concat();
            case "Add", "Sub", "Mul", "Div", "MatMul":
                Shape a = shapes.apply(node.input(0));
                Shape b = shapes.apply(node.input(1));
                return a == null || b == null ? null : node.is("MatMul") ? matMul(a, b) : broadcast(node, a, b);
            default:
        }
        Shape x = shapes.apply(node.input(0));
        if (x == null) {
            return null;
        }
        return switch (node.op()) {
            case "Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool" ->
                new WindowShapes(node, shapes).output(x);
            case "BatchNormalization" -> batchNormalization(x);
            case "PRelu" -> prelu(x);
            case "LRN" -> lrn(x);
            case "Softmax" -> softmax(x);
            case "Resize" -> resize(x);
            case "ReduceMean" -> reduceMean(x);
            case "Gemm" -> gemm(x);
            case "Slice", "Pad", "Flatten", "Squeeze", "Unsqueeze", "Transpose" ->
                new MovementShapes(node, shapes).output(x);
            default -> x;
        };
    }

    /** The different axes that an attribute names, each from 0 and below the rank. */
    static int[] axes(Node node, String attribute, int rank) {
        int[] axes = node.ints(attribute);
        for (int a : axes) {
            axis(node, a, rank);
        }
        if (Arrays.stream(axes).distinct().count() != axes.length) {
            throw error(node, "names an axis twice in " + attribute + ": " + Arrays.toString(axes));
        }
        return axes;
    }

    static int axis(Node node, int axis, int rank) {
        if (axis < 0 || axis >= rank) {
            throw error(node, "has axis " + axis + " for a tensor of " + rank + " dimensions");
        }
        return axis;
    }

    static Shape broadcast(Node node, Shape a, Shape b) {
        int rank = Math.max(a.rank(), b.rank());
        int[] out = new int[rank];
        for (int i = 1; i <= rank; i++) {
            int x = i <= a.rank() ? a.dim(-i) : 1;
            int y = i <= b.rank() ? b.dim(-i) : 1;
            if (x != y && x != 1 && y != 1) {
                throw error(node, "combines shapes " + a + " and " + b + ", which do not fit");
            }
            out[rank - i] = x == 1 ? y : x;
        }
        return Shape.of(out);
    }

    private Shape matMul(Shape a, Shape b) {
        if (a.rank() < 2 || b.rank() < 2 || a.dim(-1) != b.dim(-2)) {
            throw error("multiplies shapes " + a + " and " + b + ", which do not fit");
        }
        int[] x = a.dims();
        int[] y = b.dims();
        Shape outer =
                broadcast(node, Shape.of(Arrays.copyOf(x, x.length - 2)), Shape.of(Arrays.copyOf(y, y.length - 2)));
        int[] out = Arrays.copyOf(outer.dims(), outer.rank() + 2);
        out[out.length - 2] = a.dim(-2);
        out[out.length - 1] = b.dim(-1);
        return Shape.of(out);
    }

    private Shape batchNormalization(Shape x) {
        if (x.rank() < 2) {
            throw error("needs an input with channels but has shape " + x);
        }
        for (int i = 1; i <= 4; i++) {
            Shape p = shapes.apply(node.input(i));
            if (p != null && (p.rank() != 1 || p.dim(0) != x.dim(1))) {
                throw error("has parameter " + Text.clean(node.input(i)) + " of shape " + p + " for " + x.dim(1)
                        + " channels");
            }
        }
        return x;
    }

    private Shape prelu(Shape x) {
        Shape slope = shapes.apply(node.input(1));
        if (slope != null && !broadcast(node, x, slope).equals(x)) {
            throw error("has slopes of shape " + slope + " for shape " + x);
        }
        return x;
    }

    private Shape lrn(Shape x) {
        if (x.rank() < 3 || node.intAttr("size", 0) < 1) {
            throw error("needs a size of at least 1 and an input with channels and space; it has size "
                    + node.intAttr("size", 0) + " and shape " + x);
        }
        return x;
    }

    private Shape softmax(Shape x) {
        if (x.dim(axis(node, node.intAttr("axis", x.rank() - 1), x.rank())) == Shape.BATCH) {
            throw error("normalises over the batch");
        }
        return x;
    }

    private Shape resize(Shape x) {
        int[] sizes = node.ints("sizes");
        if (sizes.length != x.rank()) {
            throw error("has " + sizes.length + " sizes for a tensor of " + x.rank() + " dimensions");
        }
        for (int i = 0; i < sizes.length; i++) {
            if ((x.dim(i) == Shape.BATCH) != (sizes[i] == Shape.BATCH)) {
                throw error("resizes shape " + x + " to " + Shape.of(sizes) + ", which changes the batch");
            }
        }
        return Shape.of(sizes);
    }

    private Shape reduceMean(Shape x) {
        int[] axes = axes(node, "axes", x.rank());
        boolean keep = node.intAttr("keepdims", 1) != 0;
        int[] dims = x.dims();
        for (int a : axes) {
            if (dims[a] == Shape.BATCH) {
                throw error("averages over the batch");
            }
            dims[a] = 1;
        }
        return Shape.of(keep ? dims : without(dims, axes));
    }

    /** The sizes of all other axes. */
    static int[] without(int[] dims, int[] axes) {
        return IntStream.range(0, dims.length)
                .filter(i -> Arrays.stream(axes).noneMatch(a -> a == i))
                .map(i -> dims[i])
                .toArray();
    }

    private @Nullable Shape gemm(Shape a) {
        Shape b = shapes.apply(node.input(1));
        if (b == null) {
            return null;
        }
        boolean transB = node.intAttr("transB", 0) != 0;
        if (node.intAttr("transA", 0) != 0) {
            throw error("transposes its first input");
        }
        if (a.rank() != 2 || b.rank() != 2 || a.dim(1) != b.dim(transB ? 1 : 0)) {
            throw error("multiplies shape " + a + " and " + (transB ? "transposed " : "") + b + ", which do not fit");
        }
        Shape out = Shape.of(a.dim(0), b.dim(transB ? 0 : 1));
        Shape c = node.input(2).isEmpty() ? null : shapes.apply(node.input(2));
        if (c != null && (c.rank() != 1 || c.dim(0) != out.dim(1))) {
            throw error("adds a bias of shape " + c + " to shape " + out + ", which does not fit");
        }
        return out;
    }
}
