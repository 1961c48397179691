package io.dms.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What is tied together, what is frozen, and why. */
class GroupAnalysisTest {
    private static ChannelGroup group(ChannelGroups groups, String name) {
        return groups.groups().stream()
                .filter(g -> g.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no group " + name + " in " + groups.groups()));
    }

    private static List<ChannelGroup> free(ChannelGroups groups) {
        return groups.groups().stream().filter(g -> !g.frozen()).toList();
    }

    @Test
    void layersInARowHaveAGroupEachAndInputAndOutputAreFrozen() {
        TestGraph g = new TestGraph();
        String x = g.input(-1, 3, 8, 8);
        x = g.relu("r1", g.conv("c1", x, 16, 1));
        x = g.relu("r2", g.conv("c2", x, 24, 1));
        ChannelGroups groups = GroupAnalysis.analyze(g.done(g.gemm("fc", g.flatten("f", x), 10)));

        assertThat(free(groups)).extracting(ChannelGroup::name).containsExactly("c1", "c2");
        assertThat(group(groups, "x0").frozenBecause()).isEqualTo("network input");
        assertThat(group(groups, "fc").frozenBecause()).isEqualTo("network output");
        assertThat(group(groups, "fc").size()).isEqualTo(10);
        assertThat(groups.segments("c2.w", 0)).containsExactly(new AxisSegment(indexOf(groups, "c2"), 0, 1));
        assertThat(groups.segments("c2.w", 1)).containsExactly(new AxisSegment(indexOf(groups, "c1"), 0, 1));
        assertThat(groups.segments("fc.w", 1))
                .as("a flattened channel is 64 columns")
                .containsExactly(new AxisSegment(indexOf(groups, "c2"), 0, 64));
    }

    private static int indexOf(ChannelGroups groups, String name) {
        return groups.groups().indexOf(group(groups, name));
    }

    @Test
    void aResidualStreamIsOneGroup() {
        TestGraph g = new TestGraph();
        String x = g.conv("stem", g.input(-1, 3, 8, 8), 16, 1);
        for (int i = 0; i < 3; i++) {
            String y = g.relu("r" + i, g.conv("a" + i, x, 32, 1));
            x = g.add("add" + i, g.conv("b" + i, y, 16, 1), x);
        }
        ChannelGroups groups = GroupAnalysis.analyze(g.done(g.gemm("fc", g.flatten("f", x), 10)));

        assertThat(free(groups)).extracting(ChannelGroup::name).containsExactly("stem", "a0", "a1", "a2");
        int stem = indexOf(groups, "stem");
        for (String w : List.of("stem.w", "b0.w", "b1.w", "b2.w")) {
            assertThat(groups.segments(w, 0)).containsExactly(new AxisSegment(stem, 0, 1));
        }
        assertThat(GroupAnalysis.members(groups, stem)).contains("a0.w", "a1.w", "a2.w", "b0.b", "fc.w");
    }

    @Test
    void aConcatConsumerHasOneSegmentForEachInput() {
        TestGraph g = new TestGraph();
        String x = g.input(-1, 3, 8, 8);
        String a = g.conv("a", x, 16, 1);
        String b = g.conv("b", x, 8, 1);
        String y = g.conv("c", g.concat("cat", a, b), 8, 1);
        ChannelGroups groups = GroupAnalysis.analyze(g.done(g.gemm("fc", g.flatten("f", y), 4)));

        assertThat(groups.segments("c.w", 1))
                .containsExactly(
                        new AxisSegment(indexOf(groups, "a"), 0, 1), new AxisSegment(indexOf(groups, "b"), 16, 1));
        int[] counts = WidthLevels.uniform(groups, 0.5).counts();
        assertThat(groups.cut("c.w", 1, 24, counts)).hasToString("0..8+16..24/24");
    }

    @Test
    void aSplitTiesEachPartOnItsOwn() {
        TestGraph g = new TestGraph();
        String x = g.conv("c", g.input(-1, 3, 4, 4), 32, 1);
        List<String> parts = g.split("s", x, 1, 16, 16);
        String y = g.concat("cat", g.conv("l", parts.get(0), 16, 1), parts.get(1));
        Graph graph = g.done(g.gemm("fc", g.flatten("f", y), 4));
        ChannelGroups groups = GroupAnalysis.analyze(graph);

        assertThat(groups.segments("c.w", 0)).hasSize(2);
        WidthLevel half = WidthLevels.uniform(groups, 0.5);
        Graph cut = LevelGraph.of(graph, groups, half);
        assertThat(cut.nodes().stream()
                        .filter(n -> n.is("Split"))
                        .findFirst()
                        .orElseThrow()
                        .ints("split"))
                .containsExactly(8, 8);
        assertThat(cut.shape("cat.out")).isEqualTo(Shape.of(-1, 16, 4, 4));
    }

    @Test
    void depthwiseTiesInputToOutputAndALevelHasFewerGroups() {
        TestGraph g = new TestGraph();
        String x = g.conv("expand", g.input(-1, 3, 4, 4), 32, 1);
        x = g.conv("dw", x, 32, 32);
        x = g.conv("project", x, 16, 1);
        Graph graph = g.done(g.gemm("fc", g.flatten("f", x), 4));
        ChannelGroups groups = GroupAnalysis.analyze(graph);

        assertThat(free(groups)).extracting(ChannelGroup::name).containsExactly("expand", "project");
        Graph cut = LevelGraph.of(graph, groups, WidthLevels.uniform(groups, 0.25));
        Node dw = cut.nodes().stream()
                .filter(n -> n.name().equals("dw"))
                .findFirst()
                .orElseThrow();
        assertThat(dw.intAttr("group", 1)).isEqualTo(8);
        assertThat(cut.shape("dw.w")).isEqualTo(Shape.of(8, 1, 3, 3));
    }

    @Test
    void fewWideConvolutionGroupsGetNarrowerAndManyGetFewer() {
        TestGraph g = new TestGraph();
        String x = g.conv("a", g.input(-1, 3, 4, 4), 32, 1);
        x = g.conv("two", x, 32, 2);
        x = g.conv("b", x, 64, 1);
        x = g.conv("sixteen", x, 64, 16);
        x = g.conv("c", x, 8, 1);
        Graph graph = g.done(g.gemm("fc", g.flatten("f", x), 4));
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        Graph cut = LevelGraph.of(graph, groups, WidthLevels.uniform(groups, 0.5));

        assertThat(node(cut, "two").intAttr("group", 1)).isEqualTo(2);
        assertThat(cut.shape("two.w")).isEqualTo(Shape.of(16, 8, 3, 3));
        assertThat(Objects.requireNonNull(cut.initializer("b.w")).cut(1))
                .as("the same positions in both groups")
                .hasToString("0..8+16..24/32");
        assertThat(node(cut, "sixteen").intAttr("group", 1)).isEqualTo(8);
        assertThat(cut.shape("sixteen.w")).isEqualTo(Shape.of(32, 4, 3, 3));
    }

    private static Node node(Graph graph, String name) {
        return graph.nodes().stream()
                .filter(n -> n.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aChannelShuffleFreezesWhatItInterleavesAndSaysSo() {
        TestGraph g = new TestGraph();
        String x = g.conv("a", g.input(-1, 3, 4, 4), 32, 1);
        x = g.node(
                "r1", "Reshape", List.of(x), Shape.of(-1, 2, 16, 4, 4), Map.of("shape", new long[] {-1, 2, 16, 4, 4}));
        x = g.node("t", "Transpose", List.of(x), Shape.of(-1, 16, 2, 4, 4), Map.of("perm", new long[] {0, 2, 1, 3, 4}));
        x = g.node("r2", "Reshape", List.of(x), Shape.of(-1, 32, 4, 4), Map.of("shape", new long[] {-1, 32, 4, 4}));
        x = g.conv("b", x, 16, 1);
        ChannelGroups groups = GroupAnalysis.analyze(g.done(g.gemm("fc", g.flatten("f", x), 4)));

        assertThat(free(groups)).extracting(ChannelGroup::name).containsExactly("b");
        assertThat(group(groups, "a").frozenBecause())
                .contains("mixes channels")
                .contains("r1");
    }

    @Test
    void squeezeAndExciteIsAGroupOfItsOwnInsideTheStream() {
        TestGraph g = new TestGraph();
        String x = g.conv("c", g.input(-1, 3, 4, 4), 32, 1);
        String s = g.node("gap", "GlobalAveragePool", List.of(x), Shape.of(-1, 32, 1, 1), Map.of());
        s = g.relu("r", g.conv("down", s, 8, 1));
        s = g.conv("up", s, 32, 1);
        s = g.node("sig", "Sigmoid", List.of(s), g.shape(s), Map.of());
        String y = g.node("mul", "Mul", List.of(s, x), g.shape(x), Map.of());
        ChannelGroups groups = GroupAnalysis.analyze(g.done(g.gemm("fc", g.flatten("f", y), 4)));

        assertThat(free(groups)).extracting(ChannelGroup::name).containsExactly("c", "down");
        assertThat(groups.segments("up.w", 0)).containsExactly(new AxisSegment(indexOf(groups, "c"), 0, 1));
    }

    @Test
    void anUnknownOperatorFreezesWhatItTouches() {
        TestGraph g = new TestGraph();
        String x = g.conv("a", g.input(-1, 3, 4, 4), 16, 1);
        x = g.node("odd", "GridSample", List.of(x), g.shape(x), Map.of());
        x = g.conv("b", x, 16, 1);
        ChannelGroups groups = GroupAnalysis.analyze(g.done(g.gemm("fc", g.flatten("f", x), 4)));

        assertThat(group(groups, "a").frozenBecause()).contains("GridSample").contains("odd");
        assertThat(free(groups)).extracting(ChannelGroup::name).containsExactly("b");
        assertThat(groups.segments("b.w", 1)).isEmpty();
    }

    @Test
    void weightsSharedWithAnUntrackedPlaceAreNotCutThere() {
        TestGraph g = new TestGraph();
        String x = g.conv("a", g.input(-1, 3, 4, 4), 16, 1);
        String odd = g.node("odd", "GridSample", List.of(x), g.shape(x), Map.of());
        String y = g.conv("b", g.conv("mid", g.conv("pre", odd, 16, 1), 16, 1), 16, 1);
        String w = "b.w";
        String z = g.node("shared", "Conv", List.of(odd, w), g.shape(y), attributesOf(g, "b", y));
        ChannelGroups groups = GroupAnalysis.analyze(g.done(g.gemm("fc", g.flatten("f", g.add("s", y, z)), 4)));

        assertThat(groups.segments("b.w", 1)).isEmpty();
        assertThat(groups.segments("mid.w", 0)).isEmpty();
    }

    private static Map<String, Object> attributesOf(TestGraph g, String name, String output) {
        Graph graph = g.done(output);
        return node(graph, name).attributes();
    }
}
