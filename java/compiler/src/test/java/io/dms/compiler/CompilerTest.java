package io.dms.compiler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Offset.offset;

import io.dms.compiler.data.LabelledImages;
import io.dms.model.Affine;
import io.dms.model.Graph;
import io.dms.model.ModelException;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.model.WidthLevels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.GraphBuilder;
import io.dms.testkit.Networks;
import io.dms.testkit.ReferenceBackend;
import io.dms.testkit.TestData;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CompilerTest {
    private static final CompileOptions QUICK = CompileOptions.DEFAULT
            .withWidths(List.of(1.0, 0.5))
            .withCalibrationImages(4)
            .withAccuracyImages(6)
            .withPreprocessing(Preprocessing.IMAGENET);

    private static SourceNetwork source(Graph graph) {
        return new SourceNetwork(graph, "net.onnx", "abc", List.of());
    }

    private static Compiler compiler() {
        return new Compiler(new ReferenceBackend(), CompileListener.SILENT);
    }

    private static SmallImages images(Graph graph, int classes) {
        Shape in = graph.inputs().get(0).shape();
        return new SmallImages(8, classes, in.dim(3), in.dim(2));
    }

    @Test
    void at_full_width_the_compiled_model_computes_what_the_network_does() {
        Graph graph = Networks.residual(2);
        ScalableModel model =
                compiler().compile(source(graph), QUICK, images(graph, 0), null).model();
        List<float[]> input = TestData.inputs(graph, 2, new Random(1));
        String output = graph.outputs().get(0).name();
        float[] want = Objects.requireNonNull(
                ReferenceBackend.evaluate(graph, input, 2).get(output));
        float[] got = Objects.requireNonNull(
                ReferenceBackend.evaluate(model.graphAt(model.full()), input, 2).get(output));
        assertThat(TestData.relativeError(got, want)).isLessThan(1e-5);
        assertThat(model.graph().initializers()).as("it was ordered").isNotEqualTo(graph.initializers());
    }

    @Test
    void the_report_tells_groups_levels_and_stages() {
        Graph graph = Networks.residual(2);
        int classes = graph.outputs().get(0).shape().dim(1);
        CompileResult result = compiler().compile(source(graph), QUICK, images(graph, 0), images(graph, classes));
        CompileReport report = result.report();

        assertThat(report.warnings()).singleElement().asString().contains("data set that was calibrated on");
        assertThat(report.criterion()).isEqualTo("contribution");
        assertThat(report.calibration()).isEqualTo("4 images of small test images");
        assertThat(report.accuracySet()).isEqualTo("6 images of small test images");
        assertThat(report.groups())
                .hasSameSizeAs(result.model().groups().groups())
                .anySatisfy(g -> assertThat(g.layers()).hasSizeGreaterThan(2));
        assertThat(report.levels()).hasSize(2);
        CompileReport.Level full = report.levels().get(0);
        CompileReport.Level half = report.levels().get(1);
        assertThat(full.calibratedSites()).isZero();
        assertThat(half.calibratedSites()).isPositive();
        assertThat(half.macs()).isLessThan(full.macs());
        assertThat(half.parameters()).isLessThan(full.parameters());
        assertThat(full.orderOnly()).isNotNull().isEqualTo(full.calibrated());
        assertThat(half.orderOnly()).isNotNull();
        assertThat(half.calibrated()).isNotNull();
        assertThat(result.model().provenance())
                .containsEntry("source", "net.onnx")
                .containsEntry("source.sha256", "abc")
                .containsEntry("criterion", "contribution")
                .containsEntry("calibration", "4 images of small test images")
                .containsKeys("tool", "java", "os", "seed", "backend");
        WidthLevels.checkNested(result.model().groups(), result.model().levels());
    }

    @Test
    void without_data_images_are_made_up_and_the_report_says_so() {
        Graph graph = Networks.residual(2);
        CompileResult result = compiler().compile(source(graph), QUICK, null, null);
        assertThat(result.report().criterion()).isEqualTo("contribution");
        assertThat(result.report().calibration()).startsWith("no data given: 4 images of made-up images");
        assertThat(result.model().levels().get(1).normalization()).isNotEmpty();
        assertThat(result.report().levels().get(1).calibrated()).isNull();
        assertThat(result.report().accuracySet()).isNull();
    }

    @Test
    void the_same_seed_gives_the_same_model() {
        Graph graph = Networks.mobilenet(5);
        ScalableModel a =
                compiler().compile(source(graph), QUICK, images(graph, 0), null).model();
        ScalableModel b =
                compiler().compile(source(graph), QUICK, images(graph, 0), null).model();
        Map<String, Affine> other = b.levels().get(1).normalization();
        a.levels().get(1).normalization().forEach((site, affine) -> {
            Affine same = Objects.requireNonNull(other.get(site));
            assertThat(affine.scale()).containsExactly(same.scale(), offset(0f));
        });
        a.graph()
                .initializers()
                .forEach((name, t) -> assertThat(t.bytes())
                        .isEqualTo(Objects.requireNonNull(b.graph().initializer(name))
                                .bytes()));
    }

    @Test
    void a_network_with_two_inputs_is_ordered_but_not_calibrated() {
        GraphBuilder g = new GraphBuilder("two", 1);
        Map<String, Object> none = Map.of();
        String a = g.node("Relu", none, conv(g, g.input("a", 3, 8, 8), 16));
        String b = g.node("Relu", none, conv(g, g.input("b", 3, 8, 8), 16));
        Graph graph = g.output(conv(g, g.node("Add", none, a, b), 4)).build();
        CompileResult result = compiler().compile(source(graph), QUICK, null, null);
        assertThat(result.report().warnings())
                .anySatisfy(w -> assertThat(w).contains("not calibrated").contains("2 inputs"));
        assertThat(result.report().calibration()).startsWith("none");
        assertThat(result.report().criterion()).isEqualTo("l2");
        assertThat(result.model().levels().get(1).count(0)).isEqualTo(8);
    }

    private static String conv(GraphBuilder g, String x, int channels) {
        String w = g.gaussianConstant("w" + x, 0, 1, channels, g.channels(x), 1, 1);
        return g.node(
                "Conv",
                Map.of(
                        "kernel_shape", new long[] {1, 1},
                        "strides", new long[] {1, 1},
                        "pads", new long[] {0, 0, 0, 0},
                        "dilations", new long[] {1, 1},
                        "group", 1L),
                x,
                w);
    }

    @Test
    void a_network_that_cannot_be_cut_is_refused() {
        GraphBuilder g = new GraphBuilder("one", 1);
        Graph graph = g.output(conv(g, g.input("a", 3, 8, 8), 16)).build();
        assertThatThrownBy(() -> compiler().compile(source(graph), QUICK, null, null))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("net.onnx")
                .hasMessageContaining("network output");
    }

    @Test
    void images_of_another_size_are_refused() {
        Graph graph = Networks.residual(2);
        assertThatThrownBy(() -> compiler().compile(source(graph), QUICK, new SmallImages(4, 0, 7, 7), null))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("7x7");
    }

    @Test
    void labels_that_do_not_fit_are_a_warning() {
        Graph graph = Networks.residual(2);
        CompileResult result = compiler().compile(source(graph), QUICK, images(graph, 0), images(graph, 999));
        assertThat(result.report().warnings())
                .anySatisfy(w -> assertThat(w).contains("accuracy not measured").contains("999 classes"));
    }

    @Test
    void options_out_of_range_are_refused() {
        CompileOptions o = CompileOptions.DEFAULT;
        assertThatThrownBy(() -> o.withWidths(List.of(1.5))).isInstanceOf(UserException.class);
        assertThatThrownBy(() -> o.withCriterion("best")).isInstanceOf(UserException.class);
        assertThatThrownBy(() -> o.withCalibrationImages(0)).isInstanceOf(UserException.class);
        assertThat(o.withWidths(List.of(0.25, 0.5)).widths()).containsExactly(1.0, 0.5, 0.25);
    }

    @Test
    void accuracy_counts_labels_that_win() {
        // The network's scores are the mean red, green and blue of the image.
        GraphBuilder g = new GraphBuilder("mean", 1);
        String pooled = g.node("GlobalAveragePool", Map.of(), g.input("x", 3, 2, 2));
        Graph graph = g.output(g.node("Flatten", Map.of("axis", 1L), pooled)).build();
        ScalableModel model = ScalableModel.plain(graph);
        List<int[]> colours = List.of(
                new int[] {9, 1, 1}, new int[] {9, 1, 1}, new int[] {9, 9, 1}, new int[] {0, 1, 2}, new int[] {0, 1, 2
                });
        int[] labels = {0, 1, 1, 2, 2};
        List<Long> told = new ArrayList<>();
        try (Session session = new ReferenceBackend().open(model, SessionOptions.DEFAULT.withBatch(2))) {
            Accuracy accuracy = Accuracy.measure(
                    session,
                    model.full(),
                    new Coloured(colours, labels),
                    100,
                    new Preprocessing(new float[3], new float[] {1, 1, 1}),
                    (stage, done, total) -> told.add(done));
            // Right: the first, fourth, fifth; the third ties with a lower class.
            assertThat(accuracy).isEqualTo(new Accuracy(5, 0.6, 1));
        }
        assertThat(told).containsExactly(2L, 4L, 5L);
    }

    private record Coloured(List<int[]> colours, int[] labels) implements LabelledImages {
        @Override
        public String describe() {
            return "coloured";
        }

        @Override
        public int size() {
            return labels.length;
        }

        @Override
        public int classes() {
            return 3;
        }

        @Override
        public List<String> classNames() {
            return List.of("red", "green", "blue");
        }

        @Override
        public int width() {
            return 2;
        }

        @Override
        public int height() {
            return 2;
        }

        @Override
        public int label(int i) {
            return labels[i];
        }

        @Override
        public void rgb(int i, byte[] out) {
            for (int p = 0; p < 12; p++) {
                out[p] = (byte) colours.get(i)[p / 4];
            }
        }
    }
}
