package io.dms.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which channels belong together behind operators that move, join, cut or reduce tensors. */
class MovementRulesTest {
    private static final int CHANNELS = 16;

    private final TestGraph g = new TestGraph();
    private final String features = g.conv("c", g.input(-1, 3, 4, 4), CHANNELS, 1);

    private ChannelGroups analyze(String last) {
        return GroupAnalysis.analyze(g.done(last));
    }

    private static boolean isFree(ChannelGroups groups, String weights) {
        return !groups.segments(weights, 0).isEmpty();
    }

    private static ChannelGroup only(ChannelGroups groups) {
        return groups.groups().stream().filter(c -> !c.frozen()).findFirst().orElseThrow();
    }

    @Test
    void a_pad_that_adds_channels_at_either_end_keeps_them_whole() {
        for (long[] pads : new long[][] {{0, 4, 0, 0, 0, 0, 0, 0}, {0, 0, 0, 0, 0, 4, 0, 0}}) {
            TestGraph p = new TestGraph();
            String x = p.conv("c", p.input(-1, 3, 4, 4), CHANNELS, 1);
            String padded = p.node("pad", "Pad", List.of(x), Shape.of(-1, CHANNELS + 4, 4, 4), Map.of("pads", pads));
            ChannelGroups groups = GroupAnalysis.analyze(p.done(p.conv("d", padded, 8, 1)));
            assertThat(isFree(groups, "c.w")).isFalse();
        }
    }

    @Test
    void a_reduction_in_front_of_the_channels_moves_their_axis() {
        String swapped = g.node(
                "t", "Transpose", List.of(features), Shape.of(-1, 4, CHANNELS, 4), Map.of("perm", new long[] {0, 2, 1, 3
                }));
        String reduced = g.node(
                "r",
                "ReduceMean",
                List.of(swapped),
                Shape.of(-1, CHANNELS, 4),
                Map.of("axes", new long[] {1}, "keepdims", 0L));
        String mean = g.node(
                "m",
                "ReduceMean",
                List.of(reduced),
                Shape.of(-1, CHANNELS),
                Map.of("axes", new long[] {2}, "keepdims", 0L));
        ChannelGroups groups = analyze(g.gemm("fc", mean, 10));
        assertThat(only(groups).size()).isEqualTo(CHANNELS);
        assertThat(groups.segments("fc.w", 1)).containsExactly(new AxisSegment(indexOf(groups), 0, 1));
    }

    @Test
    void a_reduction_over_the_channels_counted_from_the_end_keeps_them_whole() {
        String sum = g.node(
                "r",
                "ReduceSum",
                List.of(features),
                Shape.of(-1, 1, 4, 4),
                Map.of("axes", new long[] {-3}, "keepdims", 1L));
        ChannelGroups groups = analyze(g.conv("d", sum, 8, 1));
        assertThat(isFree(groups, "c.w")).isFalse();
        assertThat(groups.groups())
                .anySatisfy(c -> assertThat(c.frozenBecause()).contains("works across channels"));
    }

    @Test
    void both_halves_of_an_image_that_is_split_by_rows_have_all_channels() {
        List<String> halves = g.split("s", features, 2, 2, 2);
        String a = g.conv("a", halves.get(0), 8, 1);
        String b = g.conv("b", halves.get(1), 8, 1);
        ChannelGroups groups = analyze(g.add("sum", a, b));
        for (String w : List.of("a.w", "b.w")) {
            assertThat(groups.segments(w, 1)).containsExactly(new AxisSegment(indexOf(groups), 0, 1));
        }
    }

    @Test
    void each_part_of_a_split_is_tied_to_its_own_channels() {
        List<String> parts = g.split("s", features, 1, 8, 8);
        String a = g.conv("a", parts.get(0), 8, 1);
        String b = g.conv("b", parts.get(1), 8, 1);
        ChannelGroups groups = analyze(g.add("sum", a, b));
        AxisSegment first = groups.segments("a.w", 1).get(0);
        AxisSegment second = groups.segments("b.w", 1).get(0);
        assertThat(groups.segments("c.w", 0))
                .containsExactly(new AxisSegment(first.group(), 0, 1), new AxisSegment(second.group(), 8, 1));
    }

    @Test
    void columns_that_a_channel_is_flattened_to_do_not_make_it_several_channels() {
        ChannelGroups groups = analyze(g.gemm("fc", g.flatten("f", features), 10));
        assertThat(only(groups).channelsPerUnit()).isEqualTo(1);
    }

    @Test
    void a_slice_of_channels_is_tied_to_those_it_takes() {
        String tail = slice(CHANNELS / 2, CHANNELS, 1);
        ChannelGroups groups = analyze(g.conv("d", tail, 8, 1));
        AxisSegment read = groups.segments("d.w", 1).get(0);
        assertThat(groups.segments("c.w", 0))
                .contains(new AxisSegment(read.group(), CHANNELS / 2, 1))
                .doesNotContain(new AxisSegment(read.group(), 0, 1));
    }

    @Test
    void a_slice_that_takes_every_second_channel_keeps_all_whole() {
        ChannelGroups groups = analyze(g.conv("d", slice(0, CHANNELS, 2), 8, 1));
        assertThat(isFree(groups, "c.w")).isFalse();
        assertThat(groups.segments("d.w", 1)).isEmpty();
    }

    private String slice(long from, long to, long step) {
        return g.node(
                "slice",
                "Slice",
                List.of(features),
                Shape.of(-1, CHANNELS / 2, 4, 4),
                Map.of(
                        "axes",
                        new long[] {1},
                        "starts",
                        new long[] {from},
                        "ends",
                        new long[] {to},
                        "steps",
                        new long[] {step}));
    }

    @Test
    void a_concat_with_something_untracked_keeps_that_part_whole_and_cuts_the_rest() {
        String strange = g.node("odd", "Unheard", List.of(features), Shape.of(-1, 8, 4, 4), Map.of());
        String own = g.conv("e", g.input(-1, 3, 4, 4), CHANNELS, 1);
        ChannelGroups groups = analyze(g.conv("d", g.concat("cat", strange, own), 8, 1));
        assertThat(isFree(groups, "e.w")).isTrue();
        assertThat(groups.segments("d.w", 1))
                .singleElement()
                .satisfies(s -> assertThat(s.start()).isEqualTo(8));
        assertThat(groups.groups())
                .anySatisfy(c -> assertThat(c.frozenBecause()).contains("not tracked before Concat"));
    }

    private static int indexOf(ChannelGroups groups) {
        return groups.groups().indexOf(only(groups));
    }
}
