package io.dms.model.onnx;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The rule of every operator that has a canonical form. */
final class Rules {
    private static final Map<String, Rule> RULES = Map.ofEntries(
            Map.entry("Conv", WindowOperators::conv),
            Map.entry("ConvTranspose", WindowOperators::convTranspose),
            Map.entry("MaxPool", WindowOperators::pool),
            Map.entry("AveragePool", WindowOperators::pool),
            Map.entry("GlobalAveragePool", WindowOperators::global),
            Map.entry("GlobalMaxPool", WindowOperators::global),
            Map.entry("BatchNormalization", ElementOperators::batchNormalization),
            Map.entry("LRN", ElementOperators::lrn),
            Map.entry("Relu", ElementOperators::unary),
            Map.entry("Sigmoid", ElementOperators::unary),
            Map.entry("Tanh", ElementOperators::unary),
            Map.entry("HardSwish", ElementOperators::unary),
            Map.entry("LeakyRelu", ElementOperators::leakyRelu),
            Map.entry("HardSigmoid", ElementOperators::hardSigmoid),
            Map.entry("PRelu", ElementOperators::prelu),
            Map.entry("Clip", ElementOperators::clip),
            Map.entry("Softmax", ElementOperators::softmax),
            Map.entry("Add", ElementOperators::binary),
            Map.entry("Sub", ElementOperators::binary),
            Map.entry("Mul", ElementOperators::binary),
            Map.entry("Div", ElementOperators::binary),
            Map.entry("Sum", ElementOperators::sum),
            Map.entry("Max", ElementOperators::bound),
            Map.entry("Min", ElementOperators::bound),
            Map.entry("Identity", ElementOperators::identity),
            Map.entry("Dropout", ElementOperators::dropout),
            Map.entry("Cast", ElementOperators::cast),
            Map.entry("Concat", ShapeOperators::concat),
            Map.entry("Split", ShapeOperators::split),
            Map.entry("Slice", ShapeOperators::slice),
            Map.entry("Gather", ShapeOperators::gather),
            Map.entry("Pad", ShapeOperators::pad),
            Map.entry("Flatten", ReshapeOperators::flatten),
            Map.entry("Reshape", ReshapeOperators::reshape),
            Map.entry("Squeeze", ReshapeOperators::squeeze),
            Map.entry("Unsqueeze", ReshapeOperators::unsqueeze),
            Map.entry("Transpose", ReshapeOperators::transpose),
            Map.entry("Expand", ReshapeOperators::expand),
            Map.entry("DepthToSpace", ReshapeOperators::depthToSpace),
            Map.entry("SpaceToDepth", ReshapeOperators::spaceToDepth),
            Map.entry("Resize", ResizeOperators::resize),
            Map.entry("Upsample", ResizeOperators::upsample),
            Map.entry("ReduceMean", LinearOperators::reduceMean),
            Map.entry("Gemm", LinearOperators::gemm),
            Map.entry("MatMul", LinearOperators::matMul));

    private Rules() {}

    /** The rule for a node, or null where its operator is outside the supported list. */
    static @Nullable Rule of(SourceNode n) {
        return n.domain().isEmpty() ? RULES.get(n.op()) : null;
    }
}
