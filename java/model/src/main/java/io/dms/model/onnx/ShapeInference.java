package io.dms.model.onnx;

import io.dms.model.Graph;
import io.dms.model.ModelException;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Computes the shape of every tensor of a canonical graph from its inputs, and checks that everything fits. */
public final class ShapeInference {
    private ShapeInference() {}

    /**
     * The same graph with all shapes computed anew, those of its outputs too. Behind foreign nodes the shapes that the
     * graph states are kept, where it states any.
     *
     * @throws ModelException naming the node and the numbers, if shapes, constants or attributes do not fit
     */
    public static Graph infer(Graph graph) {
        Map<String, Shape> shapes = new HashMap<>();
        graph.inputs().forEach(v -> shapes.put(v.name(), v.shape()));
        for (Node node : graph.nodes()) {
            List<@Nullable Shape> out = infer(graph, node, shapes);
            for (int i = 0; i < node.outputs().size(); i++) {
                Shape s = i < out.size() ? out.get(i) : null;
                if (s != null) {
                    shapes.put(node.outputs().get(i), s);
                }
            }
        }
        List<Graph.Value> outputs = new ArrayList<>();
        for (Graph.Value v : graph.outputs()) {
            Shape s = shapeOf(graph, shapes, v.name());
            outputs.add(s == null ? v : new Graph.Value(v.name(), s));
        }
        return new Graph(graph.name(), graph.inputs(), outputs, graph.nodes(), graph.initializers(), shapes);
    }

    private static List<@Nullable Shape> infer(Graph graph, Node node, Map<String, Shape> shapes) {
        if (Operators.isSupported(graph, node)) {
            return ShapeRules.infer(node, t -> shapeOf(graph, shapes, t));
        }
        List<@Nullable Shape> out = new ArrayList<>();
        for (String t : node.outputs()) {
            Shape s = out.isEmpty() ? ForeignShapes.infer(node, x -> shapeOf(graph, shapes, x)) : null;
            out.add(s != null ? s : graph.shapes().get(t));
        }
        return out;
    }

    private static @Nullable Shape shapeOf(Graph graph, Map<String, Shape> shapes, String tensor) {
        Tensor t = graph.initializer(tensor);
        return t != null ? t.shape() : shapes.get(tensor);
    }
}
