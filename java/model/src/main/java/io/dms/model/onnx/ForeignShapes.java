package io.dms.model.onnx;

import io.dms.model.Graph;
import io.dms.model.ModelException;
import io.dms.model.Node;
import io.dms.model.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What is known of some widespread operators outside the supported list, so that shapes are known behind them. Nothing
 * here refuses a model: where a node is not understood, its shape is not known.
 */
final class ForeignShapes {
    /** First output has the shape of the first input, and each image is treated on its own. */
    private static final Set<String> SHAPE_OF_INPUT = Set.of(
            "Abs",
            "Acos",
            "Asin",
            "Atan",
            "Cast",
            "Ceil",
            "Celu",
            "Cos",
            "DequantizeLinear",
            "Elu",
            "Erf",
            "Exp",
            "Floor",
            "Gelu",
            "GroupNormalization",
            "Identity",
            "InstanceNormalization",
            "Log",
            "Mish",
            "Neg",
            "Not",
            "QuantizeLinear",
            "Reciprocal",
            "Round",
            "Selu",
            "Sign",
            "Sin",
            "Softplus",
            "Softsign",
            "Sqrt",
            "ThresholdedRelu");

    /** The same, but along an axis that may be the batch. */
    private static final Set<String> ALONG_AN_AXIS = Set.of("LogSoftmax", "Hardmax", "LayerNormalization", "CumSum");

    private static final Set<String> TRUTH = Set.of(
            "And", "Equal", "Greater", "GreaterOrEqual", "IsInf", "IsNaN", "Less", "LessOrEqual", "Not", "Or", "Xor");
    private static final Set<String> BROADCAST = Set.of("Pow", "Where", "Max", "Min", "Mean", "Sum", "Mod", "PRelu");
    private static final Set<String> INDICES =
            Set.of("ArgMax", "ArgMin", "NonZero", "Shape", "Size", "NonMaxSuppression");

    private ForeignShapes() {}

    /** True where the operator keeps the shape of its first input and cannot mix images of a batch. */
    static boolean keepsShape(String domain, String op) {
        return domain.isEmpty() && SHAPE_OF_INPUT.contains(op);
    }

    /** Shape of the first output, null where it is not known. */
    static @Nullable Shape infer(Node node, Function<String, @Nullable Shape> shapes) {
        if (!node.domain().isEmpty() || node.inputs().isEmpty()) {
            return null;
        }
        String op = node.op();
        Shape first = node.input(0).isEmpty() ? null : shapes.apply(node.input(0));
        if (SHAPE_OF_INPUT.contains(op) || ALONG_AN_AXIS.contains(op)) {
            return first;
        }
        try {
            if (BROADCAST.contains(op) || TRUTH.contains(op)) {
                return broadcast(node, shapes);
            }
            if (first != null && (op.equals("ArgMax") || op.equals("ArgMin"))) {
                return reduced(node, first, new int[] {node.intAttr("axis", 0)});
            }
            int[] axes = node.intsOrNull("axes");
            return op.startsWith("Reduce") && first != null && axes != null ? reduced(node, first, axes) : null;
        } catch (ModelException | ArithmeticException e) {
            return null;
        }
    }

    private static @Nullable Shape broadcast(Node node, Function<String, @Nullable Shape> shapes) {
        Shape all = Shape.of();
        for (String in : node.inputs()) {
            Shape s = in.isEmpty() ? null : shapes.apply(in);
            if (s == null) {
                return null;
            }
            all = ShapeRules.broadcast(node, all, s);
        }
        return bounded(all);
    }

    private static @Nullable Shape bounded(Shape s) {
        long batches = Arrays.stream(s.dims()).filter(d -> d == Shape.BATCH).count();
        return batches > 1 || s.elements() > 1 << 29 ? null : s;
    }

    private static @Nullable Shape reduced(Node node, Shape s, int[] axes) {
        int[] dims = s.dims();
        boolean[] gone = new boolean[dims.length];
        for (int a : axes) {
            int axis = a < 0 ? a + dims.length : a;
            if (axis < 0 || axis >= dims.length || gone[axis]) {
                return null;
            }
            gone[axis] = true;
        }
        boolean keep = node.intAttr("keepdims", 1) != 0;
        List<Integer> left = new ArrayList<>();
        for (int i = 0; i < dims.length; i++) {
            if (!gone[i]) {
                left.add(dims[i]);
            } else if (keep) {
                left.add(1);
            }
        }
        return Shape.of(left.stream().mapToInt(Integer::intValue).toArray());
    }

    /**
     * Element types of the activations of a graph that may be other than float, {@link ElementType#UNKNOWN} where they
     * are not clear: the outputs of foreign nodes and what is computed from them.
     */
    static Map<String, Integer> types(Graph graph) {
        Map<String, Integer> types = new HashMap<>();
        for (Node n : graph.nodes()) {
            boolean foreign = !Operators.isSupported(graph, n);
            if (!foreign && n.inputs().stream().noneMatch(types::containsKey)) {
                continue;
            }
            int first = types.getOrDefault(n.input(0), ElementType.FLOAT);
            for (int i = 0; i < n.outputs().size(); i++) {
                boolean known = foreign && i == 0 && n.domain().isEmpty();
                long to = n.attributes().get("to") instanceof Long l ? l : 0;
                types.put(n.outputs().get(i), known ? type(n.op(), to, first) : ElementType.UNKNOWN);
            }
        }
        types.values().removeIf(t -> t == ElementType.FLOAT);
        return types;
    }

    /** Element type of the first output, {@link ElementType#UNKNOWN} where it is not clear. */
    static int type(String op, long castTo, int first) {
        if (INDICES.contains(op)) {
            return ElementType.INT64;
        }
        if (TRUTH.contains(op)) {
            return ElementType.BOOL;
        }
        if (op.equals("QuantizeLinear")) {
            return ElementType.INT8;
        }
        if (op.equals("DequantizeLinear")) {
            return ElementType.FLOAT;
        }
        if (op.equals("Cast")) {
            return ElementType.canonical((int) castTo);
        }
        boolean same = SHAPE_OF_INPUT.contains(op)
                || ALONG_AN_AXIS.contains(op)
                || op.startsWith("Reduce")
                || (BROADCAST.contains(op) && !op.equals("Where"));
        return same ? first : ElementType.UNKNOWN;
    }
}
