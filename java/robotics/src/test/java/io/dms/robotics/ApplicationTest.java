package io.dms.robotics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.dms.control.Goal;
import io.dms.model.EnvironmentException;
import io.dms.model.Profile;
import io.dms.model.UserException;
import io.dms.monitor.MonitorEvent;
import io.dms.runtime.SessionOptions;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ApplicationTest {
    private final Stub stub = new Stub();
    private final Stub.Steered steered = new Stub.Steered();
    private final FloatBuffer input = Stub.input();
    private final FloatBuffer output = Stub.output();

    private ApplicationBuilder steered() {
        return Stub.application(stub).controller((profile, fit, goal) -> steered);
    }

    @Test
    void infersAtTheLevelThatItsControllerPicksAndSaysWhichThatWas() {
        try (Application app = steered().open()) {
            stub.ran.clear();
            steered.level = 2;
            Served served = app.infer(input, output);
            assertThat(served.level().name()).isEqualTo("0.50");
            assertThat(served.levelIndex()).isEqualTo(2);
            assertThat(stub.ran).containsExactly("0.50");
        }
        assertThat(stub.closed).isTrue();
    }

    @Test
    void latencyCountsFromWhenTheFrameWasDue() {
        AtomicLong now = new AtomicLong(1_000_000);
        stub.atCall = (level, out) -> now.addAndGet(2_000_000);
        try (Application app = steered().clock(now::get).goal("p95<=5ms").open()) {
            long due = now.get() - 4_000_000;
            Served late = app.infer(input, output, due);
            assertThat(late.latencyNanos()).isEqualTo(6_000_000);
            assertThat(late.serviceNanos()).isEqualTo(2_000_000);
            assertThat(late.waitNanos()).isEqualTo(4_000_000);
            assertThat(late.missed()).isTrue();
            assertThat(steered.latencies).containsExactly(6_000_000L);
            assertThat(app.infer(input, output).missed()).isFalse();
        }
    }

    @Test
    void theGoalChangesWhileItRunsAndTheControllerKeepsWhatItLearned() {
        AtomicLong now = new AtomicLong();
        try (Application app = steered().clock(now::get).open()) {
            stub.atCall = (level, out) -> now.addAndGet(2_000_000);
            assertThat(app.infer(input, output).missed()).isFalse();
            app.goal("p90<=1ms accuracy>=0.5");
            assertThat(app.goal().latencyMillis()).isEqualTo(1.0);
            assertThat(app.infer(input, output).missed()).isTrue();
            assertThat(steered.goals).containsExactly(Goal.parse("p90<=1ms accuracy>=0.5"));
            assertThat(steered.latencies).hasSize(2);
        }
    }

    @Test
    void whatHappensOnTheBoardReachesTheControllerBeforeTheNextCall() {
        MonitorEvent event =
                new MonitorEvent(MonitorEvent.Kind.CLOCK_CAPPED, 0, "gpu", 1e9, 5e8, "the GPU is capped at 500 MHz");
        try (Application app = steered().open()) {
            app.on(event);
            app.infer(input, output);
            assertThat(steered.events).containsExactly(event);
        }
    }

    @Test
    void aLevelThatFailsIsLeftOutAndItsFrameServedAtAnother() {
        try (Application app = steered().open()) {
            stub.atCall = (level, out) -> {
                if (level.width() == 1) {
                    throw new IllegalArgumentException("no kernel");
                }
            };
            stub.ran.clear();
            Served served = app.infer(input, output);
            assertThat(served.level().name()).isEqualTo("0.75");
            assertThat(served.retries()).isEqualTo(1);
            assertThat(steered.failed).containsExactly(0);
            assertThat(app.failures()).singleElement().asString().contains("1.00", "no kernel");
            app.infer(input, output);
            assertThat(stub.ran).containsExactly("1.00", "0.75", "0.75");
        }
    }

    @Test
    void theNarrowestLevelThatFailsFallsBackToAWiderOne() {
        try (Application app = steered().open()) {
            steered.level = 3;
            stub.atCall = (level, out) -> {
                if (level.width() < 0.3) {
                    throw new IllegalArgumentException("no kernel");
                }
            };
            assertThat(app.infer(input, output).level().name()).isEqualTo("0.50");
        }
    }

    @Test
    void whereEveryLevelFailsTheCallFails() {
        try (Application app = steered().open()) {
            stub.atCall = (level, out) -> {
                throw new IllegalArgumentException("device lost");
            };
            assertThatThrownBy(() -> app.infer(input, output))
                    .isInstanceOf(EnvironmentException.class)
                    .hasMessageContaining("device lost");
            assertThat(app.failures()).hasSize(4);
        }
    }

    @Test
    void aCallersBufferThatDoesNotFitIsRefusedAndNoLevelBlamed() {
        try (Application app = steered().open()) {
            assertThatThrownBy(() -> app.infer(FloatBuffer.allocate(3 * 32 * 32), output))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("direct");
            assertThatThrownBy(() -> app.infer(input, Profiler.direct(9)))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("10");
            assertThat(app.failures()).isEmpty();
        }
    }

    @Test
    void aBufferThatNoLevelCouldTakeIsTheCallersMistakeAndCostsNoLevel() {
        FloatBuffer otherOrder = ByteBuffer.allocateDirect(4 * input.capacity())
                .order(ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN)
                .asFloatBuffer();
        try (Application app = steered().open()) {
            assertThatThrownBy(() -> app.infer(otherOrder, output))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("byte order");
            assertThatThrownBy(() -> app.infer(input, output.asReadOnlyBuffer()))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("can't be written");
            app.infer(input.asReadOnlyBuffer(), output);
            assertThat(app.failures()).isEmpty();
        }
    }

    @Test
    void aSecondThreadIsRefusedWhileOneInfersAndCostsNoLevel() {
        List<String> refused = new ArrayList<>();
        try (Application app = steered().open()) {
            stub.atCall = (level, out) -> {
                for (Runnable call : List.<Runnable>of(() -> app.infer(input, Stub.output()), app::close)) {
                    Thread other = new Thread(() -> {
                        try {
                            call.run();
                        } catch (IllegalStateException e) {
                            refused.add(String.valueOf(e.getMessage()));
                        }
                    });
                    other.start();
                    try {
                        other.join();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                }
            };
            app.infer(input, output);
            assertThat(refused).hasSize(2).allSatisfy(m -> assertThat(m).contains("one thread at a time"));
            assertThat(stub.closed).isFalse();
            assertThat(app.failures()).isEmpty();
            stub.atCall = (level, out) -> {};
            app.infer(input, output);
        }
        assertThat(stub.closed).isTrue();
    }

    @Test
    void aClosedApplicationRefusesToInfer() {
        Application app = steered().open();
        app.close();
        app.close();
        assertThatThrownBy(() -> app.infer(input, output)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void measuresItsLevelsAtOpeningWhereNoProfileIsGiven() {
        try (Application app = Application.of(Stub.MODEL).backend(stub).open()) {
            assertThat(app.profiledAtOpening()).isTrue();
            assertThat(app.profile().levels())
                    .extracting(Profile.Level::name)
                    .containsExactly("1.00", "0.75", "0.50", "0.25");
            assertThat(app.profile().levels())
                    .allSatisfy(l -> assertThat(l.latency().samples()).isGreaterThanOrEqualTo(20));
        }
    }

    @Test
    void takesAProfileOfTheSameModelAndRefusesOneOfAnother() {
        Profile profile = Stub.profile();
        try (Application app = Stub.application(stub).profile(profile).open()) {
            assertThat(app.profiledAtOpening()).isFalse();
            assertThat(app.profile()).isEqualTo(profile);
        }
        stub.closed = false;
        assertThatThrownBy(() -> Stub.application(stub)
                        .session(SessionOptions.DEFAULT.withBatch(4))
                        .profile(profile)
                        .open())
                .isInstanceOf(UserException.class)
                .hasMessageContaining("batch");
        assertThat(stub.closed).as("what was opened before the refusal").isTrue();
    }

    @Test
    void aCallAllocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        try (Application app = Application.of(Stub.MODEL)
                .session(SessionOptions.DEFAULT.withThreads(1))
                .goal("p95<=50ms")
                .open()) {
            long least = Long.MAX_VALUE;
            for (int block = 0; block < 20 && least > 0; block++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                long counting = threads.getCurrentThreadAllocatedBytes() - before;
                before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 50; i++) {
                    app.infer(input, output, System.nanoTime());
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before - counting);
            }
            assertThat(least).isZero();
        }
    }
}
