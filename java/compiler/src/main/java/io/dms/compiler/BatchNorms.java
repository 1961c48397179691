package io.dms.compiler;

import io.dms.model.Affine;
import io.dms.model.Graph;
import io.dms.model.ModelException;
import io.dms.model.Node;
import io.dms.model.Tensor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads BatchNormalization nodes. */
final class BatchNorms {
    private static final float DEFAULT_EPSILON = 1e-5f;

    private BatchNorms() {}

    /** The BatchNormalization that is the only reader of a node's output, or null. */
    static @Nullable Node directlyBehind(Graph graph, Node node) {
        List<Node> readers = graph.consumers(node.output());
        boolean alone = readers.size() == 1
                && readers.get(0).is("BatchNormalization")
                && readers.get(0).input(0).equals(node.output())
                && !graph.isOutput(node.output());
        return alone ? readers.get(0) : null;
    }

    static float epsilon(Node node) {
        return node.floatAttr("epsilon", DEFAULT_EPSILON);
    }

    /** One of the node's parameters: 1 scale, 2 shift, 3 mean, 4 variance. */
    static float[] parameter(Graph graph, Node node, int input) {
        Tensor t = graph.initializer(node.input(input));
        if (t == null) {
            throw new ModelException("input " + input + " of node " + node.name()
                    + " (BatchNormalization) is not a constant: export the network for inference");
        }
        return t.floats();
    }

    /** What the node does at inference, as one scale and shift for each channel. */
    static Affine affine(Graph graph, Node node) {
        return affine(
                parameter(graph, node, 1),
                parameter(graph, node, 2),
                parameter(graph, node, 3),
                parameter(graph, node, 4),
                epsilon(node));
    }

    static Affine affine(float[] gamma, float[] beta, float[] mean, float[] variance, float epsilon) {
        float[] scale = new float[gamma.length];
        float[] shift = new float[gamma.length];
        for (int c = 0; c < gamma.length; c++) {
            double s = gamma[c] / Math.sqrt((double) variance[c] + epsilon);
            scale[c] = (float) s;
            shift[c] = (float) (beta[c] - mean[c] * s);
        }
        return new Affine(scale, shift);
    }
}
