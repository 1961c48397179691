package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Affine;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import io.dms.testkit.Filter;
import io.dms.testkit.GraphBuilder;
import io.dms.testkit.Networks;
import io.dms.testkit.ReferenceBackend;
import io.dms.testkit.TestData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever cuBLASLt does behind a product is what the model says, in every arithmetic, layout and width. */
class MatmulsOnStandInTest {
    @TempDir
    Path folder;

    @BeforeEach
    void load() {
        StandIn.require();
        StandIn.requireBridge();
        StandIn.reset();
        StandIn.set("memory", 96 << 20);
    }

    @AfterEach
    void nothingBroke() {
        System.clearProperty(Device.LAYOUT);
        StandIn.assertWell();
        StandIn.reset();
    }

    /** Three 1x1 convolutions, so that one reads what another fused; what is added is what the last two begin with. */
    private static Graph network(String after) {
        GraphBuilder b = new GraphBuilder(after, 3);
        String x = b.node("Relu", Map.of(), b.conv(b.input("x", 16, 5, 3), 16, Filter.of(1)));
        String y = x;
        for (int i = 0; i < 2; i++) {
            y = b.conv(y, 16, Filter.of(1));
            for (String op : after.split(" ", -1)) {
                y = switch (op) {
                    case "bias" -> y;
                    case "norm" -> b.steadyNormalization(y);
                    case "Add" -> b.node("Add", Map.of(), y, x);
                    case "Clip" -> b.node("Clip", Map.of("min", 0f, "max", 6f), y);
                    case "Leaky" -> b.node("LeakyRelu", Map.of("alpha", 0.1f), y);
                    case "Silu" -> b.node("Mul", Map.of(), y, b.node("Sigmoid", Map.of(), y));
                    default -> b.node(op, Map.of(), y);
                };
            }
        }
        return b.output(y).build();
    }

    private static float[] run(Session s, WidthLevel level, List<float[]> inputs) {
        FloatBuffer in = direct(inputs.get(0).length).put(0, inputs.get(0));
        int n = (int) s.model()
                .graph()
                .outputs()
                .get(0)
                .shape()
                .withBatch(s.options().batch())
                .elements();
        FloatBuffer out = direct(n);
        float[] poison = new float[n];
        Arrays.fill(poison, Float.NaN);
        float[] y = new float[n];
        s.run(level, in, out.put(0, poison));
        out.get(0, y);
        return y;
    }

    private static FloatBuffer direct(int n) {
        return ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    private static double error(ScalableModel m, WidthLevel level, List<float[]> inputs, float[] got, int batch) {
        Map<String, float[]> want = ReferenceBackend.evaluate(m.graphAt(level), inputs, batch);
        return TestData.relativeError(
                got, Objects.requireNonNull(want.get(m.graph().outputs().get(0).name())));
    }

    private CudnnSession open(ScalableModel m, SessionOptions options) {
        return (CudnnSession)
                new CudnnBackend(new TimedHardware(folder, TimedHardware.laterIsFaster())).open(m, options);
    }

    private static double bar(Precision p) {
        return p == Precision.FP32 ? 1e-5 : p == Precision.TF32 ? 2e-3 : 1e-2;
    }

    private static ScalableModel scalable(Graph graph) {
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = DoubleStream.of(1, 0.7, 0.4)
                .mapToObj(w -> WidthLevels.uniform(groups, w))
                .toList();
        return new ScalableModel(graph.name(), graph, groups, levels, null, Map.of());
    }

    private static List<String> lastTwo(CudnnSession s, ScalableModel m) {
        List<String> all = s.describe(m.full()).stream()
                .filter(l -> l.contains("cublasLt"))
                .toList();
        assertThat(all).hasSize(3);
        return all.subList(1, 3);
    }

    @ParameterizedTest
    @CsvSource({
        "bias,true",
        "Relu,true",
        "Add,true",
        "Add Relu,true",
        "Clip,false",
        "Leaky,false",
        "Silu,false",
        "Relu Add,false",
        "Add Relu Add,false",
        "HardSwish,false"
    })
    void aProductComputesWhatFollowsIt(String after, boolean whole) {
        ScalableModel m = ScalableModel.plain(network(after));
        List<float[]> inputs = TestData.inputs(m.graph(), 2, new Random(4));
        for (String layout : List.of("nhwc", "nchw")) {
            System.setProperty(Device.LAYOUT, layout);
            for (Precision precision : Precision.values()) {
                for (Launch launch : Launch.values()) {
                    SessionOptions options = SessionOptions.DEFAULT
                            .withBatch(2)
                            .withPrecision(precision)
                            .withLaunch(launch);
                    try (CudnnSession s = open(m, options)) {
                        String which = layout + " " + precision + " " + launch;
                        s.prepare(m.full());
                        assertThat(error(m, m.full(), inputs, run(s, m.full(), inputs), 2))
                                .as(which)
                                .isLessThan(bar(precision));
                        assertThat(s.interfaces(m.full())).as(which).isEqualTo(new Interfaces(0, 0, 0, 3));
                        boolean fused = whole && layout.equals("nhwc");
                        assertThat(lastTwo(s, m))
                                .as(which)
                                .allMatch(l -> l.contains("fused") == fused)
                                .allMatch(l -> l.contains("behind") != fused);
                    }
                }
            }
        }
    }

    /** The same network with a normalisation of the level's own at each site. */
    private static ScalableModel calibrated(Graph graph) {
        Map<String, Affine> own = new HashMap<>();
        Random random = new Random(8);
        for (Node node : graph.nodes()) {
            if (node.op().equals("BatchNormalization")) {
                float[] scale = new float[16];
                float[] shift = new float[16];
                for (int i = 0; i < scale.length; i++) {
                    scale[i] = 0.5f + random.nextFloat();
                    shift[i] = random.nextFloat() - 0.5f;
                }
                own.put(node.name(), new Affine(scale, shift));
            }
        }
        ScalableModel m = ScalableModel.plain(graph);
        return new ScalableModel(m.name(), graph, m.groups(), List.of(m.full().withNormalization(own)), null, Map.of());
    }

    /** A level's own scale is a vector of factors, which the documentation allows and the library may refuse. */
    @ParameterizedTest
    @ValueSource(strings = {"norm", "norm Relu", "norm Add Relu"})
    void aLevelsOwnScaleIsFusedWhereTheLibraryTakesFactors(String after) {
        ScalableModel m = calibrated(network(after));
        List<float[]> inputs = TestData.inputs(m.graph(), 1, new Random(4));
        for (int vectors : new int[] {1, 0}) {
            StandIn.set("alpha_vectors", vectors);
            Path own = folder.resolve("v" + vectors);
            try (CudnnSession s = (CudnnSession) new CudnnBackend(new TimedHardware(own, TimedHardware.laterIsFaster()))
                    .open(m, SessionOptions.DEFAULT.withPrecision(Precision.FP16))) {
                assertThat(error(m, m.full(), inputs, run(s, m.full(), inputs), 1))
                        .isLessThan(1e-2);
                assertThat(lastTwo(s, m)).allMatch(l -> l.contains("fused") == (vectors == 1));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"norm", "norm Relu", "norm Add Relu"})
    void aScaleThatAllLevelsShareIsInTheWeightsAndNeedsNoFactors(String after) {
        ScalableModel m = scalable(network(after));
        List<float[]> inputs = TestData.inputs(m.graph(), 1, new Random(4));
        for (Precision precision : List.of(Precision.FP16, Precision.TF32)) {
            try (CudnnSession s = open(m, SessionOptions.DEFAULT.withPrecision(precision))) {
                for (WidthLevel level : m.levels()) {
                    s.prepare(level);
                }
                for (WidthLevel level : m.levels()) {
                    assertThat(error(m, level, inputs, run(s, level, inputs), 1))
                            .isLessThan(bar(precision));
                    assertThat(s.describe(level))
                            .filteredOn(l -> l.contains("cublasLt"))
                            .hasSize(3)
                            .allMatch(l -> l.contains("fused"));
                }
            }
        }
    }

    /** Prefixes of channels that are no multiples of 8, and of 4: what wants 16 bytes is not taken for them. */
    @ParameterizedTest
    @ValueSource(strings = {"residual", "densenet", "inception", "mobilenet", "mixed"})
    void everyNetworkAgreesWithTheReferenceAtEveryWidth(String kind) {
        ScalableModel m =
                scalable(Objects.requireNonNull(Networks.generators().get(kind)).apply(5));
        List<float[]> inputs = TestData.inputs(m.graph(), 2, new Random(4));
        for (Precision precision : Precision.values()) {
            try (CudnnSession s = open(m, SessionOptions.DEFAULT.withBatch(2).withPrecision(precision))) {
                for (WidthLevel level : m.levels()) {
                    s.prepare(level);
                }
                for (WidthLevel level : m.levels()) {
                    assertThat(error(m, level, inputs, run(s, level, inputs), 2))
                            .as("%s %s", precision, level)
                            .isLessThan(bar(precision));
                    assertThat(s.interfaces(level).fused()).isPositive();
                }
            }
        }
    }

    /** What masks leave out: parts of sums in half precision, and tensor cores in single precision. */
    @Test
    void nothingIsProposedThatRoundsMoreThanAsked() {
        try (PresetGpu gpu = new PresetGpu(0, false)) {
            Matmuls library = Objects.requireNonNull(gpu.blas().matmuls());
            for (Matmul.Compute compute : Matmul.Compute.values()) {
                Product p = Product.of(true, 16, 8, 16, 16, 16, 16, compute == Matmul.Compute.HALF);
                Matmul m = Matmul.alone(p, compute, 0, 0, 0);
                assertThat(library.propose(m, 10, 1 << 20, 0))
                        .extracting(w -> w.words().get(0) & 15)
                        .containsExactlyElementsOf(
                                compute == Matmul.Compute.TF32 ? List.of(4L, 1L, 2L) : List.of(1L, 2L));
                assertThat(library.propose(m, 10, 0, 0))
                        .extracting(w -> w.words().get(0) & 15)
                        .as("without scratch memory")
                        .doesNotContain(2L);
                Matmul odd = Matmul.alone(p, compute, 8, 0, 0);
                assertThat(library.propose(odd, 10, 1 << 20, 0))
                        .extracting(w -> w.words().get(0) & 15)
                        .as("at an odd address")
                        .doesNotContain(2L);
            }
        }
    }
}
