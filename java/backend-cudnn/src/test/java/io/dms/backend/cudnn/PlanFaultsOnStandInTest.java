package io.dms.backend.cudnn;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.testkit.TestData;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which plans are passed over, what is remembered, and what a prepared level costs. */
class PlanFaultsOnStandInTest {
    private final ScalableModel model = BundledModels.resnet20Cifar10();
    private final WidthLevel level = model.levels().get(model.levels().size() - 1);
    private final FloatBuffer input = direct(3 * 32 * 32);
    private final FloatBuffer output = direct(10);

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

    private static FloatBuffer direct(int n) {
        return ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    private CudnnSession open(Stopwatch stopwatch, Launch launch) {
        return (CudnnSession) new CudnnBackend(new TimedHardware(folder, stopwatch))
                .open(model, SessionOptions.DEFAULT.withLaunch(launch));
    }

    private CudnnSession open() {
        return open(TimedHardware.laterIsFaster(), Launch.GRAPH);
    }

    private float[] run(Session s) {
        s.run(level, input, output);
        float[] y = new float[10];
        output.get(0, y);
        return y;
    }

    private float[] legacy() {
        System.setProperty(Candidates.PROPERTY, "legacy");
        try (CudnnSession s = open()) {
            s.prepare(level);
            assertThat(s.interfaces(level).graph()).isZero();
            return run(s);
        } finally {
            System.clearProperty(Candidates.PROPERTY);
        }
    }

    /** Engine 2, which would be taken last, computes wrongly, is not planned, does not run, wants all memory. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void aSpoiltEngineIsPassedOverForAnother(long fault) {
        float[] want = legacy();
        StandIn.set("graph_fault", fault);
        try (CudnnSession s = open()) {
            s.prepare(level);
            assertThat(TestData.relativeError(run(s), want)).isLessThan(1e-5);
            assertThat(s.interfaces(level).graph()).isPositive();
            assertThat(s.describe(level))
                    .noneMatch(l -> l.contains("engine 2"))
                    .anyMatch(l -> l.contains("engine 1 14=3"));
        }
    }

    /** The heuristics fail; no engine takes anything. */
    @ParameterizedTest
    @ValueSource(longs = {6, 7})
    void withoutAPlanTheLegacyAlgorithmRuns(long fault) {
        float[] want = legacy();
        StandIn.set("graph_fault", fault);
        try (CudnnSession s = open()) {
            s.prepare(level);
            assertThat(run(s)).isEqualTo(want);
            assertThat(s.interfaces(level).graph()).isZero();
        }
    }

    @Test
    void aTieKeepsTheLegacyAlgorithm() {
        try (CudnnSession s = open(TimedHardware.allAlike(), Launch.GRAPH)) {
            s.prepare(level);
            assertThat(s.interfaces(level)).isEqualTo(new Interfaces(19, 0, 3, 0));
        }
    }

    @Test
    void aPlanThatCanNotBeRecordedIsPassedOver() {
        boolean[] legacy = {true};
        try (CudnnSession s = open(
                work -> {
                    boolean first = legacy[0];
                    legacy[0] = false;
                    return first ? 1 : Double.NaN;
                },
                Launch.GRAPH)) {
            s.prepare(level);
            assertThat(s.describe(level))
                    .filteredOn(l -> l.contains("cudnn graph"))
                    .isEmpty();
        }
    }

    /** Tensor cores round single precision. */
    @Test
    void anEngineThatRoundsIsNotTakenInSinglePrecision() {
        assertThat(Engines.allowed(new int[] {0}, false, Dnn.FMA_MATH)).isFalse();
        assertThat(Engines.allowed(new int[] {0}, false, Dnn.DEFAULT_MATH)).isTrue();
        assertThat(Engines.allowed(new int[] {0}, true, Dnn.TENSOR_OP_MATH)).isTrue();
        assertThat(Engines.allowed(new int[] {5, 6}, false, Dnn.FMA_MATH)).isTrue();
        for (int note : new int[] {1, 2, 3, 4, 7, 8}) {
            assertThat(Engines.allowed(new int[] {note}, true, Dnn.TENSOR_OP_MATH))
                    .as("%s", note)
                    .isFalse();
        }
        try (CudnnSession s = open()) {
            s.prepare(level);
            assertThat(s.describe(level)).noneMatch(l -> l.contains("engine 3"));
        }
    }

    @Test
    void plansAreRememberedAndMadeAgainWithoutATrial() {
        List<String> before;
        float[] want;
        try (CudnnSession s = open()) {
            s.prepare(level);
            before = s.describe(level);
            want = run(s);
        }
        try (CudnnSession s = open(
                work -> {
                    throw new AssertionError("nothing is timed");
                },
                Launch.GRAPH)) {
            s.prepare(level);
            assertThat(s.describe(level)).isEqualTo(before).anyMatch(l -> l.contains("cudnn graph"));
            assertThat(run(s)).isEqualTo(want);
        }
    }

    @Test
    void aRememberedPlanThatIsRefusedGivesWayAndIsSearchedAtTheNextStart() {
        float[] want = legacy();
        try (CudnnSession s = open()) {
            s.prepare(level);
        }
        StandIn.set("graph_fault", 7);
        try (CudnnSession s = open()) {
            s.prepare(level);
            assertThat(run(s)).isEqualTo(want);
            assertThat(s.interfaces(level).graph()).isZero();
        }
        StandIn.set("graph_fault", 0);
        try (CudnnSession s = open()) {
            s.prepare(level);
            assertThat(s.interfaces(level).graph()).isPositive();
        }
    }

    /** Engines and knobs that there are not, and an engine that rounds, which is there. */
    @ParameterizedTest
    @ValueSource(strings = {"\"engine\" : 99", "\"engine\" : -1", "\"engine\" : 3"})
    void aCacheOfWrongPlansChangesNoOutput(String wrong) throws IOException {
        float[] want = legacy();
        try (CudnnSession s = open()) {
            s.prepare(level);
        }
        Path file = new TimedHardware(folder, work -> 1).cache().file();
        String good = Files.readString(file);
        Files.writeString(file, good.replaceAll("\"engine\" : [0-9]+", wrong));
        assertThat(Files.readString(file)).isNotEqualTo(good);
        try (CudnnSession s = open()) {
            s.prepare(level);
            assertThat(run(s)).isEqualTo(want);
            assertThat(s.interfaces(level).graph()).isZero();
        }
    }

    @Test
    void aLevelThatWasNotPreparedRunsByTheLegacyInterface() {
        try (CudnnSession s = open(TimedHardware.laterIsFaster(), Launch.REBIND)) {
            float[] y = run(s);
            assertThat(s.interfaces(level).graph()).isZero();
            s.prepare(level);
            assertThat(s.interfaces(level).graph()).isPositive();
            assertThat(TestData.relativeError(run(s), y)).isLessThan(1e-5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void callsAtPreparedLevelsMakeNoObjectAndNoDescriptor(Launch launch) {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        long self = Thread.currentThread().getId();
        WidthLevel full = model.full();
        try (CudnnSession s = open(TimedHardware.laterIsFaster(), launch)) {
            s.prepare(level);
            s.prepare(full);
            assertThat(s.interfaces(full).graph()).isPositive();
            for (int i = 0; i < 5; i++) {
                s.run(i % 2 == 0 ? level : full, input, output);
            }
            long live = StandIn.get("allocations") + StandIn.get("searches") + StandIn.get("live_descriptors");
            long least = Long.MAX_VALUE;
            for (int i = 0; i < 5; i++) {
                long bytes = threads.getThreadAllocatedBytes(self);
                s.run(level, input, output);
                s.run(full, input, output);
                least = Math.min(least, threads.getThreadAllocatedBytes(self) - bytes);
            }
            assertThat(least).isZero();
            assertThat(StandIn.get("allocations") + StandIn.get("searches") + StandIn.get("live_descriptors"))
                    .isEqualTo(live);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3, 4, 6, 7})
    void closedSessionsLeaveNoDescriptor(long fault) {
        long before = StandIn.get("live_descriptors") + StandIn.get("live_bytes") + StandIn.get("pinned_bytes");
        StandIn.set("graph_fault", fault);
        try (CudnnSession s = open()) {
            s.prepare(level);
            s.prepare(model.full());
            run(s);
        }
        assertThat(StandIn.get("live_descriptors") + StandIn.get("live_bytes") + StandIn.get("pinned_bytes"))
                .isEqualTo(before);
    }
}
