package io.dms.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Folding of normalisation into the layer before it. */
class LevelExportTest {
    private final TestGraph g = new TestGraph();

    /** A convolution without a bias, normalised, and behind it a constant with the very name that its bias would get. */
    @Test
    void a_folded_bias_takes_no_name_that_another_node_reads() {
        String x = g.input(-1, 3, 4, 4);
        Map<String, Object> window = Map.of(
                "kernel_shape", new long[] {1, 1},
                "strides", new long[] {1, 1},
                "pads", new long[4],
                "dilations", new long[] {1, 1},
                "group", 1L);
        Shape out = Shape.of(-1, 8, 4, 4);
        String c = g.node("c", "Conv", List.of(x, g.constant("c.w", 8, 3, 1, 1)), out, window);
        List<String> parameters =
                List.of(c, g.constant("s", 8), g.constant("b", 8), g.constant("m", 8), g.constant("v", 8));
        String n = g.node("n", "BatchNormalization", parameters, out, Map.of("epsilon", 4f));
        Graph graph = g.done(g.node("a", "Add", List.of(n, g.constant("c/bias", 8, 1, 1)), out, Map.of()));
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        ScalableModel model =
                new ScalableModel("m", graph, groups, List.of(WidthLevels.uniform(groups, 1)), null, Map.of());
        Graph export = LevelExport.graph(model, model.full());
        assertThat(export.nodes()).extracting(Node::op).containsExactly("Conv", "Add");
        assertThat(Objects.requireNonNull(export.initializer("c/bias")).floats())
                .isEqualTo(Objects.requireNonNull(graph.initializer("c/bias")).floats());
        String bias = export.nodes().get(0).input(2);
        assertThat(bias).isNotEqualTo("c/bias");
        assertThat(export.initializers()).containsKey(bias);
    }
}
