package io.dms.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** How operators with weights tie channels where their input is not tracked, or their weights have an odd shape. */
class WeightRulesTest {
    private final TestGraph g = new TestGraph();

    /** What no rule knows: its channels are not tracked. */
    private String untracked(int channels) {
        String x = g.input(-1, 3, 4, 4);
        return g.node("odd", "Unheard", List.of(x), Shape.of(-1, channels, 4, 4), Map.of());
    }

    @Test
    void a_grouped_convolution_of_an_untracked_input_is_kept_whole() {
        ChannelGroups groups = GroupAnalysis.analyze(g.done(g.conv("d", g.conv("c", untracked(16), 16, 2), 8, 1)));
        assertThat(groups.segments("c.w", 0)).isEmpty();
        assertThat(groups.groups())
                .anySatisfy(c -> assertThat(c.frozenBecause()).startsWith("grouped Conv (node c)"));
    }

    @Test
    void a_depthwise_convolution_of_few_channels_loses_whole_channels() {
        // Four groups of one channel each, four outputs of each: a unit is a channel with all that is made of it.
        String few = g.conv("a", g.input(-1, 3, 4, 4), 4, 1);
        ChannelGroups groups = GroupAnalysis.analyze(g.done(g.conv("d", g.conv("c", few, 16, 4), 8, 1)));
        assertThat(groups.segments("c.w", 1)).isEmpty();
        List<AxisSegment> out = groups.segments("c.w", 0);
        assertThat(out)
                .isEqualTo(groups.segments("a.w", 0).stream()
                        .map(s -> new AxisSegment(s.group(), 4 * s.start(), 4))
                        .toList());
    }

    @Test
    void a_linear_layer_whose_bias_is_no_row_of_its_outputs_is_kept_whole() {
        String x = g.conv("c", g.input(-1, 3, 1, 1), 16, 1);
        String flat = g.flatten("f", x);
        String w = g.constant("w", 16, 16);
        String b = g.constant("b", 4, 3);
        String y = g.node("fc", "Gemm", List.of(flat, w, b), Shape.of(-1, 16), Map.of("transB", 1L));
        ChannelGroups groups = GroupAnalysis.analyze(g.done(g.gemm("last", y, 10)));
        assertThat(groups.segments("w", 0)).isEmpty();
        assertThat(groups.segments("w", 1)).isNotEmpty();
    }

    @Test
    void normalisation_that_an_untracked_place_shares_is_cut_nowhere() {
        String x = g.conv("c", g.input(-1, 3, 4, 4), 16, 1);
        List<String> shared = List.of(
                g.constant("scale", 16), g.constant("shift", 16), g.constant("mean", 16), g.constant("variance", 16));
        String known = g.node("n1", "BatchNormalization", with(x, shared), Shape.of(-1, 16, 4, 4), Map.of());
        String odd = untracked(16);
        String unknown = g.node("n2", "BatchNormalization", with(odd, shared), Shape.of(-1, 16, 4, 4), Map.of());
        String a = g.conv("a", known, 8, 1);
        String b = g.conv("b", unknown, 8, 1);
        ChannelGroups groups = GroupAnalysis.analyze(g.done(g.add("sum", a, b)));
        assertThat(groups.segments("scale", 0)).isEmpty();
        assertThat(groups.segments("c.w", 0)).isEmpty();
    }

    private static List<String> with(String x, List<String> parameters) {
        return Stream.concat(Stream.of(x), parameters.stream()).toList();
    }
}
