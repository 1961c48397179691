package io.dms.runtime;

import io.dms.model.Node;
import org.jspecify.annotations.Nullable;

/** Nodes that are an activation of one tensor. */
final class Activations {
    private Activations() {}

    /** The activation that a node is, or null where it is none. */
    static PostOp.@Nullable Activation of(Node node) {
        if (!node.domain().isEmpty()) {
            return null;
        }
        return switch (node.op()) {
            case "Relu" -> new PostOp.Activation(PostOp.Kind.RELU, 0, 0);
            case "LeakyRelu" -> new PostOp.Activation(PostOp.Kind.RELU, node.floatAttr("alpha", 0.01f), 0);
            case "Clip" ->
                new PostOp.Activation(
                        PostOp.Kind.CLIP,
                        node.floatAttr("min", -Float.MAX_VALUE),
                        node.floatAttr("max", Float.MAX_VALUE));
            case "Sigmoid" -> new PostOp.Activation(PostOp.Kind.SIGMOID, 0, 0);
            case "Tanh" -> new PostOp.Activation(PostOp.Kind.TANH, 0, 0);
            case "HardSigmoid" ->
                new PostOp.Activation(
                        PostOp.Kind.HARD_SIGMOID, node.floatAttr("alpha", 0.2f), node.floatAttr("beta", 0.5f));
            case "HardSwish" -> new PostOp.Activation(PostOp.Kind.HARD_SWISH, 1 / 6f, 0.5f);
            case "Elu" -> new PostOp.Activation(PostOp.Kind.ELU, node.floatAttr("alpha", 1), 0);
            case "Exp" -> new PostOp.Activation(PostOp.Kind.EXP, 0, 0);
            case "Sqrt" -> new PostOp.Activation(PostOp.Kind.SQRT, 0, 0);
            case "Abs" -> new PostOp.Activation(PostOp.Kind.ABS, 0, 0);
            default -> null;
        };
    }
}
