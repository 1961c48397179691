package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import io.dms.testkit.Filter;
import io.dms.testkit.GraphBuilder;
import io.dms.testkit.ReferenceBackend;
import io.dms.testkit.TestData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
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

/** Channels last, ranges of channels of wider images are read and written in place or copied, and never spoilt. */
class RangesOnStandInTest {
    @TempDir
    Path folder;

    @BeforeEach
    void load() {
        StandIn.require();
        StandIn.requireBridge();
        StandIn.reset();
        // Scratch memory for a search is a share of what is free, and the stand-in fills all of it.
        StandIn.set("memory", 64 << 20);
        System.setProperty(Device.LAYOUT, "nhwc");
    }

    @AfterEach
    void nothingBroke() {
        System.clearProperty(Device.LAYOUT);
        System.clearProperty(Candidates.PROPERTY);
        StandIn.assertWell();
        StandIn.reset();
    }

    private CudnnSession open(ScalableModel m, Stopwatch stopwatch, SessionOptions options) {
        return (CudnnSession) new CudnnBackend(new TimedHardware(folder, stopwatch)).open(m, options);
    }

    private CudnnSession open(ScalableModel m, SessionOptions options) {
        return open(m, TimedHardware.laterIsFaster(), options);
    }

    private static ScalableModel scalable(Graph graph, double... widths) {
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = Arrays.stream(widths)
                .mapToObj(w -> WidthLevels.uniform(groups, w))
                .toList();
        return new ScalableModel(graph.name(), graph, groups, levels, null, Map.of());
    }

    private static FloatBuffer direct(float[] values) {
        return ByteBuffer.allocateDirect(4 * values.length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .put(0, values);
    }

    /** Outputs poisoned, and all that activations lie in. */
    private static List<float[]> run(CudnnSession s, WidthLevel level, List<float[]> inputs) {
        Graph g = s.model().graph();
        List<float[]> results = new ArrayList<>();
        FloatBuffer[] outputs = new FloatBuffer[g.outputs().size()];
        for (int i = 0; i < outputs.length; i++) {
            float[] poison = new float
                    [(int) g.outputs()
                            .get(i)
                            .shape()
                            .withBatch(s.options().batch())
                            .elements()];
            Arrays.fill(poison, Float.NaN);
            results.add(poison);
            outputs[i] = direct(poison);
        }
        if (s.device.arenaAddress() != 0) {
            s.device.gpu.fill(s.device.arenaAddress(), 0xff, s.device.arenaBytes());
        }
        s.run(level, inputs.stream().map(RangesOnStandInTest::direct).toArray(FloatBuffer[]::new), outputs);
        for (int i = 0; i < outputs.length; i++) {
            outputs[i].get(0, results.get(i));
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

    private static double bar(Precision p) {
        return p == Precision.FP32 ? 1e-4 : p == Precision.TF32 ? 2e-3 : 1e-2;
    }

    private static void assertRight(CudnnSession s, WidthLevel level, long seed) {
        ScalableModel m = s.model();
        List<float[]> inputs = TestData.inputs(m.graph(), s.options().batch(), new Random(seed));
        assertThat(error(m, level, inputs, run(s, level, inputs), s.options().batch()))
                .as("%s at %s, %s", m.name(), level.name(), s.options())
                .isLessThan(bar(s.options().precision()));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void everyWayToTakeRangesGivesWhatTheModelSays(long seed) {
        Random random = new Random(seed);
        ScalableModel m =
                scalable(RangeNetworks.any(seed), 1, 0.3 + 0.5 * random.nextDouble(), 0.1 + 0.3 * random.nextDouble());
        Precision[] precisions = {Precision.FP32, Precision.FP16, Precision.TF32};
        for (Launch launch : Launch.values()) {
            SessionOptions options = SessionOptions.DEFAULT
                    .withBatch(1 + (int) (seed % 2))
                    .withLaunch(launch)
                    .withPrecision(precisions[random.nextInt(3)]);
            // In place, copied, and as chance has it.
            Random chance = new Random(seed);
            for (Stopwatch stopwatch : List.<Stopwatch>of(
                    TimedHardware.laterIsFaster(), TimedHardware.allAlike(), work -> chance.nextDouble())) {
                StandIn.set("memory", 64 << 20);
                new TimedHardware(folder, stopwatch).cache().file().toFile().delete();
                try (CudnnSession s = open(m, stopwatch, options)) {
                    if (launch == Launch.REBIND) {
                        assertRight(s, m.levels().get(1), seed);
                    }
                    m.levels().forEach(s::prepare);
                    for (int i = 0; i < 4; i++) {
                        assertRight(s, m.levels().get(random.nextInt(3)), seed + i);
                    }
                }
            }
        }
    }

    /** Two 3x3 branches side by side, the second of which reads the first, and a piece of what comes before. */
    private static Graph chain(int channels) {
        GraphBuilder b = new GraphBuilder("chain", 3);
        String x = b.node("Relu", Map.of(), b.conv(b.input("x", 8, 9, 7), 16 + channels, Filter.of(1)));
        List<String> two = b.split(x, 1, channels, 16);
        String one = b.node("Relu", Map.of(), b.conv(two.get(1), 16, Filter.of(3)));
        String other = b.node("Relu", Map.of(), b.conv(one, 16, Filter.of(3)));
        String all = b.concat(1, b.node("Relu", Map.of(), b.conv(x, channels, Filter.of(1))), one, other);
        return b.output(b.conv(all, 8, Filter.of(1))).build();
    }

    @ParameterizedTest
    @CsvSource({"8,FP16", "3,FP16", "8,FP32", "3,FP32"})
    void plansInPlaceLeaveNoCopyButThoseOfInputAndOutput(int channels, Precision precision) {
        ScalableModel m = ScalableModel.plain(chain(channels));
        SessionOptions options = SessionOptions.DEFAULT.withPrecision(precision);
        try (CudnnSession s = open(m, options)) {
            s.prepare(m.full());
            assertThat(s.describe(m.full()))
                    .filteredOn(l -> l.contains("cudnn graph"))
                    .hasSize(2)
                    .noneMatch(l -> l.contains("copied"));
            assertThat(s.copies(m.full())).isEqualTo(beside(s, precision));
            assertRight(s, m.full(), 1);
        }
    }

    /** Into channels last, and back. */
    private static Copies beside(CudnnSession s, Precision precision) {
        Graph g = s.model().graph();
        long size = precision == Precision.FP16 ? 2 : 4;
        return new Copies(
                2,
                size * g.inputs().get(0).shape().withBatch(1).elements()
                        + 4 * g.outputs().get(0).shape().withBatch(1).elements());
    }

    /** The first reads a piece, both write a part, and what the first wrote on its way is what the second reads. */
    @Test
    void theLegacyInterfaceCopiesARangeOnceForAllThatReadIt() {
        ScalableModel m = ScalableModel.plain(chain(3));
        System.setProperty(Candidates.PROPERTY, "legacy");
        for (Launch launch : Launch.values()) {
            try (CudnnSession s = open(m, SessionOptions.DEFAULT.withLaunch(launch))) {
                s.prepare(m.full());
                long plane = 4 * 16 * 63;
                Copies two = beside(s, Precision.FP32);
                assertThat(s.copies(m.full())).isEqualTo(two.and(new Copies(3, 3 * plane)));
                assertThat(s.describe(m.full()))
                        .filteredOn(l -> l.contains("cudnn algorithm"))
                        .hasSize(2)
                        .allMatch(l -> l.contains("result copied"));
                assertRight(s, m.full(), 1);
            }
        }
    }

    /** An engine spoils neighbours, engines take nothing, or nothing with gaps: then what is copied is convolved. */
    @ParameterizedTest
    @CsvSource({"5,true", "7,false", "8,true"})
    void whatCanNotBeDoneInPlaceIsCopied(long fault, boolean plans) {
        ScalableModel m = scalable(chain(3), 1, 0.5);
        for (Precision precision : Precision.values()) {
            StandIn.set("graph_fault", fault);
            try (CudnnSession s = open(m, SessionOptions.DEFAULT.withBatch(2).withPrecision(precision))) {
                m.levels().forEach(s::prepare);
                for (WidthLevel level : m.levels()) {
                    assertRight(s, level, fault);
                    assertThat(s.interfaces(level).graph()).isEqualTo(plans ? 2 : 0);
                    assertThat(s.copies(level).count()).isEqualTo(fault == 5 ? 2 : 5);
                }
            }
        }
    }

    @Test
    void aRememberedPlanInPlaceThatIsRefusedGivesWayToTheCopy() {
        ScalableModel m = ScalableModel.plain(chain(3));
        try (CudnnSession s = open(m, SessionOptions.DEFAULT)) {
            s.prepare(m.full());
        }
        StandIn.set("graph_fault", 8);
        try (CudnnSession s = open(m, SessionOptions.DEFAULT)) {
            s.prepare(m.full());
            assertThat(s.interfaces(m.full()).graph()).isZero();
            assertThat(s.copies(m.full()).count()).isEqualTo(5);
            assertRight(s, m.full(), 1);
        }
    }

    /** Halves that pass by: before the worked one, behind it, shuffled as in ShuffleNet v2, by a split or by slices. */
    @ParameterizedTest
    @CsvSource({"true,true", "true,false", "false,true", "false,false"})
    void whatPassesByIsNotMoved(boolean split, boolean shuffled) {
        GraphBuilder b = new GraphBuilder("passing", 3);
        String x = b.node("Relu", Map.of(), b.conv(b.input("x", 8, 6, 5), 12, Filter.of(3)));
        for (int i = 0; i < 3; i++) {
            List<String> two = split ? b.split(x, 1, 6, 6) : List.of(b.slice(x, 1, 0, 6), b.slice(x, 1, 6, 12));
            int worked = shuffled ? 1 : i % 2;
            String y = b.node("Relu", Map.of(), b.conv(two.get(worked), 6, Filter.of(1)));
            y = b.conv(y, 6, Filter.of(3).depthwise());
            y = b.node("Relu", Map.of(), b.conv(y, 6, Filter.of(1)));
            x = worked == 1 ? b.concat(1, two.get(0), y) : b.concat(1, y, two.get(1));
            if (shuffled) {
                x = b.reshape(b.transpose(b.reshape(x, 2, 6, 6, 5), 0, 2, 1, 3, 4), 12, 6, 5);
            } else {
                x = b.conv(x, 12, Filter.of(1));
            }
        }
        ScalableModel m = ScalableModel.plain(b.output(x).build());
        try (CudnnSession s = open(m, SessionOptions.DEFAULT.withBatch(2).withPrecision(Precision.FP16))) {
            s.prepare(m.full());
            assertRight(s, m.full(), 1);
            assertThat(s.copies(m.full()).count()).isEqualTo(2);
        }
    }

    /** Somebody reads later what a part would be written over: it is moved, and stays what it was. */
    @ParameterizedTest
    @ValueSource(strings = {"piece", "whole", "output", "reshaped"})
    void whatIsStillReadIsNotWrittenOver(String by) {
        GraphBuilder b = new GraphBuilder("late", 3);
        String x = b.node("Relu", Map.of(), b.conv(b.input("x", 8, 6, 5), 12, Filter.of(3)));
        List<String> two = b.split(x, 1, 6, 6);
        String late = by.equals("reshaped") ? b.reshape(two.get(1), 6, 5, 6) : by.equals("piece") ? two.get(1) : x;
        String y = b.node("Relu", Map.of(), b.conv(two.get(1), 6, Filter.of(1)));
        String all = b.conv(b.concat(1, two.get(0), y), 12, Filter.of(1));
        b.output(b.node("Tanh", Map.of(), all));
        b.output(by.equals("output") ? late : b.node("Sigmoid", Map.of(), late));
        ScalableModel m = ScalableModel.plain(b.build());
        for (Precision precision : Precision.values()) {
            try (CudnnSession s = open(m, SessionOptions.DEFAULT.withPrecision(precision))) {
                s.prepare(m.full());
                assertRight(s, m.full(), 1);
            }
        }
    }

    /** Whoever is timed, its copies are: here work takes as long as it has kernels of the bridge. */
    @Test
    void copiesCountInWhatIsTimed() {
        ScalableModel m = ScalableModel.plain(chain(3));
        CountedKernels hardware = new CountedKernels(folder);
        try (CudnnSession s = (CudnnSession) new CudnnBackend(hardware).open(m, SessionOptions.DEFAULT)) {
            s.prepare(m.full());
            assertThat(s.interfaces(m.full()).graph()).isEqualTo(2);
            assertThat(s.copies(m.full())).isEqualTo(beside(s, Precision.FP32));
            assertThat(hardware.timed).contains(0.0, 1.0, 2.0);
        }
    }

    /** A session that is not told of plans and one that is give the same, prepared or not. */
    @Test
    void aLevelThatWasNotPreparedCopies() {
        ScalableModel m = scalable(chain(8), 1, 0.4);
        try (Session s = open(m, SessionOptions.DEFAULT.withLaunch(Launch.REBIND))) {
            CudnnSession c = (CudnnSession) s;
            for (WidthLevel level : m.levels()) {
                assertRight(c, level, 1);
                assertThat(c.copies(level).count()).isGreaterThan(2);
                c.prepare(level);
                assertRight(c, level, 1);
                assertThat(c.copies(level).count()).isEqualTo(2);
            }
        }
    }
}
