package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import io.dms.testkit.Filter;
import io.dms.testkit.GraphBuilder;
import io.dms.testkit.TestData;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which products of cuBLASLt are passed over, what is remembered, and what a prepared level costs. */
class MatmulFaultsOnStandInTest {
    private static final int CHANNELS = 16;
    private static final int PLACES = 5 * 4;

    private final ScalableModel model = ScalableModel.plain(network());
    private final FloatBuffer input = direct(CHANNELS * PLACES);
    private final FloatBuffer output = direct(2 * CHANNELS * PLACES);

    @TempDir
    Path folder;

    @BeforeEach
    void load() {
        StandIn.require();
        StandIn.requireBridge();
        StandIn.reset();
        StandIn.set("memory", 96 << 20);
        for (int i = 0; i < input.capacity(); i++) {
            input.put(i, i % 7 - 3);
        }
    }

    @AfterEach
    void mend() {
        System.clearProperty(Candidates.PROPERTY);
        StandIn.assertWell();
        StandIn.reset();
    }

    /** Two branches whose results are parts of one: products write beside each other. */
    private static Graph network() {
        GraphBuilder b = new GraphBuilder("two", 3);
        String x = b.node("Relu", Map.of(), b.conv(b.input("x", CHANNELS, 5, 4), CHANNELS, Filter.of(1)));
        String l = b.node("Relu", Map.of(), b.conv(x, CHANNELS, Filter.of(1)));
        String r = b.node("Relu", Map.of(), b.node("Add", Map.of(), b.conv(l, CHANNELS, Filter.of(1)), x));
        return b.output(b.concat(1, l, r)).build();
    }

    private static FloatBuffer direct(int n) {
        return ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    private CudnnSession open(Stopwatch stopwatch, Launch launch) {
        SessionOptions options =
                SessionOptions.DEFAULT.withPrecision(Precision.FP16).withLaunch(launch);
        return (CudnnSession) new CudnnBackend(new TimedHardware(folder, stopwatch)).open(model, options);
    }

    private CudnnSession open() {
        return open(TimedHardware.laterIsFaster(), Launch.GRAPH);
    }

    private float[] run(CudnnSession s) {
        s.run(model.full(), input, output);
        float[] y = new float[output.capacity()];
        output.get(0, y);
        return y;
    }

    private Interfaces interfaces(CudnnSession s) {
        return s.interfaces(model.full());
    }

    private float[] legacy() {
        System.setProperty(Candidates.PROPERTY, "legacy");
        try (CudnnSession s = open()) {
            s.prepare(model.full());
            assertThat(interfaces(s)).isEqualTo(new Interfaces(0, 0, 3, 0));
            return run(s);
        } finally {
            System.clearProperty(Candidates.PROPERTY);
        }
    }

    /** The algorithm that would be taken last computes wrongly, is refused by the check or the call, wants all memory. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 8})
    void aSpoiltAlgorithmIsPassedOverForAnother(long fault) {
        float[] want = legacy();
        List<String> good;
        try (CudnnSession s = open()) {
            s.prepare(model.full());
            good = s.describe(model.full());
        }
        delete();
        StandIn.set("matmul_fault", fault);
        try (CudnnSession s = open()) {
            s.prepare(model.full());
            assertThat(TestData.relativeError(run(s), want)).isLessThan(2e-3);
            assertThat(interfaces(s)).isEqualTo(new Interfaces(0, 0, 0, 3));
            assertThat(s.describe(model.full())).isNotEqualTo(good);
        }
    }

    private void delete() {
        try {
            Files.delete(new TimedHardware(folder, work -> 1).cache().file());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The heuristics fail; the check takes nothing. */
    @ParameterizedTest
    @ValueSource(longs = {6, 7})
    void withoutAnAlgorithmTheProductOfCublasRuns(long fault) {
        float[] want = legacy();
        StandIn.set("matmul_fault", fault);
        try (CudnnSession s = open()) {
            s.prepare(model.full());
            assertThat(run(s)).isEqualTo(want);
            assertThat(interfaces(s)).isEqualTo(new Interfaces(0, 0, 3, 0));
        }
    }

    @Test
    void anAlgorithmThatCanNotBeRecordedIsPassedOver() {
        int[] timed = {0};
        // The first of each layer's is the product of cuBLAS.
        try (CudnnSession s = open(work -> timed[0]++ % 5 == 0 ? 1 : Double.NaN, Launch.GRAPH)) {
            s.prepare(model.full());
            assertThat(timed[0]).isEqualTo(15);
            assertThat(interfaces(s)).isEqualTo(new Interfaces(0, 0, 3, 0));
        }
    }

    @Test
    void aTieKeepsTheProductOfCublas() {
        try (CudnnSession s = open(TimedHardware.allAlike(), Launch.GRAPH)) {
            s.prepare(model.full());
            assertThat(interfaces(s)).isEqualTo(new Interfaces(0, 0, 3, 0));
        }
    }

    @Test
    void algorithmsAreRememberedAndMadeAgainWithoutATrial() {
        List<String> before;
        float[] want;
        try (CudnnSession s = open()) {
            s.prepare(model.full());
            before = s.describe(model.full());
            want = run(s);
        }
        try (CudnnSession s = open(
                work -> {
                    throw new AssertionError("nothing is timed");
                },
                Launch.GRAPH)) {
            s.prepare(model.full());
            assertThat(s.describe(model.full())).isEqualTo(before).anyMatch(l -> l.contains("cublasLt"));
            assertThat(run(s)).isEqualTo(want);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {7, 3})
    void aRememberedAlgorithmThatIsRefusedGivesWayAndIsSearchedAtTheNextStart(long fault) {
        float[] want = legacy();
        try (CudnnSession s = open()) {
            s.prepare(model.full());
        }
        StandIn.set("matmul_fault", fault);
        try (CudnnSession s = open()) {
            s.prepare(model.full());
            assertThat(run(s)).isEqualTo(want);
            assertThat(interfaces(s)).isEqualTo(new Interfaces(0, 0, 3, 0));
        }
        StandIn.set("matmul_fault", 0);
        try (CudnnSession s = open()) {
            s.prepare(model.full());
            assertThat(interfaces(s)).isEqualTo(new Interfaces(0, 0, 0, 3));
        }
    }

    /** One digit is another; the sum is right and the bytes are no algorithm; an offer that there is not. */
    @ParameterizedTest
    @ValueSource(strings = {"digit", "words", "offer"})
    void aCacheOfWrongAlgorithmsChangesNoOutput(String wrong) throws IOException {
        float[] want = legacy();
        try (CudnnSession s = open()) {
            s.prepare(model.full());
        }
        Path file = new TimedHardware(folder, work -> 1).cache().file();
        String good = Files.readString(file);
        String text = new MatmulWay(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L)).text();
        Files.writeString(
                file,
                switch (wrong) {
                    case "digit" -> good.replaceAll("(\"matmul\" : \"[0-9a-f]{20})[0-9a-f]", "$1" + "f");
                    case "words" -> good.replaceAll("\"matmul\" : \"[0-9a-f]+", "\"matmul\" : \"" + text);
                    default -> good.replace("\"offer\" : 1", "\"offer\" : 9");
                });
        assertThat(Files.readString(file)).isNotEqualTo(good);
        boolean searched = wrong.equals("digit");
        try (CudnnSession s = open()) {
            s.prepare(model.full());
            assertThat(TestData.relativeError(run(s), want)).isLessThan(2e-3);
            assertThat(interfaces(s)).isEqualTo(new Interfaces(0, 0, searched ? 0 : 3, searched ? 3 : 0));
        }
    }

    @Test
    void aLevelThatWasNotPreparedRunsByCublas() {
        try (CudnnSession s = open(TimedHardware.laterIsFaster(), Launch.REBIND)) {
            float[] y = run(s);
            assertThat(interfaces(s).fused()).isZero();
            s.prepare(model.full());
            assertThat(interfaces(s).fused()).isEqualTo(3);
            assertThat(TestData.relativeError(run(s), y)).isLessThan(2e-3);
        }
    }

    @ParameterizedTest
    @EnumSource
    void callsAtPreparedLevelsMakeNoObjectAndNoDescriptor(Launch launch) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        try (CudnnSession s = open(TimedHardware.laterIsFaster(), launch)) {
            s.prepare(model.full());
            assertThat(interfaces(s).fused()).isEqualTo(3);
            for (int i = 0; i < 5; i++) {
                run(s);
            }
            long live = StandIn.get("allocations") + StandIn.get("live_descriptors");
            long least = Long.MAX_VALUE;
            for (int i = 0; i < 5; i++) {
                long bytes = threads.getThreadAllocatedBytes(self);
                s.run(model.full(), input, output);
                least = Math.min(least, threads.getThreadAllocatedBytes(self) - bytes);
            }
            assertThat(least).isZero();
            assertThat(StandIn.get("allocations") + StandIn.get("live_descriptors"))
                    .isEqualTo(live);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 5, 6, 7, 8})
    void closedSessionsLeaveNothing(long fault) {
        long before = live();
        StandIn.set("matmul_fault", fault);
        try (CudnnSession s = open()) {
            s.prepare(model.full());
            run(s);
        }
        assertThat(live()).isEqualTo(before);
    }

    private static long live() {
        return StandIn.get("live_descriptors")
                + StandIn.get("live_bytes")
                + StandIn.get("pinned_bytes")
                + StandIn.get("live_handles");
    }
}
