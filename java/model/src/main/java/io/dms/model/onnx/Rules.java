package io.dms.model.onnx;

/** Brings every operator that has a canonical form into it. */
final class Rules {
    private Rules() {}

    /**
     * Adds canonical nodes to the graph, or makes the node's output stand for its input. A switch, not a table of
     * functions: it costs nothing at start.
     *
     * @throws UnsupportedForm before anything was added, if the node has no canonical form
     * @throws io.dms.model.ModelException if the node is damaged
     */
    static void apply(SourceNode n, GraphBuilder g) {
        if (!n.domain().isEmpty()) {
            throw new UnsupportedForm("operator of another domain");
        }
        switch (n.op()) {
            case "Conv" -> WindowOperators.conv(n, g);
            case "ConvTranspose" -> WindowOperators.convTranspose(n, g);
            case "MaxPool", "AveragePool" -> WindowOperators.pool(n, g);
            case "GlobalAveragePool", "GlobalMaxPool" -> WindowOperators.global(n, g);
            case "BatchNormalization" -> ElementOperators.batchNormalization(n, g);
            case "LRN" -> ElementOperators.lrn(n, g);
            case "Relu", "Sigmoid", "Tanh", "HardSwish" -> ElementOperators.unary(n, g);
            case "LeakyRelu" -> ElementOperators.leakyRelu(n, g);
            case "HardSigmoid" -> ElementOperators.hardSigmoid(n, g);
            case "PRelu" -> ElementOperators.prelu(n, g);
            case "Clip" -> ElementOperators.clip(n, g);
            case "Softmax" -> ElementOperators.softmax(n, g);
            case "Add", "Sub", "Mul", "Div" -> ElementOperators.binary(n, g);
            case "Pow" -> ElementOperators.pow(n, g);
            case "Sum" -> ElementOperators.sum(n, g);
            case "Max", "Min" -> ElementOperators.bound(n, g);
            case "Identity" -> ElementOperators.identity(n, g);
            case "Dropout" -> ElementOperators.dropout(n, g);
            case "Cast" -> ElementOperators.cast(n, g);
            case "Concat" -> ShapeOperators.concat(n, g);
            case "Split" -> ShapeOperators.split(n, g);
            case "Slice" -> ShapeOperators.slice(n, g);
            case "Gather" -> ShapeOperators.gather(n, g);
            case "Pad" -> ShapeOperators.pad(n, g);
            case "Flatten" -> ReshapeOperators.flatten(n, g);
            case "Reshape" -> ReshapeOperators.reshape(n, g);
            case "Squeeze" -> ReshapeOperators.squeeze(n, g);
            case "Unsqueeze" -> ReshapeOperators.unsqueeze(n, g);
            case "Transpose" -> ReshapeOperators.transpose(n, g);
            case "Expand" -> ReshapeOperators.expand(n, g);
            case "DepthToSpace" -> ReshapeOperators.depthToSpace(n, g);
            case "SpaceToDepth" -> ReshapeOperators.spaceToDepth(n, g);
            case "Resize" -> ResizeOperators.resize(n, g);
            case "Upsample" -> ResizeOperators.upsample(n, g);
            case "ReduceMean" -> LinearOperators.reduceMean(n, g);
            case "Gemm" -> LinearOperators.gemm(n, g);
            case "MatMul" -> LinearOperators.matMul(n, g);
            default -> throw new UnsupportedForm("operator outside the list");
        }
    }
}
