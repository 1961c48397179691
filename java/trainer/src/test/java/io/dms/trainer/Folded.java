package io.dms.trainer;

import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Networks as an exporter leaves them that folds normalisation away. */
final class Folded {
    private Folded() {}

    /** Another function of the same shape: what normalisation did is left out, not multiplied into the weights. */
    static Graph withoutNormalization(Graph graph) {
        Map<String, String> behind = new HashMap<>();
        for (Node n : graph.nodes()) {
            if (n.is("BatchNormalization")) {
                behind.put(n.input(0), n.output());
            }
        }
        List<Node> nodes = new ArrayList<>();
        for (Node n : graph.nodes()) {
            if (!n.is("BatchNormalization")) {
                String out = behind.get(n.output());
                nodes.add(out == null ? n : n.withOutputs(List.of(out)));
            }
        }
        return new Graph(graph.name(), graph.inputs(), graph.outputs(), nodes, graph.initializers(), graph.shapes());
    }

    /** A model of that graph with levels of the same widths. */
    static ScalableModel withoutNormalization(ScalableModel model) {
        Graph graph = withoutNormalization(model.graph());
        var groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = model.levels().stream()
                .map(l -> WidthLevels.uniform(groups, l.width()))
                .toList();
        return new ScalableModel("folded", graph, groups, levels, model.preprocessing(), Map.of());
    }
}
