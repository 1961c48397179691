package io.dms.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What attributes of nodes become where channels are cut. */
class LevelGraphTest {
    private final TestGraph g = new TestGraph();

    /** 3x3, in groups, its output the network's. */
    private Graph transposed(int channels, int groups, int perGroup) {
        String x = g.conv("c", g.input(-1, 3, 4, 4), channels, 1);
        String w = g.constant("w", channels, perGroup, 3, 3);
        Map<String, Object> attributes = Map.of(
                "kernel_shape", new long[] {3, 3},
                "strides", new long[] {1, 1},
                "pads", new long[] {1, 1, 1, 1},
                "dilations", new long[] {1, 1},
                "group", (long) groups);
        return g.done(g.node("t", "ConvTranspose", List.of(x, w), Shape.of(-1, groups * perGroup, 4, 4), attributes));
    }

    private static Node last(Graph graph, double width) {
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> full = List.of(WidthLevels.uniform(groups, 1));
        ScalableModel model = new ScalableModel("m", graph, groups, full, null, Map.of());
        List<Node> nodes = model.graphAt(model.level(width)).nodes();
        return nodes.get(nodes.size() - 1);
    }

    @ParameterizedTest
    @CsvSource({"12, 3, 1", "12, 6, 4", "16, 4, 1", "32, 4, 2"})
    void a_transposed_convolution_that_loses_inputs_and_no_outputs_keeps_its_groups(
            int channels, int groups, int perGroup) {
        Graph graph = transposed(channels, groups, perGroup);
        ChannelGroups found = GroupAnalysis.analyze(graph);
        assertThat(found.segments("w", 0)).isNotEmpty();
        assertThat(last(graph, 0.5).intAttr("group", 0)).isEqualTo(groups);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 33, -1})
    void a_level_whose_counts_are_those_of_another_model_is_refused(int count) {
        Graph graph = g.done(g.conv("last", g.conv("c", g.input(-1, 3, 4, 4), 32, 1), 10, 1));
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        WidthLevel full = WidthLevels.uniform(groups, 1);
        ScalableModel model = new ScalableModel("m", graph, groups, List.of(full), null, Map.of());
        int[] counts = full.counts();
        int free = 0;
        while (groups.groups().get(free).frozen()) {
            free++;
        }
        counts[free] = count;
        assertThatThrownBy(() -> model.graphAt(new WidthLevel("odd", 0.5, counts, Map.of())))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("level odd keeps " + count + " of the 32 units")
                .hasMessageContaining("another model");
    }

    @Test
    void a_depthwise_convolution_has_as_many_groups_as_channels_remain() {
        String x = g.conv("c", g.input(-1, 3, 4, 4), 32, 1);
        Graph graph = g.done(g.conv("last", g.conv("d", x, 32, 32), 10, 1));
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        ScalableModel model =
                new ScalableModel("m", graph, groups, List.of(WidthLevels.uniform(groups, 1)), null, Map.of());
        assertThat(model.graphAt(model.level(0.5)).nodes().get(1).intAttr("group", 0))
                .isEqualTo(16);
    }
}
