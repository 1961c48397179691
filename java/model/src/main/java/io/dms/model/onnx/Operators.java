package io.dms.model.onnx;

import io.dms.model.DataType;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Tensor;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The operators that a canonical graph may hold, and the form that they have there. Anything else in a graph is foreign:
 * kept as it was in its file.
 */
public final class Operators {
    /** Attributes that the canonical form of an operator must have; operators that are not in here are foreign. */
    private static final Map<String, Set<String>> REQUIRED = Map.ofEntries(
            Map.entry("Conv", Set.of("kernel_shape", "strides", "pads", "dilations", "group")),
            Map.entry("ConvTranspose", Set.of("kernel_shape", "strides", "pads", "dilations", "group")),
            Map.entry("MaxPool", Set.of("kernel_shape", "strides", "pads", "dilations")),
            Map.entry("AveragePool", Set.of("kernel_shape", "strides", "pads", "dilations")),
            Map.entry("GlobalAveragePool", Set.of()),
            Map.entry("GlobalMaxPool", Set.of()),
            Map.entry("BatchNormalization", Set.of()),
            Map.entry("LRN", Set.of("size")),
            Map.entry("Relu", Set.of()),
            Map.entry("LeakyRelu", Set.of()),
            Map.entry("PRelu", Set.of()),
            Map.entry("Clip", Set.of()),
            Map.entry("Sigmoid", Set.of()),
            Map.entry("HardSigmoid", Set.of()),
            Map.entry("HardSwish", Set.of()),
            Map.entry("Tanh", Set.of()),
            Map.entry("Softmax", Set.of()),
            Map.entry("Add", Set.of()),
            Map.entry("Sub", Set.of()),
            Map.entry("Mul", Set.of()),
            Map.entry("Div", Set.of()),
            Map.entry("Concat", Set.of("axis")),
            Map.entry("Split", Set.of("split")),
            Map.entry("Slice", Set.of("starts", "ends", "axes", "steps")),
            Map.entry("Pad", Set.of("pads")),
            Map.entry("Resize", Set.of("sizes")),
            Map.entry("ReduceMean", Set.of("axes")),
            Map.entry("Gemm", Set.of()),
            Map.entry("MatMul", Set.of()),
            Map.entry("Flatten", Set.of()),
            Map.entry("Reshape", Set.of("shape")),
            Map.entry("Squeeze", Set.of("axes")),
            Map.entry("Unsqueeze", Set.of("axes")),
            Map.entry("Transpose", Set.of("perm")));

    /** How many inputs an operator takes, where that is not one: least, most. */
    private static final Map<String, int[]> INPUTS = Map.ofEntries(
            Map.entry("Conv", new int[] {2, 3}),
            Map.entry("ConvTranspose", new int[] {2, 3}),
            Map.entry("BatchNormalization", new int[] {5, 5}),
            Map.entry("PRelu", new int[] {2, 2}),
            Map.entry("Add", new int[] {2, 2}),
            Map.entry("Sub", new int[] {2, 2}),
            Map.entry("Mul", new int[] {2, 2}),
            Map.entry("Div", new int[] {2, 2}),
            Map.entry("Concat", new int[] {1, Integer.MAX_VALUE}),
            Map.entry("Gemm", new int[] {2, 3}),
            Map.entry("MatMul", new int[] {2, 2}));

    /** From which input on all must be constants. */
    private static final Map<String, Integer> CONSTANT_FROM =
            Map.of("Conv", 1, "ConvTranspose", 1, "BatchNormalization", 1, "PRelu", 1, "Gemm", 1, "MatMul", 1);

    private Operators() {}

    /** True where the node is in canonical form; false where it is foreign. */
    public static boolean isSupported(Graph graph, Node node) {
        return isSupported(node, graph::initializer);
    }

    static boolean isSupported(Node node, Function<String, @Nullable Tensor> constants) {
        Set<String> required = REQUIRED.get(node.op());
        if (required == null
                || !node.domain().isEmpty()
                || !node.attributes().keySet().containsAll(required)) {
            return false;
        }
        int[] count = INPUTS.getOrDefault(node.op(), new int[] {1, 1});
        int inputs = node.inputs().size();
        if (inputs < count[0] || inputs > count[1] || node.input(0).isEmpty()) {
            return false;
        }
        int outputs = node.outputs().size();
        if (outputs < 1 || (outputs > 1 && !node.op().equals("Split"))) {
            return false;
        }
        int constantFrom = CONSTANT_FROM.getOrDefault(node.op(), inputs);
        for (int i = 0; i < inputs; i++) {
            String in = node.input(i);
            Tensor t = constants.apply(in);
            if (t != null && t.type() != DataType.FLOAT32) {
                return false;
            }
            if (in.isEmpty() || (i == 0 && constantFrom <= 1 && t != null) || (i >= constantFrom && t == null)) {
                return false;
            }
        }
        return hasSupportedValues(node);
    }

    private static boolean hasSupportedValues(Node node) {
        if (node.has("auto_pad") || node.intAttr("training_mode", 0) != 0) {
            return false;
        }
        return !(node.attributes().get("axis") instanceof Long axis) || axis >= 0;
    }
}
