package io.dms.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.dms.compiler.data.ImageSample;
import io.dms.model.AxisSegment;
import io.dms.model.ChannelGroup;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ModelException;
import io.dms.model.Node;
import io.dms.model.Preprocessing;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import io.dms.model.UserException;
import io.dms.testkit.Networks;
import io.dms.testkit.ReferenceBackend;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CriteriaTest {
    private static final Map<String, Object> POINTWISE = Map.of(
            "kernel_shape", new long[] {1, 1},
            "strides", new long[] {1, 1},
            "pads", new long[] {0, 0, 0, 0},
            "dilations", new long[] {1, 1},
            "group", 1L);

    /** input [N,1,2,2] -> conv1 (3 filters) [-> BatchNormalization] -> Relu -> conv2 (2 filters): one group of 3. */
    private static Graph chain(float[] conv1, float[] conv2, float... batchNorm) {
        Map<String, Tensor> w = new LinkedHashMap<>();
        w.put("w1", Tensor.ofFloats(Shape.of(3, 1, 1, 1), conv1));
        w.put("w2", Tensor.ofFloats(Shape.of(2, 3, 1, 1), conv2));
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("x", Shape.of(-1, 1, 2, 2));
        List.of("a", "b", "r").forEach(t -> shapes.put(t, Shape.of(-1, 3, 2, 2)));
        shapes.put("y", Shape.of(-1, 2, 2, 2));
        Node first = Node.of("conv1", "Conv", List.of("x", "w1"), List.of("a"), POINTWISE);
        Node relu = Node.of("relu", "Relu", List.of(batchNorm.length > 0 ? "b" : "a"), List.of("r"), Map.of());
        Node second = Node.of("conv2", "Conv", List.of("r", "w2"), List.of("y"), POINTWISE);
        List<Node> nodes = List.of(first, relu, second);
        if (batchNorm.length > 0) {
            w.put("scale", Tensor.ofFloats(Shape.of(3), batchNorm[0], batchNorm[1], batchNorm[2]));
            w.put("shift", Tensor.ofFloats(Shape.of(3), 9, 9, 9));
            w.put("mean", Tensor.ofFloats(Shape.of(3), 7, 7, 7));
            w.put("var", Tensor.ofFloats(Shape.of(3), batchNorm[3], batchNorm[4], batchNorm[5]));
            Node norm = Node.of(
                    "bn",
                    "BatchNormalization",
                    List.of("a", "scale", "shift", "mean", "var"),
                    List.of("b"),
                    Map.of("epsilon", 0f));
            nodes = List.of(first, norm, relu, second);
        }
        return new Graph(
                "chain",
                List.of(new Graph.Value("x", Shape.of(-1, 1, 2, 2))),
                List.of(new Graph.Value("y", Shape.of(-1, 2, 2, 2))),
                nodes,
                w,
                shapes);
    }

    /** The group of the chain's three channels, which is too small for the analysis to make one. */
    private static ChannelGroups groups(Graph graph) {
        Map<String, Map<Integer, List<AxisSegment>>> axes = new LinkedHashMap<>();
        List<AxisSegment> whole = List.of(new AxisSegment(1, 0, 1));
        axes.put("w1", Map.of(0, whole));
        axes.put("w2", Map.of(1, whole));
        List.of("a", "b", "r").forEach(t -> axes.put(t, Map.of(1, whole)));
        List.of("scale", "shift", "mean", "var").forEach(t -> axes.put(t, Map.of(0, whole)));
        axes.keySet().removeIf(t -> graph.shapeOrNull(t) == null);
        return new ChannelGroups(
                List.of(new ChannelGroup("y", 2, 1, "network output"), new ChannelGroup("a", 3, 1, null)), axes);
    }

    /** Scores of the free group, before they were divided by their mean. */
    private static void expect(ImportanceCriterion criterion, Graph graph, double... scores) {
        Importance importance = criterion.rank(graph, groups(graph), null);
        double mean = (scores[0] + scores[1] + scores[2]) / 3;
        assertThat(importance.scores()[0]).isEmpty();
        assertThat(importance.scores()[1])
                .containsExactly(new double[] {scores[0] / mean, scores[1] / mean, scores[2] / mean}, offset(1e-6));
    }

    private static final float[] W1 = {3, -1, 2};
    private static final float[] W2 = {4, 0, -1, 0, 1, -2};

    @Test
    void l2_is_the_norm_over_all_layers_of_the_group() {
        expect(Criteria.l2(), chain(W1, W2), Math.sqrt(9 + 16), Math.sqrt(1 + 1), Math.sqrt(4 + 1 + 4));
    }

    @Test
    void l1_adds_absolute_values_over_all_layers_of_the_group() {
        expect(Criteria.l1(), chain(W1, W2), 7, 2, 5);
    }

    @Test
    void a_batch_normalization_behind_a_convolution_counts_as_folded() {
        // Filters times 2/sqrt(4), -1/sqrt(1), 3/sqrt(9): the same network as without it.
        Graph apart = chain(new float[] {3, 1, 2}, W2, 2, -1, 3, 4, 1, 9);
        expect(Criteria.l2(), apart, Math.sqrt(9 + 16), Math.sqrt(1 + 1), Math.sqrt(4 + 1 + 4));
    }

    @Test
    void batch_norm_scale_takes_absolute_values() {
        expect(Criteria.batchNormScale(), chain(W1, W2, 2, -1, 3, 4, 1, 9), 2, 1, 3);
    }

    @Test
    void batch_norm_scale_falls_back_to_l2_and_says_so() {
        Graph graph = chain(W1, W2);
        expect(Criteria.batchNormScale(), graph, 5, Math.sqrt(2), 3);
        assertThat(Criteria.batchNormScale().rank(graph, groups(graph), null).notes())
                .singleElement()
                .asString()
                .contains("l2 used instead");
    }

    @Test
    void geometric_median_sums_the_distances_to_all_others() {
        // Units as vectors over both layers: (3, 4, 0), (-1, 0, 1), (2, -1, -2).
        double ab = Math.sqrt(16 + 16 + 1);
        double ac = Math.sqrt(1 + 25 + 4);
        double bc = Math.sqrt(9 + 1 + 9);
        expect(Criteria.geometricMedian(), chain(W1, W2), ab + ac, ab + bc, ac + bc);
    }

    @Test
    void random_is_seeded() {
        Graph graph = Networks.residual(1);
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        int[][] one = Criteria.random(1).rank(graph, groups, null).order();
        assertThat(one)
                .isDeepEqualTo(Criteria.random(1).rank(graph, groups, null).order());
        assertThat(Arrays.deepEquals(
                        one, Criteria.random(2).rank(graph, groups, null).order()))
                .isFalse();
    }

    @Test
    void ties_keep_their_old_order() {
        Importance tied = new Importance("l2", new double[][] {{1, 2, 1, 2, 1}, {}}, List.of());
        assertThat(tied.order()).isDeepEqualTo(new int[][] {{1, 3, 0, 2, 4}, {}});
    }

    @Test
    void weights_that_are_no_numbers_are_refused() {
        Graph graph = chain(new float[] {3, Float.NaN, 2}, W2);
        assertThatThrownBy(() -> Criteria.l2().rank(graph, groups(graph), null))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("not all finite");
    }

    @Test
    void an_unknown_name_lists_the_known_ones() {
        assertThatThrownBy(() -> named("taylor9"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("l2, l1, bn-scale, fpgm, random");
        for (String name : Criteria.withoutGradients()) {
            assertThat(named(name).name()).isEqualTo(name);
        }
    }

    private static ImportanceCriterion named(String name) {
        return Criteria.named(name, 5, new ReferenceBackend(), CompileListener.SILENT);
    }

    @Test
    void contribution_is_the_share_of_what_the_next_layer_computes() {
        // Activations of the three channels for a red x: 3x, 0 (the Relu cuts -x), 2x.
        Graph graph = rgbChain();
        ImageSample sample = ImageSample.draw(
                new SmallImages(5, 0, 2, 2), 5, 0, new Preprocessing(new float[3], new float[] {1, 1, 1}));
        double[] scores = Criteria.contribution(new ReferenceBackend(), CompileListener.SILENT)
                .rank(graph, groups(graph), sample)
                .scores()[1];
        // Weights that meet them, squared: 16, 1, 5.
        double total = 9 * 16 + 4 * 5;
        assertThat(scores).containsExactly(new double[] {3 * 9 * 16 / total, 0, 3 * 4 * 5 / total}, offset(1e-5));
    }

    /** As the chain, on the red channel of an image. */
    private static Graph rgbChain() {
        Graph grey = chain(W1, W2);
        Map<String, Tensor> w = new LinkedHashMap<>(grey.initializers());
        w.put("w1", Tensor.ofFloats(Shape.of(3, 3, 1, 1), 3, 0, 0, -1, 0, 0, 2, 0, 0));
        Map<String, Shape> shapes = new LinkedHashMap<>(grey.shapes());
        shapes.put("x", Shape.of(-1, 3, 2, 2));
        return new Graph(
                "rgb", List.of(new Graph.Value("x", Shape.of(-1, 3, 2, 2))), grey.outputs(), grey.nodes(), w, shapes);
    }

    @Test
    void contribution_without_images_says_what_to_do() {
        Graph graph = chain(W1, W2);
        assertThatThrownBy(() -> named("contribution").rank(graph, groups(graph), null))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("l2");
    }

    @Test
    void every_criterion_orders_every_generated_network() {
        Networks.generators().forEach((name, generator) -> {
            Graph graph = generator.apply(3);
            ChannelGroups groups = GroupAnalysis.analyze(graph);
            ImageSample sample = null;
            if (Lanes.refusal(graph).isEmpty()) {
                Shape in = graph.inputs().get(0).shape();
                sample = ImageSample.draw(new SmallImages(2, 0, in.dim(3), in.dim(2)), 2, 0, Preprocessing.IMAGENET);
            }
            for (String criterion : Criteria.withoutGradients()) {
                if (criterion.equals("contribution") && sample == null) {
                    continue;
                }
                int[][] order = named(criterion).rank(graph, groups, sample).order();
                for (int g = 0; g < order.length; g++) {
                    int units = groups.groups().get(g).frozen()
                            ? 0
                            : groups.groups().get(g).size();
                    assertThat(order[g])
                            .as("%s of %s", criterion, name)
                            .hasSize(units)
                            .doesNotHaveDuplicates();
                }
            }
        });
    }
}
