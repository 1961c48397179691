package io.dms.serve.split;

import io.dms.model.Graph;
import io.dms.model.GraphSplit;
import io.dms.model.LevelExport;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import java.util.Map;

/**
 * One level of a model as two ordinary models: the trunk runs here, the rest is served, by a DMS server or, written with
 * {@link io.dms.model.onnx.OnnxWriter}, by any other.
 *
 * @param tensor between them
 * @param trunk gives the tensor
 * @param rest takes it
 */
public record SplitModel(String tensor, ScalableModel trunk, ScalableModel rest) {
    /**
     * Cuts a level.
     *
     * @throws io.dms.model.UserException if the level can't be cut at that tensor
     */
    public static SplitModel of(ScalableModel model, WidthLevel level, String tensor) {
        Graph graph = LevelExport.graph(model, level);
        GraphSplit split = GraphSplit.at(graph, tensor);
        String name = model.name() + "-" + level.name();
        return new SplitModel(tensor, plain(split.trunk(), name + "-trunk"), plain(split.rest(), name + "-rest"));
    }

    private static ScalableModel plain(Graph graph, String name) {
        ScalableModel p = ScalableModel.plain(graph);
        return new ScalableModel(name, graph, p.groups(), p.levels(), null, Map.of());
    }
}
