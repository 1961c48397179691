package io.dms.trainer;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts BatchNormalization back behind the convolutions from which an exporter folded it away. The nodes put in do
 * nothing until their statistics are measured: scale 1, shift 0, mean 0, variance 1.
 *
 * @param graph the network with a BatchNormalization at every site
 * @param inserted names of the nodes that were put in
 */
record Normalized(Graph graph, Set<String> inserted) {
    /** Epsilon of the nodes that are put in. */
    static final float EPSILON = 1e-5f;

    static Normalized of(Graph graph) {
        Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
        Map<String, Shape> shapes = new LinkedHashMap<>(graph.shapes());
        List<Node> nodes = new ArrayList<>();
        Set<String> inserted = new LinkedHashSet<>();
        for (Node node : graph.nodes()) {
            if (!lacksNormalization(graph, node)) {
                nodes.add(node);
                continue;
            }
            String raw = node.output() + "/convolved";
            Shape shape = graph.shape(node.output());
            shapes.put(raw, shape);
            nodes.add(node.withOutputs(List.of(raw)));
            String name = node.name() + "/normalization";
            List<String> inputs = new ArrayList<>(List.of(raw));
            int channels = shape.dim(1);
            float[] ones = new float[channels];
            Arrays.fill(ones, 1f);
            float[] rest = new float[channels];
            Arrays.fill(rest, 1f - EPSILON);
            float[][] values = {ones, new float[channels], new float[channels], rest};
            String[] parts = {"scale", "shift", "mean", "variance"};
            for (int i = 0; i < parts.length; i++) {
                String tensor = name + "/" + parts[i];
                initializers.put(tensor, Tensor.ofFloats(Shape.of(channels), values[i]));
                shapes.put(tensor, Shape.of(channels));
                inputs.add(tensor);
            }
            nodes.add(Node.of(name, "BatchNormalization", inputs, List.of(node.output()), Map.of("epsilon", EPSILON)));
            inserted.add(name);
        }
        return new Normalized(
                new Graph(graph.name(), graph.inputs(), graph.outputs(), nodes, initializers, shapes), inserted);
    }

    private static boolean lacksNormalization(Graph graph, Node node) {
        if (!node.is("Conv") || graph.isOutput(node.output()) || isSelection(graph.initializer(node.input(1)))) {
            return false;
        }
        List<Node> readers = graph.consumers(node.output());
        return readers.size() != 1 || !readers.get(0).is("BatchNormalization");
    }

    /** True for a kernel of zeros and ones: it moves channels about, as a padded shortcut does, and is not trained. */
    static boolean isSelection(@Nullable Tensor weights) {
        if (weights == null) {
            return false;
        }
        for (float w : weights.base().floats()) {
            if (w != 0 && w != 1) {
                return false;
            }
        }
        return true;
    }
}
