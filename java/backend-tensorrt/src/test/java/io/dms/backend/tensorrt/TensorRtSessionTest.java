package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.dms.cuda.DeviceException;
import io.dms.model.EnvironmentException;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.WeightPolicy;
import java.lang.management.ManagementFactory;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Sessions on both generations, on a library that computes by reference kernels. */
class TensorRtSessionTest {
    private static final SessionOptions TWO = SessionOptions.DEFAULT.withBatch(2);

    /** A generation. */
    enum Library {
        EIGHT,
        TEN;

        FakeHardware open() {
            return this == EIGHT ? FakeHardware.eight() : FakeHardware.ten();
        }
    }

    static Stream<Arguments> all() {
        return Stream.of(Library.values())
                .flatMap(l -> Stream.of(Launch.values()).map(m -> Arguments.of(l, m)));
    }

    @ParameterizedTest
    @MethodSource("all")
    void everyLevelComputesWhatItShouldWhateverRanBefore(Library library, Launch launch) {
        FakeHardware h = library.open();
        try (TensorRtSession s = Fixtures.open(h, TWO.withLaunch(launch))) {
            List<WidthLevel> levels = s.model().levels();
            Random random = new Random(3);
            for (int i = 0; i < 40; i++) {
                WidthLevel level = levels.get(random.nextInt(levels.size()));
                assertThat(Fixtures.error(s, level, i))
                        .as("call %d at %s", i, level)
                        .isLessThan(1e-5);
            }
        }
        assertThat(h.nv.live()).isEmpty();
        assertThat(h.nv.bindingBlocks()).isZero();
        assertThat(h.memory.used()).isZero();
        assertThat(h.opened).allMatch(c -> c.closed && c.graphs() == 0);
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void allLevelsShareTheScratchMemoryOfTheLargest(Library library) {
        FakeHardware h = library.open();
        try (TensorRtSession s = Fixtures.open(h, TWO)) {
            long largest = 0;
            // The narrowest first, so that the block has to grow under levels that were recorded.
            for (int i = s.model().levels().size() - 1; i >= 0; i--) {
                WidthLevel level = s.model().levels().get(i);
                s.prepare(level);
                largest = Math.max(largest, s.activationBytes(level));
            }
            assertThat(s.activationBytes(s.model().levels().get(2))).isLessThan(largest);
            assertThat(s.arenaBytes()).isEqualTo(largest);
            for (WidthLevel level : s.model().levels()) {
                assertThat(Fixtures.error(s, level, 5)).isLessThan(1e-5);
                assertThat(s.isRecorded(level)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void enginesAreLoadedWhenTheirLevelIsFirstUsedAndOnce(Library library) {
        FakeHardware h = library.open();
        try (TensorRtSession s = Fixtures.open(h, TWO)) {
            assertThat(h.nv.deserialized).isZero();
            WidthLevel level = s.model().levels().get(1);
            s.prepare(level);
            // The build looks at its engine once, the session loads it.
            assertThat(h.nv.deserialized).isEqualTo(2);
            s.prepare(level);
            Fixtures.error(s, level, 1);
            assertThat(h.nv.deserialized).isEqualTo(2);
            assertThat(s.weightBytes()).isEqualTo(s.weightBytes(level)).isPositive();
            WidthLevel other = s.model().levels().get(0);
            assertThatThrownBy(() -> s.weightBytes(other))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("was not prepared");
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void aLevelWithoutMemorySaysSoAndTheOthersGoOn(Library library) {
        FakeHardware h = library.open();
        try (TensorRtSession s = Fixtures.open(h, TWO)) {
            WidthLevel narrow = s.model().levels().get(2);
            WidthLevel wide = s.model().levels().get(0);
            s.prepare(narrow);
            h.memory.capacity = h.memory.used() + 100;
            assertThatThrownBy(() -> s.prepare(wide))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("level 1.00 is not available: not enough free memory on Fake Orin");
            assertThat(Fixtures.error(s, narrow, 1)).isLessThan(1e-5);
            h.memory.capacity = Long.MAX_VALUE;
            assertThat(Fixtures.error(s, wide, 2)).isLessThan(1e-5);
            assertThat(Fixtures.error(s, narrow, 3)).isLessThan(1e-5);
        }
        assertThat(h.nv.live()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void aLevelThatFailsAfterTheBlockMovedLeavesTheOthersRight(Library library) {
        FakeHardware h = library.open();
        try (TensorRtSession s = Fixtures.open(h, TWO)) {
            WidthLevel narrow = s.model().levels().get(2);
            WidthLevel wide = s.model().levels().get(0);
            s.prepare(narrow);
            FakeCuda cuda = h.open1();
            int before = cuda.launches;
            Thread fault = Thread.currentThread();
            h.nv.onShape = () -> {
                assertThat(Thread.currentThread()).isSameAs(fault);
                throw new DeviceException(DeviceException.Kind.OTHER, "no such shape");
            };
            assertThatThrownBy(() -> s.prepare(wide)).hasMessageContaining("no such shape");
            h.nv.onShape = () -> {};
            assertThat(Fixtures.error(s, narrow, 3)).isLessThan(1e-5);
            assertThat(cuda.launches).as("recorded anew").isGreaterThan(before);
        }
        assertThat(h.nv.live()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void aLostDeviceIsNamedAndStaysLost(Library library) {
        FakeHardware h = library.open();
        TensorRtSession s = Fixtures.open(h, TWO);
        WidthLevel level = s.model().levels().get(1);
        s.prepare(level);
        h.opened.forEach(c -> c.lost = true);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> Fixtures.error(s, level, 1))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("the device Fake Orin is lost")
                    .hasMessageContaining("start the program anew");
        }
        s.close();
        assertThat(h.nv.live()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void whatCantBeRecordedRunsCallByCall(Library library) {
        FakeHardware h = library.open();
        try (TensorRtSession s = Fixtures.open(h, TWO)) {
            h.open1().capturable = false;
            for (WidthLevel level : s.model().levels()) {
                assertThat(Fixtures.error(s, level, 7)).isLessThan(1e-5);
                assertThat(s.isRecorded(level)).isFalse();
            }
            assertThat(h.open1().launches).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void overTheBudgetTheEngineThatWasNotUsedLongestGoes(Library library) {
        FakeHardware h = library.open();
        long one;
        try (TensorRtSession s = Fixtures.open(h, TWO)) {
            s.prepare(s.model().levels().get(0));
            one = s.weightBytes();
        }
        try (TensorRtSession s = Fixtures.open(h, TWO.withWeightBudgetBytes(one + one / 2))) {
            for (int round = 0; round < 2; round++) {
                for (WidthLevel level : s.model().levels()) {
                    assertThat(Fixtures.error(s, level, round)).isLessThan(1e-5);
                    assertThat(s.weightBytes()).isLessThanOrEqualTo(one + one / 2);
                }
            }
        }
        try (TensorRtSession s = Fixtures.open(h, TWO.withWeights(WeightPolicy.REPACK))) {
            for (WidthLevel level : s.model().levels()) {
                assertThat(Fixtures.error(s, level, 1)).isLessThan(1e-5);
                assertThat(s.weightBytes()).isEqualTo(s.weightBytes(level));
            }
        }
        assertThat(h.nv.live()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void aRefusedEngineIsSaidWithTheLibrarysWords(Library library) {
        FakeHardware h = library.open();
        try (TensorRtSession s = Fixtures.open(h, TWO)) {
            WidthLevel level = s.model().levels().get(0);
            // The build looks at its engine once.
            h.nv.goodLoads = 1;
            h.nv.loadFailure = "The engine plan file is generated on an incompatible device";
            assertThatThrownBy(() -> s.prepare(level))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("incompatible device");
            h.nv.loadFailure = null;
            assertThat(Fixtures.error(s, level, 1)).isLessThan(1e-5);
        }
    }

    @ParameterizedTest
    @MethodSource("all")
    void steadyCallsAndSwitchesAllocateNothing(Library library, Launch launch) {
        FakeHardware h = library.open();
        ScalableModel m = Fixtures.model();
        try (TensorRtSession s = Fixtures.open(h, SessionOptions.DEFAULT.withLaunch(launch))) {
            m = s.model();
            for (WidthLevel level : m.levels()) {
                s.prepare(level);
            }
            FakeCuda cuda = h.open1();
            FloatBuffer in = Fixtures.direct(
                    (int) m.graph().inputs().get(0).shape().withBatch(1).elements());
            FloatBuffer out = Fixtures.direct(
                    (int) m.graph().outputs().get(0).shape().withBatch(1).elements());
            cuda.works = false;
            h.nv.works = false;
            List<WidthLevel> levels = m.levels();
            for (int i = 0; i < 5_000; i++) {
                s.run(levels.get(i % 3), in, out);
            }
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long me = Thread.currentThread().getId();
            long before = threads.getThreadAllocatedBytes(me);
            long empty = threads.getThreadAllocatedBytes(me) - before;
            before = threads.getThreadAllocatedBytes(me);
            for (int i = 0; i < 300; i++) {
                s.run(levels.get(i % 3), in, out);
            }
            assertThat(threads.getThreadAllocatedBytes(me) - before - empty).isZero();
            cuda.works = true;
            h.nv.works = true;
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void wrongBuffersAreRefusedAndNamed(Library library) {
        FakeHardware h = library.open();
        try (TensorRtSession s = Fixtures.open(h, TWO)) {
            WidthLevel level = s.model().levels().get(0);
            FloatBuffer out = Fixtures.direct(10_000);
            assertThatThrownBy(() -> s.run(level, FloatBuffer.allocate(10_000), out))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("must be a direct FloatBuffer");
            assertThatThrownBy(() -> s.run(level, Fixtures.direct(3), out))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("(batch 2) but holds 3");
            assertThatThrownBy(() -> s.run(level, new FloatBuffer[0], new FloatBuffer[] {out}))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("has 1 inputs but the call brings 0");
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void anotherThreadEntersTheDeviceOnce(Library library) throws InterruptedException {
        FakeHardware h = library.open();
        try (TensorRtSession s = Fixtures.open(h, TWO)) {
            WidthLevel level = s.model().levels().get(1);
            s.prepare(level);
            FakeCuda cuda = h.open1();
            int before = cuda.entered;
            double[] error = {1, 1};
            Thread other = new Thread(() -> {
                error[0] = Fixtures.error(s, level, 1);
                error[1] = Fixtures.error(s, level, 2);
            });
            other.start();
            other.join();
            assertThat(error).containsOnly(error[0], error[1]);
            assertThat(Math.max(error[0], error[1])).isLessThan(1e-5);
            assertThat(cuda.entered).isEqualTo(before + 1);
        }
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void aClosedSessionSaysSo(Library library) {
        FakeHardware h = library.open();
        TensorRtSession s = Fixtures.open(h, TWO);
        s.close();
        s.close();
        assertThatThrownBy(() -> s.prepare(s.model().full())).isInstanceOf(IllegalStateException.class);
        assertThat(h.memory.used()).isZero();
    }

    @ParameterizedTest
    @EnumSource(Library.class)
    void theRawCallRunsTheSameEngineOnTheSameInputs(Library library) {
        FakeHardware h = library.open();
        try (TensorRtSession s = Fixtures.open(h, TWO)) {
            WidthLevel level = s.model().levels().get(1);
            Runnable raw = s.raw(level);
            int before = h.nv.enqueued;
            raw.run();
            assertThat(h.nv.enqueued).isEqualTo(before + 1);
            assertThat(Fixtures.error(s, level, 1)).isLessThan(1e-5);
        }
    }
}
