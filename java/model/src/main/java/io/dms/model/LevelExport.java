package io.dms.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One level as an ordinary dense graph: weights are copies of their own, and a BatchNormalization that directly follows
 * a Conv, ConvTranspose or Gemm is folded into it, as exporters do.
 */
public final class LevelExport {
    private final Graph level;
    private final Map<String, Tensor> constants = new LinkedHashMap<>();
    private final List<Node> nodes = new ArrayList<>();

    private LevelExport(Graph level) {
        this.level = level;
        level.initializers().forEach((name, tensor) -> constants.put(name, tensor.dense()));
    }

    /** The dense graph of one level; it computes what the level computes. */
    public static Graph graph(ScalableModel model, WidthLevel level) {
        return new LevelExport(model.graphAt(level)).fold();
    }

    private Graph fold() {
        Map<String, String> replaced = new HashMap<>();
        for (Node node : level.nodes()) {
            Node normalization = foldable(node);
            if (normalization != null) {
                replaced.put(node.output(), normalization.output());
                nodes.add(folded(node, normalization));
            } else if (!(node.is("BatchNormalization") && replaced.containsKey(node.input(0)))) {
                nodes.add(node);
            }
        }
        Set<String> read = new LinkedHashSet<>();
        nodes.forEach(n -> read.addAll(n.inputs()));
        level.outputs().forEach(v -> read.add(v.name()));
        constants.keySet().retainAll(read);
        Map<String, Shape> shapes = new LinkedHashMap<>(level.shapes());
        shapes.keySet().removeAll(replaced.keySet());
        return new Graph(level.name(), level.inputs(), level.outputs(), nodes, constants, shapes);
    }

    private @Nullable Node foldable(Node node) {
        boolean linear = node.is("Conv") || node.is("ConvTranspose") || node.is("Gemm");
        List<Node> readers = linear ? level.consumers(node.output()) : List.of();
        if (readers.size() != 1
                || !readers.get(0).is("BatchNormalization")
                || level.isOutput(node.output())
                || level.initializer(node.input(1)) == null
                || (node.is("Gemm") && node.floatAttr("alpha", 1f) != 1f)
                || (node.is("Gemm") && node.floatAttr("beta", 1f) != 1f)
                || (!node.input(2).isEmpty() && level.initializer(node.input(2)) == null)) {
            return null;
        }
        Node normalization = readers.get(0);
        for (int i = 1; i <= 4; i++) {
            if (level.initializer(normalization.input(i)) == null) {
                return null;
            }
        }
        return normalization;
    }

    private Node folded(Node node, Node normalization) {
        Affine affine = affine(level, normalization);
        Tensor weights = level.initializers().get(node.input(1));
        Tensor bias = node.input(2).isEmpty() ? null : level.initializers().get(node.input(2));
        if (weights == null) {
            throw new IllegalStateException("weights of " + node.name());
        }
        float[] w = weights.floats();
        int channels = affine.channels();
        int axis = node.is("Gemm") ? (node.intAttr("transB", 0) != 0 ? 0 : 1) : node.is("Conv") ? 0 : 1;
        int inner = (int) weights.shape().elements(axis + 1, weights.shape().rank());
        int size = weights.shape().dim(axis);
        int outer = w.length / (inner * size);
        int perGroup = node.is("ConvTranspose") ? outer / node.intAttr("group", 1) : outer;
        for (int o = 0; o < outer; o++) {
            int first = node.is("ConvTranspose") ? o / perGroup * size : 0;
            for (int c = 0; c < size; c++) {
                float scale = affine.scale()[first + c];
                for (int i = 0; i < inner; i++) {
                    w[(o * size + c) * inner + i] *= scale;
                }
            }
        }
        float[] b = new float[channels];
        float[] old = bias == null ? new float[channels] : bias.floats();
        for (int c = 0; c < channels; c++) {
            b[c] = affine.shift()[c] + affine.scale()[c] * old[old.length == 1 ? 0 : c];
        }
        String weightName = fresh(node.input(1), node);
        String biasName = fresh(node.name() + "/bias", node);
        constants.put(weightName, Tensor.ofFloats(weights.shape(), w));
        constants.put(biasName, Tensor.ofFloats(Shape.of(channels), b));
        return node.withInputs(List.of(node.input(0), weightName, biasName)).withOutputs(normalization.outputs());
    }

    /** A name for a folded constant: the one wanted where no other node reads that. */
    private String fresh(String wanted, Node node) {
        List<Node> readers = level.consumers(wanted);
        boolean free = !level.initializers().containsKey(wanted) && readers.isEmpty();
        return free || readers.equals(List.of(node)) ? wanted : node.name() + "/" + wanted;
    }

    /** What a BatchNormalization node computes, as a scale and a shift per channel. */
    public static Affine affine(Graph graph, Node normalization) {
        float[][] p = new float[4][];
        for (int i = 0; i < 4; i++) {
            Tensor t = graph.initializer(normalization.input(i + 1));
            if (t == null) {
                throw new ModelException("parameter " + normalization.input(i + 1) + " of node " + normalization.name()
                        + " (BatchNormalization) is not constant");
            }
            p[i] = t.floats();
        }
        double epsilon = normalization.floatAttr("epsilon", 1e-5f);
        float[] scale = new float[p[0].length];
        float[] shift = new float[p[0].length];
        for (int c = 0; c < scale.length; c++) {
            double s = p[0][c] / Math.sqrt(p[3][c] + epsilon);
            scale[c] = (float) s;
            shift[c] = (float) (p[1][c] - p[2][c] * s);
        }
        return new Affine(scale, shift);
    }
}
