package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.cuda.DeviceException;
import io.dms.model.ChannelGroups;
import io.dms.model.EnvironmentException;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import io.dms.testkit.Networks;
import io.dms.testkit.ReferenceBackend;
import io.dms.testkit.TestData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Precisions, launches and faults, on a device made of ordinary memory. */
class CudnnSessionTest {
    @TempDir
    Path folder;

    private FakeHardware hardware;

    @BeforeEach
    void start() {
        hardware = new FakeHardware(folder);
        hardware.architecture = 80;
    }

    private static FloatBuffer direct(int n) {
        return ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    private static List<float[]> run(Session s, WidthLevel level, List<float[]> inputs) {
        Graph g = s.model().graph();
        int batch = s.options().batch();
        FloatBuffer[] in = inputs.stream().map(x -> direct(x.length).put(0, x)).toArray(FloatBuffer[]::new);
        FloatBuffer[] out = g.outputs().stream()
                .map(v -> direct((int) v.shape().withBatch(batch).elements()))
                .toArray(FloatBuffer[]::new);
        s.run(level, in, out);
        List<float[]> results = new ArrayList<>();
        for (FloatBuffer f : out) {
            float[] y = new float[f.capacity()];
            f.get(0, y);
            results.add(y);
        }
        return results;
    }

    private static double error(ScalableModel m, WidthLevel level, List<float[]> inputs, List<float[]> got, int batch) {
        Map<String, float[]> want = ReferenceBackend.evaluate(m.graphAt(level), inputs, batch);
        double worst = 0;
        for (int i = 0; i < got.size(); i++) {
            String name = m.graph().outputs().get(i).name();
            worst = Math.max(worst, TestData.relativeError(got.get(i), Objects.requireNonNull(want.get(name))));
        }
        return worst;
    }

    private double worst(ScalableModel m, SessionOptions options) {
        List<float[]> inputs = TestData.inputs(m.graph(), options.batch(), new Random(4));
        double worst = 0;
        try (Session s = new CudnnBackend(hardware).open(m, options)) {
            for (WidthLevel level : m.levels()) {
                worst = Math.max(worst, error(m, level, inputs, run(s, level, inputs), options.batch()));
            }
        }
        return worst;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "residual", "densenet", "inception", "mobilenet", "resnext", "squeezeExcite", "transposed",
                "channelSplit", "shufflenet", "unet", "flatten", "detector", "mixed", "unusual"
            })
    void everyNetworkAgreesWithTheReferenceInEveryLayout(String kind) {
        ScalableModel m = ScalableModel.plain(
                Objects.requireNonNull(Networks.generators().get(kind)).apply(5));
        SessionOptions two = SessionOptions.DEFAULT.withBatch(2);
        assertThat(worst(m, two)).as("fp32, channels first").isLessThan(1e-4);
        assertThat(worst(m, two.withPrecision(Precision.TF32)))
                .as("tf32, channels last")
                .isLessThan(1e-4);
        assertThat(worst(m, two.withPrecision(Precision.FP16)))
                .as("fp16, channels last")
                .isLessThan(1e-2);
        assertThat(hardware.memory.used()).isZero();
    }

    private static ScalableModel scalable() {
        Graph graph = Networks.residual(4);
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = List.of(
                WidthLevels.uniform(groups, 1), WidthLevels.uniform(groups, 0.5), WidthLevels.uniform(groups, 0.25));
        return new ScalableModel(graph.name(), graph, groups, levels, null, Map.of());
    }

    @Test
    void levelsThatCanNotBeFusedGiveTheSame() {
        hardware.fuses = false;
        ScalableModel m = ScalableModel.plain(Networks.residual(4));
        assertThat(worst(m, SessionOptions.DEFAULT)).isLessThan(1e-4);
        assertThat(hardware.last().dnn.calls).contains("convolve").doesNotContain("fused");
    }

    @ParameterizedTest
    @EnumSource(Launch.class)
    void aSwitchSearchesAndAllocatesNothing(Launch launch) {
        ScalableModel m = scalable();
        WidthLevel half = m.level(0.5);
        List<float[]> inputs = TestData.inputs(m.graph(), 1, new Random(4));
        try (Session s = new CudnnBackend(hardware).open(m, SessionOptions.DEFAULT.withLaunch(launch))) {
            s.prepare(m.full());
            s.prepare(half);
            FakeGpu gpu = hardware.last();
            int searches = gpu.dnn.searches;
            long used = hardware.memory.used();
            int descriptors = gpu.dnn.descriptors().count();
            for (int i = 0; i < 6; i++) {
                WidthLevel level = i % 2 == 0 ? m.full() : half;
                assertThat(error(m, level, inputs, run(s, level, inputs), 1)).isLessThan(1e-4);
            }
            assertThat(gpu.dnn.searches).isEqualTo(searches).isPositive();
            assertThat(hardware.memory.used()).isEqualTo(used);
            assertThat(gpu.dnn.descriptors().count()).isEqualTo(descriptors);
        }
    }

    @Test
    void searchesAreNotRepeatedInAnotherSession() {
        ScalableModel m = scalable();
        for (int i = 0; i < 2; i++) {
            try (Session s = new CudnnBackend(hardware).open(m, SessionOptions.DEFAULT)) {
                s.prepare(m.full());
            }
        }
        assertThat(hardware.opened.get(0).dnn.searches).isPositive();
        assertThat(hardware.opened.get(1).dnn.searches).isZero();
    }

    @Test
    void rebindingRunsALevelThatWasNotPreparedWithoutASearch() {
        ScalableModel m = scalable();
        List<float[]> inputs = TestData.inputs(m.graph(), 1, new Random(4));
        try (Session s = new CudnnBackend(hardware).open(m, SessionOptions.DEFAULT.withLaunch(Launch.REBIND))) {
            assertThat(error(m, m.full(), inputs, run(s, m.full(), inputs), 1)).isLessThan(1e-4);
            assertThat(hardware.last().dnn.searches).isZero();
            s.prepare(m.full());
            assertThat(hardware.last().dnn.searches).isPositive();
            assertThat(error(m, m.full(), inputs, run(s, m.full(), inputs), 1)).isLessThan(1e-4);
        }
    }

    @Test
    void descriptorsAreSetAtASwitchAndNotAtASteadyCall() {
        ScalableModel m = scalable();
        List<float[]> inputs = TestData.inputs(m.graph(), 1, new Random(4));
        WidthLevel half = m.level(0.5);
        try (Session s = new CudnnBackend(hardware).open(m, SessionOptions.DEFAULT.withLaunch(Launch.REBIND))) {
            s.prepare(m.full());
            s.prepare(half);
            run(s, m.full(), inputs);
            int before = hardware.last().dnn.descriptors().sets();
            run(s, m.full(), inputs);
            assertThat(hardware.last().dnn.descriptors().sets()).isEqualTo(before);
            run(s, half, inputs);
            assertThat(hardware.last().dnn.descriptors().sets()).isGreaterThan(before);
        }
    }

    @Test
    void aLevelForWhichThereIsNoMemoryIsNotAvailableAndOthersGoOn() {
        ScalableModel m = scalable();
        List<float[]> inputs = TestData.inputs(m.graph(), 1, new Random(4));
        try (Session s = new CudnnBackend(hardware).open(m, SessionOptions.DEFAULT)) {
            WidthLevel quarter = m.level(0.25);
            s.prepare(quarter);
            hardware.memory.capacity = hardware.memory.used() + 2000;
            assertThatThrownBy(() -> s.prepare(m.full()))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("not available")
                    .hasMessageContaining("memory");
            assertThat(error(m, quarter, inputs, run(s, quarter, inputs), 1)).isLessThan(1e-4);
            hardware.memory.capacity = Long.MAX_VALUE;
            assertThat(error(m, m.full(), inputs, run(s, m.full(), inputs), 1)).isLessThan(1e-4);
        }
        assertThat(hardware.memory.used()).isZero();
    }

    @Test
    void aLostDeviceIsSaidAtOnceAndAtEveryCallAfterwards() {
        ScalableModel m = scalable();
        List<float[]> inputs = TestData.inputs(m.graph(), 1, new Random(4));
        try (Session s = new CudnnBackend(hardware).open(m, SessionOptions.DEFAULT)) {
            s.prepare(m.full());
            hardware.last().failure = new DeviceException(DeviceException.Kind.LOST, "cudaErrorIllegalAddress");
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> run(s, m.full(), inputs))
                        .isInstanceOf(EnvironmentException.class)
                        .hasMessageContaining("is lost")
                        .hasMessageContaining("start the program anew");
            }
        }
    }

    @Test
    void aPrecisionThatTheDeviceHasNotIsRefused() {
        hardware.architecture = 72;
        assertThatThrownBy(() -> new CudnnBackend(hardware)
                        .open(scalable(), SessionOptions.DEFAULT.withPrecision(Precision.TF32))
                        .close())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("tf32");
        assertThat(hardware.last().closed).isTrue();
    }
}
