package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
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
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever a plan of the graph interface fuses is what the model says, in every arithmetic and layout. */
class PlansOnStandInTest {
    @TempDir
    Path folder;

    @BeforeEach
    void load() {
        StandIn.require();
        StandIn.requireBridge();
        StandIn.reset();
        // Scratch memory for a search is a share of what is free, and the stand-in fills all of it.
        StandIn.set("memory", 96 << 20);
    }

    @AfterEach
    void nothingBroke() {
        StandIn.assertWell();
        StandIn.reset();
    }

    /** Two convolutions, so that the second reads what the first fused; what is added is what both begin with. */
    private static Graph network(String after, int group) {
        GraphBuilder b = new GraphBuilder(after, 3);
        String x = b.node("Relu", Map.of(), b.input("x", 16, 9, 7));
        String y = x;
        for (int i = 0; i < 2; i++) {
            y = b.conv(y, 16, Filter.of(3).group(group));
            for (String op : after.split(" ", -1)) {
                y = switch (op) {
                    case "bias" -> y;
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

    private Session open(ScalableModel m, SessionOptions options) {
        return new CudnnBackend(new TimedHardware(folder, TimedHardware.laterIsFaster())).open(m, options);
    }

    private static double bar(Precision p) {
        return p == Precision.FP32 ? 1e-5 : p == Precision.TF32 ? 2e-3 : 1e-2;
    }

    @ParameterizedTest
    @CsvSource({
        "bias,1,true",
        "Relu,1,true",
        "Clip,1,true",
        "Leaky,1,true",
        "Sigmoid,1,true",
        "Tanh,1,true",
        "Silu,1,true",
        "Add,1,true",
        "Add Relu,1,true",
        "Relu,4,true",
        "Silu Add,1,true",
        "HardSwish,1,false"
    })
    void aPlanComputesWhatFollowsTheConvolution(String after, int group, boolean whole) {
        ScalableModel m = ScalableModel.plain(network(after, group));
        List<float[]> inputs = TestData.inputs(m.graph(), 2, new Random(4));
        for (Precision precision : Precision.values()) {
            for (Launch launch : Launch.values()) {
                SessionOptions options = SessionOptions.DEFAULT
                        .withBatch(2)
                        .withPrecision(precision)
                        .withLaunch(launch);
                try (Session s = open(m, options)) {
                    s.prepare(m.full());
                    assertThat(error(m, m.full(), inputs, run(s, m.full(), inputs), 2))
                            .as("%s %s", precision, launch)
                            .isLessThan(bar(precision));
                    assertThat(((CudnnSession) s).interfaces(m.full())).isEqualTo(new Interfaces(0, 2, 0, 0));
                    assertThat(((CudnnSession) s).describe(m.full()))
                            .as("%s %s", precision, launch)
                            .filteredOn(l -> l.contains("cudnn graph"))
                            .allMatch(l -> l.contains("behind") != whole)
                            .allMatch(l -> whole || l.contains("kernel"));
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"residual", "densenet", "inception", "resnext", "unet", "mixed"})
    void everyNetworkAgreesWithTheReference(String kind) {
        ScalableModel m = ScalableModel.plain(
                Objects.requireNonNull(Networks.generators().get(kind)).apply(5));
        List<float[]> inputs = TestData.inputs(m.graph(), 2, new Random(4));
        for (Precision precision : Precision.values()) {
            try (Session s = open(m, SessionOptions.DEFAULT.withBatch(2).withPrecision(precision))) {
                float[] y = run(s, m.full(), inputs);
                assertThat(error(m, m.full(), inputs, y, 2)).as("%s", precision).isLessThan(bar(precision));
                assertThat(((CudnnSession) s).interfaces(m.full()).graph()).isPositive();
            }
        }
    }

    /** Parts of a concat are written in place: an engine that takes them for whole images would spoil their neighbours. */
    @Test
    void anEngineThatWritesBesideItsResultIsPassedOver() {
        ScalableModel m = ScalableModel.plain(
                Objects.requireNonNull(Networks.generators().get("inception")).apply(5));
        List<float[]> inputs = TestData.inputs(m.graph(), 2, new Random(4));
        StandIn.set("graph_fault", 5);
        try (Session s = open(m, SessionOptions.DEFAULT.withBatch(2))) {
            assertThat(error(m, m.full(), inputs, run(s, m.full(), inputs), 2)).isLessThan(1e-5);
            assertThat(((CudnnSession) s).describe(m.full()))
                    .anyMatch(l -> l.contains("graph engine 1"))
                    .anyMatch(l -> l.contains("graph engine 2"));
        }
    }
}
