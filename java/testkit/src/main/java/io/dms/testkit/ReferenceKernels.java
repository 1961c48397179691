package io.dms.testkit;

import io.dms.model.ModelException;
import io.dms.model.Node;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Which kernel computes which operator. */
final class ReferenceKernels {
    /** Every operator that {@link #evaluate} knows. */
    static final Set<String> OPERATORS = Set.of(
            "Conv",
            "ConvTranspose",
            "BatchNormalization",
            "Relu",
            "LeakyRelu",
            "Clip",
            "Sigmoid",
            "HardSigmoid",
            "HardSwish",
            "PRelu",
            "Tanh",
            "Add",
            "Sub",
            "Mul",
            "Div",
            "Concat",
            "Split",
            "Slice",
            "MaxPool",
            "AveragePool",
            "GlobalAveragePool",
            "GlobalMaxPool",
            "ReduceMean",
            "Gemm",
            "MatMul",
            "Flatten",
            "Reshape",
            "Squeeze",
            "Unsqueeze",
            "Transpose",
            "Pad",
            "Resize",
            "Softmax",
            "LRN");

    private ReferenceKernels() {}

    /**
     * The outputs of one node.
     *
     * @param in its inputs, null where an optional one is left out
     */
    static List<Nd> evaluate(Node node, @Nullable Nd[] in) {
        if (!node.domain().isEmpty() || !OPERATORS.contains(node.op())) {
            throw new ModelException("node " + node.name() + ": the reference backend has no operator "
                    + (node.domain().isEmpty() ? "" : node.domain() + ".") + node.op());
        }
        if (node.is("Split")) {
            return ShapeKernels.split(node, need(node, in, 0));
        }
        if (node.is("Concat")) {
            return List.of(ShapeKernels.concat(
                    node,
                    IntStream.range(0, in.length)
                            .mapToObj(i -> need(node, in, i))
                            .toList()));
        }
        return List.of(evaluate(node, need(node, in, 0), in));
    }

    private static Nd evaluate(Node node, Nd x, @Nullable Nd[] in) {
        return switch (node.op()) {
            case "Conv" -> ConvKernels.conv(node, x, need(node, in, 1), optional(in, 2));
            case "ConvTranspose" -> ConvKernels.convTranspose(node, x, need(node, in, 1), optional(in, 2));
            case "BatchNormalization" ->
                NormKernels.batchNormalization(
                        node, x, need(node, in, 1), need(node, in, 2), need(node, in, 3), need(node, in, 4));
            case "Relu" -> x.map(v -> Math.max(0, v));
            case "LeakyRelu" -> ElementKernels.leakyRelu(node, x);
            case "Clip" -> ElementKernels.clip(node, x);
            case "Sigmoid" -> x.map(ElementKernels::sigmoid);
            case "HardSigmoid" -> ElementKernels.hardSigmoid(node, x);
            case "HardSwish" -> x.map(ElementKernels::hardSwish);
            case "PRelu" -> ElementKernels.broadcast(node, x, need(node, in, 1), (v, slope) -> v < 0 ? slope * v : v);
            case "Tanh" -> x.map(Math::tanh);
            case "Add" -> ElementKernels.broadcast(node, x, need(node, in, 1), Double::sum);
            case "Sub" -> ElementKernels.broadcast(node, x, need(node, in, 1), (a, b) -> a - b);
            case "Mul" -> ElementKernels.broadcast(node, x, need(node, in, 1), (a, b) -> a * b);
            case "Div" -> ElementKernels.broadcast(node, x, need(node, in, 1), (a, b) -> a / b);
            case "Slice" -> ShapeKernels.slice(node, x);
            case "MaxPool" -> PoolKernels.max(node, x);
            case "AveragePool" -> PoolKernels.average(node, x);
            case "GlobalAveragePool" -> PoolKernels.globalAverage(x);
            case "GlobalMaxPool" -> PoolKernels.globalMax(x);
            case "ReduceMean" -> NormKernels.reduceMean(node, x);
            case "Gemm" -> MatrixKernels.gemm(node, x, need(node, in, 1), optional(in, 2));
            case "MatMul" -> MatrixKernels.matMul(node, x, need(node, in, 1));
            case "Flatten" -> ShapeKernels.flatten(node, x);
            case "Reshape" -> ShapeKernels.reshape(node, x);
            case "Squeeze" -> ShapeKernels.squeeze(node, x);
            case "Unsqueeze" -> ShapeKernels.unsqueeze(node, x);
            case "Transpose" -> ShapeKernels.transpose(node, x);
            case "Pad" -> ShapeKernels.pad(node, x);
            case "Resize" -> ResizeKernel.resize(node, x);
            case "Softmax" -> NormKernels.softmax(node, x);
            case "LRN" -> NormKernels.lrn(node, x);
            default -> throw new AssertionError(node.op());
        };
    }

    private static @Nullable Nd optional(@Nullable Nd[] in, int i) {
        return i < in.length ? in[i] : null;
    }

    private static Nd need(Node node, @Nullable Nd[] in, int i) {
        Nd x = optional(in, i);
        if (x == null) {
            throw new ModelException("node " + node.name() + " (" + node.op() + ") lacks input " + i);
        }
        return x;
    }
}
