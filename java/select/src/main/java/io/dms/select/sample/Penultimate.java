package io.dms.select.sample;

import io.dms.model.Graph;
import io.dms.model.GraphSplit;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A classifier that also gives what its last linear layer reads. The features are there anyway while a network runs, so
 * a second output costs a copy of some dozen numbers and no second run.
 *
 * <p>A session of such a model is given two buffers: scores at index 0, features at index 1. At a level the features are
 * those channels that the level keeps, dense from index 0; wider levels have more of them.
 */
public final class Penultimate {
    private Penultimate() {}

    /**
     * The model with its features as second output. Name, levels, weights and digest stay.
     *
     * @throws UserException if the network is no classifier that ends in a linear layer behind other layers
     */
    public static ScalableModel of(ScalableModel model) {
        Graph graph = model.graph();
        String tensor = GraphSplit.features(graph);
        Graph.Value features = new Graph.Value(tensor, graph.shape(tensor));
        Graph both = new Graph(
                graph.name(),
                graph.inputs(),
                List.of(graph.outputs().get(0), features),
                graph.nodes(),
                graph.initializers(),
                graph.shapes());
        return new ScalableModel(
                model.name(), both, model.groups(), model.levels(), model.preprocessing(), model.provenance());
    }

    /** Why a model gives no features, or null where it does. */
    public static @Nullable String refusal(ScalableModel model) {
        try {
            GraphSplit.features(model.graph());
            return null;
        } catch (UserException e) {
            return e.getMessage();
        }
    }

    /**
     * How many features one image has at a level.
     *
     * @param model from {@link #of}
     */
    public static int dims(ScalableModel model, WidthLevel level) {
        List<Graph.Value> outputs = model.graphAt(level).outputs();
        if (outputs.size() != 2) {
            throw new IllegalArgumentException(
                    model.name() + " has " + outputs.size() + " outputs, not scores and features");
        }
        return Math.toIntExact(outputs.get(1).shape().elements());
    }
}
