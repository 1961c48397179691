package io.dms.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import io.dms.compiler.data.ImageSample;
import io.dms.model.Affine;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.Node;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.testkit.Networks;
import io.dms.testkit.ReferenceBackend;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static final Map<String, Object> POINTWISE = Map.of(
            "kernel_shape", new long[] {1, 1},
            "strides", new long[] {1, 1},
            "pads", new long[] {0, 0, 0, 0},
            "dilations", new long[] {1, 1},
            "group", 1L);

    private static ImageSample sample(Graph graph, int count) {
        Shape in = graph.inputs().get(0).shape();
        return ImageSample.draw(new SmallImages(count, 0, in.dim(3), in.dim(2)), count, 1, Preprocessing.IMAGENET);
    }

    private static ScalableModel model(Graph graph, double... widths) {
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = new ArrayList<>();
        for (double w : widths) {
            levels.add(WidthLevels.uniform(groups, w));
        }
        return new ScalableModel("test", graph, groups, levels, null, Map.of());
    }

    private static ScalableModel with(ScalableModel m, List<WidthLevel> levels) {
        return new ScalableModel(m.name(), m.graph(), m.groups(), levels, m.preprocessing(), m.provenance());
    }

    private static float[] input(ImageSample sample) {
        int floats =
                sample.size() * 3 * sample.images().width() * sample.images().height();
        FloatBuffer b = ByteBuffer.allocateDirect(4 * floats)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        sample.fill(b, 0, sample.size());
        float[] out = new float[floats];
        b.get(0, out);
        return out;
    }

    /**
     * conv1 makes 16 channels of which the last 8 repeat the first 8; conv2 weighs both alike. Without the second half,
     * conv2's outputs are halved (a scale), and its bias is no longer in proportion (a shift): calibration can put the
     * level right exactly.
     */
    private static Graph redundant() {
        float[] w1 = new float[16 * 3];
        float[] w2 = new float[8 * 16];
        Random random = new Random(3);
        for (int i = 0; i < 8 * 3; i++) {
            w1[i] = (float) random.nextGaussian();
            w1[8 * 3 + i] = w1[i];
        }
        for (int o = 0; o < 8; o++) {
            for (int c = 0; c < 8; c++) {
                w2[o * 16 + c] = (float) random.nextGaussian();
                w2[o * 16 + 8 + c] = w2[o * 16 + c];
            }
        }
        Map<String, Tensor> w = new LinkedHashMap<>();
        w.put("w1", Tensor.ofFloats(Shape.of(16, 3, 1, 1), w1));
        w.put("w2", Tensor.ofFloats(Shape.of(8, 16, 1, 1), w2));
        w.put("b2", Tensor.ofFloats(Shape.of(8), 1, 2, -3, 4, 5, -6, 7, 8));
        Map<String, Shape> shapes = new LinkedHashMap<>();
        shapes.put("x", Shape.of(-1, 3, 6, 5));
        shapes.put("a", Shape.of(-1, 16, 6, 5));
        shapes.put("r", Shape.of(-1, 16, 6, 5));
        shapes.put("c", Shape.of(-1, 8, 6, 5));
        shapes.put("y", Shape.of(-1, 8, 6, 5));
        return new Graph(
                "redundant",
                List.of(new Graph.Value("x", Shape.of(-1, 3, 6, 5))),
                List.of(new Graph.Value("y", Shape.of(-1, 8, 6, 5))),
                List.of(
                        Node.of("conv1", "Conv", List.of("x", "w1"), List.of("a"), POINTWISE),
                        Node.of("relu", "Relu", List.of("a"), List.of("r"), Map.of()),
                        Node.of("conv2", "Conv", List.of("r", "w2", "b2"), List.of("c"), POINTWISE),
                        Node.of("end", "Relu", List.of("c"), List.of("y"), Map.of())),
                w,
                shapes);
    }

    @Test
    void a_level_that_differs_by_scale_and_shift_is_put_right_exactly() {
        Graph graph = redundant();
        ScalableModel model = model(graph, 1, 0.5);
        ImageSample sample = sample(graph, 70); // more than one chunk, the last one in part

        List<WidthLevel> levels = Calibration.calibrate(model, new ReferenceBackend(), sample, CompileListener.SILENT);

        Affine conv2 = Objects.requireNonNull(levels.get(1).normalization().get("conv2"));
        float[] bias = {1, 2, -3, 4, 5, -6, 7, 8};
        for (int c = 0; c < 8; c++) {
            assertThat(conv2.scale()[c]).isCloseTo(2f, offset(1e-4f));
            assertThat(conv2.shift()[c]).isCloseTo(-bias[c], offset(1e-3f));
        }
        assertThat(levels.get(1).normalization())
                .as("conv1's kept channels are as at full width")
                .doesNotContainKey("conv1");
    }

    @Test
    void the_full_width_is_never_touched() {
        Graph graph = Networks.residual(4);
        ScalableModel model = model(graph, 1, 0.5);
        List<WidthLevel> levels =
                Calibration.calibrate(model, new ReferenceBackend(), sample(graph, 8), CompileListener.SILENT);
        assertThat(levels.get(0).normalization()).isEmpty();
        assertThat(levels.get(1).normalization()).isNotEmpty();
    }

    @Test
    void every_site_of_a_level_has_the_mean_of_the_full_width() {
        Networks.generators().forEach((name, generator) -> {
            Graph graph = generator.apply(11);
            if (!Lanes.refusal(graph).isEmpty()) {
                return;
            }
            ScalableModel model = model(graph, 1, 0.5);
            ImageSample sample = sample(graph, 6);
            ScalableModel calibrated =
                    with(model, Calibration.calibrate(model, new ReferenceBackend(), sample, CompileListener.SILENT));
            WidthLevel level = calibrated.levels().get(1);

            List<float[]> input = List.of(input(sample));
            Map<String, float[]> full = ReferenceBackend.evaluate(graph, input, 6);
            Map<String, float[]> narrow = ReferenceBackend.evaluate(calibrated.graphAt(level), input, 6);

            for (Node node : graph.nodes()) {
                if (Calibration.isSite(graph, node)) {
                    sameMeans(name, model, level, node.output(), full, narrow);
                }
            }
        });
    }

    private static void sameMeans(
            String network,
            ScalableModel model,
            WidthLevel level,
            String tensor,
            Map<String, float[]> full,
            Map<String, float[]> narrow) {
        Shape shape = model.graph().shape(tensor);
        int spatial = (int) shape.elements(2, shape.rank());
        int[] kept = model.groups().cut(tensor, 1, shape.dim(1), level.counts()).indices();
        for (int c = 0; c < kept.length; c++) {
            double[] wide = moments(Objects.requireNonNull(full.get(tensor)), shape.dim(1), kept[c], spatial);
            double[] cut = moments(Objects.requireNonNull(narrow.get(tensor)), kept.length, c, spatial);
            assertThat(cut[0])
                    .as("mean of channel %d of %s in %s", c, tensor, network)
                    .isCloseTo(wide[0], offset(1e-3 * (1 + wide[1])));
            assertThat(cut[1])
                    .as("deviation of channel %d of %s in %s", c, tensor, network)
                    .isLessThan(1.01 * wide[1] + 1e-3);
        }
    }

    /** Mean and standard deviation. */
    private static double[] moments(float[] x, int channels, int channel, int spatial) {
        double sum = 0;
        double squares = 0;
        int n = 0;
        for (int i = 0; i < x.length; i++) {
            if (i / spatial % channels == channel) {
                sum += x[i];
                squares += (double) x[i] * x[i];
                n++;
            }
        }
        return new double[] {sum / n, Math.sqrt(Math.max(0, squares / n - sum / n * sum / n))};
    }
}
