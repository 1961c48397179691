package io.dms.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dms.compiler.CompileListener;
import io.dms.compiler.Importance;
import io.dms.compiler.ImportanceCriterion;
import io.dms.compiler.data.ImageSample;
import io.dms.compiler.data.SyntheticImages;
import io.dms.compiler.tuning.GradientCriteria;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.Node;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.Tensor;
import io.dms.model.UserException;
import io.dms.runtime.BundledModels;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;

class TaylorCriterionTest {
    private static final int IMAGES = 6;

    private final Graph graph = BundledModels.resnet20Cifar10().graph();
    private final ChannelGroups groups = GroupAnalysis.analyze(graph);
    private final ImageSample sample = ImageSample.draw(new Squares(IMAGES), IMAGES, 0, Preprocessing.IMAGENET);

    private static ImportanceCriterion named(String name, int batches) {
        return GradientCriteria.find().named(name, batches, CompileListener.SILENT);
    }

    /** A convolution that alone writes a group of its own, as the first of a residual block does. */
    private Node inner() {
        return graph.nodes().stream()
                .filter(n -> n.is("Conv")
                        && groups.segments(n.output(), 1).size() == 1
                        && graph.nodes().stream()
                                        .filter(o -> o.is("Conv")
                                                && groups.segments(o.output(), 1)
                                                        .equals(groups.segments(n.output(), 1)))
                                        .count()
                                == 1)
                .findFirst()
                .orElseThrow();
    }

    /** The network with what one filter gives multiplied by a factor. */
    private Graph scaled(Node conv, int filter, float factor) {
        Map<String, Tensor> initializers = new LinkedHashMap<>(graph.initializers());
        Node next = graph.consumers(conv.output()).get(0);
        List<String> parts = next.is("BatchNormalization")
                ? next.inputs().subList(1, 3)
                : conv.inputs().subList(1, conv.inputs().size());
        for (String name : parts) {
            Tensor t = Objects.requireNonNull(graph.initializer(name));
            float[] values = t.floats();
            int each = values.length / t.shape().dim(0);
            for (int i = filter * each; i < (filter + 1) * each; i++) {
                values[i] *= factor;
            }
            initializers.put(name, Tensor.ofFloats(t.shape(), values));
        }
        return graph.withInitializers(initializers);
    }

    private double[] losses(Graph of) {
        ScalableModel model = ScalableModel.plain(of);
        double[] out = new double[IMAGES];
        try (TorchNetwork network = new TorchNetwork(model)) {
            for (int i = 0; i < IMAGES; i++) {
                float[] image = new float[3 * 32 * 32];
                sample.fill(FloatBuffer.wrap(image), i, 1);
                try (PointerScope scope = new PointerScope();
                        NoGradGuard guard = new NoGradGuard()) {
                    long label = sample.images().label(sample.indices()[i]);
                    out[i] = torch.cross_entropy_loss(
                                    network.forward(0, Torch.tensor(image, 1, 3, 32, 32), TorchNetwork.Mode.INFER),
                                    Torch.longs(new long[] {label}))
                            .item_float();
                }
            }
        }
        return out;
    }

    @Test
    void a_score_is_the_mean_square_of_how_the_loss_changes_with_the_unit() {
        Node conv = inner();
        int group = groups.segments(conv.output(), 1).get(0).group();
        Importance importance = named("taylor", 5).rank(graph, groups, sample);
        double[] expected = new double[4];
        float h = 0.01f;
        for (int unit = 0; unit < expected.length; unit++) {
            double[] more = losses(scaled(conv, unit, 1 + h));
            double[] less = losses(scaled(conv, unit, 1 - h));
            for (int i = 0; i < IMAGES; i++) {
                double derivative = (more[i] - less[i]) / (2 * h);
                expected[unit] += derivative * derivative;
            }
        }
        double[] got = importance.scores()[group];
        int largest = 0;
        for (int u = 1; u < expected.length; u++) {
            largest = expected[u] > expected[largest] ? u : largest;
        }
        for (int u = 0; u < expected.length; u++) {
            assertThat(got[u] / got[largest]).as("unit %d", u).isCloseTo(expected[u] / expected[largest], within(0.05));
        }
    }

    @Test
    void a_unit_that_writes_nothing_has_no_importance() {
        Node conv = inner();
        int group = groups.segments(conv.output(), 1).get(0).group();
        Graph dead = scaled(conv, 5, 0);
        for (String name : GradientCriteria.NAMES) {
            double[] scores = named(name, 1).rank(dead, groups, sample).scores()[group];
            assertThat(scores[4]).as(name).isPositive();
            assertThat(scores[5]).as(name).isLessThan(0.5 * scores[4]);
        }
    }

    @Test
    void the_number_of_batches_bounds_the_images_that_are_looked_at() {
        ImageSample many = ImageSample.draw(new Squares(130), 130, 0, Preprocessing.IMAGENET);
        List<Long> steps = new ArrayList<>();
        GradientCriteria.find()
                .named("taylor", 2, (stage, done, total) -> steps.add(total))
                .rank(graph, groups, many);
        assertThat(steps).containsExactly(2L, 2L);
    }

    @Test
    void images_without_labels_or_of_other_classes_are_refused() {
        ImageSample unlabelled = ImageSample.draw(new SyntheticImages(32, 32, 1), 4, 0, Preprocessing.IMAGENET);
        assertThatThrownBy(() -> named("taylor", 1).rank(graph, groups, unlabelled))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("labelled images");
        assertThatThrownBy(() -> named("taylor", 1).rank(graph, groups, null))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("--data");
    }
}
