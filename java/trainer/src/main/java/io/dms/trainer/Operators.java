package io.dms.trainer;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.UserException;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarOptional;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The operators of ONNX that can be trained, as operations of libtorch. Meanings are those of the ONNX specification. */
final class Operators {
    private static final Set<String> KNOWN = Set.of(
            "Add",
            "AveragePool",
            "BatchNormalization",
            "Clip",
            "Concat",
            "Conv",
            "Flatten",
            "Gemm",
            "GlobalAveragePool",
            "HardSigmoid",
            "HardSwish",
            "LeakyRelu",
            "MatMul",
            "MaxPool",
            "Mul",
            "ReduceMean",
            "Relu",
            "Reshape",
            "Sigmoid",
            "Softmax",
            "Sub",
            "Transpose");

    private Operators() {}

    /**
     * Refuses a node that can't be trained.
     *
     * @throws UserException naming the node and the reason
     */
    static void check(Graph graph, Node node) {
        if (!node.domain().isEmpty() || !KNOWN.contains(node.op())) {
            throw new UserException("node " + node.name() + " (" + node.op() + ") can't be trained; those that can: "
                    + String.join(", ", KNOWN.stream().sorted().toList()));
        }
        boolean window = node.is("Conv") || node.is("MaxPool") || node.is("AveragePool");
        if (window && graph.shape(node.input(0)).rank() != 4) {
            throw new UserException(
                    "node " + node.name() + " (" + node.op() + ") can't be trained: only images (4 axes) can");
        }
        if (node.is("Gemm")
                && (node.intAttr("transA", 0) != 0
                        || node.floatAttr("alpha", 1) != 1
                        || node.floatAttr("beta", 1) != 1)) {
            throw new UserException("node " + node.name() + " (Gemm) can't be trained with transA, alpha or beta");
        }
    }

    static Tensor run(Graph graph, Node node, Map<String, Tensor> values) {
        Tensor x = in(node, 0, values);
        return switch (node.op()) {
            case "Conv" -> conv(node, x, values);
            case "Gemm" -> gemm(node, x, values);
            case "MatMul" -> torch.matmul(x, in(node, 1, values));
            case "Relu" -> torch.relu(x);
            case "Clip" -> clip(node, x);
            case "LeakyRelu" -> torch.leaky_relu(x, new Scalar((double) node.floatAttr("alpha", 0.01f)));
            case "Sigmoid" -> torch.sigmoid(x);
            case "HardSigmoid" -> hardSigmoid(node, x);
            case "HardSwish" -> torch.hardswish(x);
            case "Add" -> torch.add(x, in(node, 1, values));
            case "Sub" -> torch.sub(x, in(node, 1, values));
            case "Mul" -> torch.mul(x, in(node, 1, values));
            case "Concat" -> concat(node, values);
            case "MaxPool" -> maxPool(node, x);
            case "AveragePool" -> averagePool(node, x);
            case "GlobalAveragePool" -> torch.mean(x, new long[] {2, 3}, true, new ScalarTypeOptional());
            case "ReduceMean" ->
                torch.mean(x, longs(node.ints("axes")), node.intAttr("keepdims", 1) != 0, new ScalarTypeOptional());
            case "Flatten" -> flatten(graph, node, x);
            case "Reshape" -> torch.reshape(x, batchFirst(longs(node.ints("shape"))));
            case "Softmax" -> torch.softmax(x, node.intAttr("axis", -1));
            case "Transpose" -> torch.permute(x, longs(node.ints("perm")));
            default -> throw new IllegalStateException("checked before: " + node.op());
        };
    }

    private static Tensor in(Node node, int i, Map<String, Tensor> values) {
        Tensor t = values.get(node.input(i));
        if (t == null) {
            throw new IllegalStateException("input " + i + " of node " + node.name() + " is missing");
        }
        return t;
    }

    private static Tensor conv(Node node, Tensor x, Map<String, Tensor> values) {
        Tensor w = in(node, 1, values);
        boolean bias = node.inputs().size() > 2 && !node.input(2).isEmpty();
        long[] pads = pads(node);
        boolean even = pads[0] == pads[2] && pads[1] == pads[3];
        Tensor padded = even ? x : torch.constant_pad_nd(x, pads[1], pads[3], pads[0], pads[2]);
        long[] padding = even ? new long[] {pads[0], pads[1]} : new long[2];
        return torch.conv2d(
                padded,
                w,
                bias ? new TensorOptional(in(node, 2, values)) : new TensorOptional(),
                pair(node, "strides"),
                padding,
                pair(node, "dilations"),
                node.intAttr("group", 1));
    }

    private static Tensor gemm(Node node, Tensor x, Map<String, Tensor> values) {
        Tensor w = in(node, 1, values);
        Tensor weights = node.intAttr("transB", 0) != 0 ? w : torch.transpose(w, 0, 1);
        boolean bias = node.inputs().size() > 2 && !node.input(2).isEmpty();
        return torch.linear(x, weights, bias ? new TensorOptional(in(node, 2, values)) : new TensorOptional());
    }

    private static Tensor clip(Node node, Tensor x) {
        return torch.clamp(
                x,
                new ScalarOptional(new Scalar((double) node.floatAttr("min", -Float.MAX_VALUE))),
                new ScalarOptional(new Scalar((double) node.floatAttr("max", Float.MAX_VALUE))));
    }

    private static Tensor hardSigmoid(Node node, Tensor x) {
        Tensor line = torch.add(torch.mul(x, new Scalar((double) node.floatAttr("alpha", 0.2f))), new Scalar((double)
                node.floatAttr("beta", 0.5f)));
        return torch.clamp(line, new ScalarOptional(new Scalar(0.0)), new ScalarOptional(new Scalar(1.0)));
    }

    private static Tensor concat(Node node, Map<String, Tensor> values) {
        TensorVector parts = new TensorVector();
        for (int i = 0; i < node.inputs().size(); i++) {
            parts.push_back(in(node, i, values));
        }
        return torch.cat(parts, node.intAttr("axis", 1));
    }

    private static Tensor maxPool(Node node, Tensor x) {
        long[] pads = pads(node);
        Tensor padded = Arrays.stream(pads).allMatch(p -> p == 0)
                ? x
                : torch.constant_pad_nd(x, new long[] {pads[1], pads[3], pads[0], pads[2]}, new Scalar((double)
                        Float.NEGATIVE_INFINITY));
        return torch.max_pool2d(
                padded,
                longs(node.ints("kernel_shape")),
                pair(node, "strides"),
                new long[2],
                pair(node, "dilations"),
                node.intAttr("ceil_mode", 0) != 0);
    }

    private static Tensor averagePool(Node node, Tensor x) {
        long[] pads = pads(node);
        if (pads[0] != pads[2] || pads[1] != pads[3]) {
            throw new UserException("node " + node.name() + " (AveragePool) can't be trained: its pads are uneven");
        }
        return torch.avg_pool2d(
                x,
                longs(node.ints("kernel_shape")),
                pair(node, "strides"),
                new long[] {pads[0], pads[1]},
                node.intAttr("ceil_mode", 0) != 0,
                node.intAttr("count_include_pad", 0) != 0,
                new LongOptional());
    }

    private static Tensor flatten(Graph graph, Node node, Tensor x) {
        int axis = node.intAttr("axis", 1);
        int rank = graph.shape(node.input(0)).rank();
        if (Math.floorMod(axis, rank) != 1) {
            throw new UserException("node " + node.name() + " (Flatten) can't be trained with axis " + axis);
        }
        return torch.flatten(x, 1, -1);
    }

    private static long[] batchFirst(long[] shape) {
        long[] out = shape.clone();
        for (int i = 1; i < out.length; i++) {
            if (out[i] == -1) {
                return out;
            }
        }
        out[0] = -1;
        return out;
    }

    private static long[] pads(Node node) {
        int[] pads = node.intsOrNull("pads");
        return pads == null ? new long[4] : longs(pads);
    }

    private static long[] pair(Node node, String attribute) {
        int[] values = node.intsOrNull(attribute);
        return values == null ? new long[] {1, 1} : longs(values);
    }

    private static long[] longs(int[] values) {
        return Arrays.stream(values).asLongStream().toArray();
    }
}
