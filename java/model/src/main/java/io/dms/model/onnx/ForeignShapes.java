package io.dms.model.onnx;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is known of some widespread operators outside the supported list, so that shapes are known behind them. */
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
            "Reciprocal",
            "Round",
            "Selu",
            "Sign",
            "Sin",
            "Softplus",
            "Softsign",
            "Sqrt",
            "ThresholdedRelu");

    private static final Set<String> WHOLE =
            Set.of("ArgMax", "ArgMin", "NonZero", "Shape", "Size", "NonMaxSuppression");
    private static final Set<String> TRUTH = Set.of(
            "And", "Equal", "Greater", "GreaterOrEqual", "IsInf", "IsNaN", "Less", "LessOrEqual", "Not", "Or", "Xor");

    private ForeignShapes() {}

    /** True where the operator keeps the shape of its first input and cannot mix images of a batch. */
    static boolean keepsShape(String domain, String op) {
        return domain.isEmpty() && SHAPE_OF_INPUT.contains(op);
    }

    static @Nullable Shape infer(Node node, @Nullable Shape first) {
        return keepsShape(node.domain(), node.op()) ? first : null;
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
                int type = known ? type(n.op(), to, first) : ElementType.UNKNOWN;
                types.put(n.outputs().get(i), type);
            }
        }
        types.values().removeIf(t -> t == ElementType.FLOAT);
        return types;
    }

    /** Element type of the first output, {@link ElementType#UNKNOWN} where it is not clear. */
    static int type(String op, long castTo, int first) {
        if (WHOLE.contains(op)) {
            return ElementType.INT64;
        }
        if (TRUTH.contains(op)) {
            return ElementType.BOOL;
        }
        if (op.equals("Cast")) {
            return ElementType.canonical((int) castTo);
        }
        return SHAPE_OF_INPUT.contains(op) ? first : ElementType.UNKNOWN;
    }
}
