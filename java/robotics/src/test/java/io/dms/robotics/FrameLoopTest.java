package io.dms.robotics;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.robotics.source.FrameSource;
import io.dms.robotics.source.Sources;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class FrameLoopTest {
    private static final long FOREVER = Long.MAX_VALUE;

    private final Stub stub = new Stub();
    private final Stub.Steered steered = new Stub.Steered();
    private final Trace trace = new Trace(1000);

    private Application application(String goal) {
        return Stub.application(stub)
                .controller((profile, fit, g) -> steered)
                .goal(goal)
                .open();
    }

    private static FrameSource source(String description) {
        return Sources.open(description, Sources.options(Stub.MODEL, 1, 1, true, null));
    }

    @Test
    void servesFramesAndTellsEach() {
        List<String> told = new ArrayList<>();
        FrameListener listener = new FrameListener() {
            @Override
            public void frame(Trace t, @Nullable Served served) {
                told.add(served == null ? "dropped" : served.level().name());
            }
        };
        try (Application app = application("none");
                FrameSource source = source("synthetic:1000")) {
            steered.level = 1;
            FrameLoop loop = new FrameLoop(app, source, LatePolicy.SERVE, trace, listener);
            assertThat(loop.run(System.nanoTime(), 10, FOREVER, () -> false)).isEqualTo(FrameLoop.End.FRAMES);
            assertThat(trace.size()).isEqualTo(10);
            assertThat(told).hasSize(10).containsOnly("0.75");
            assertThat(trace.level(9)).isEqualTo(1);
        }
    }

    @Test
    void framesThatCanNoLongerKeepTheGoalAreDroppedOrServedByPolicy() {
        for (LatePolicy policy : LatePolicy.values()) {
            Trace t = new Trace(100);
            try (Application app = application("p95<=20ms");
                    FrameSource source = source("synthetic:1000")) {
                FrameLoop loop = new FrameLoop(app, source, policy, t, FrameListener.NONE);
                long longAgo = System.nanoTime() - 1_000_000_000L;
                loop.run(longAgo, 50, FOREVER, () -> false);
                assertThat(t.size()).isEqualTo(50);
                for (int i = 0; i < 50; i++) {
                    assertThat(t.missed(i)).isTrue();
                    assertThat(t.level(i)).isEqualTo(policy == LatePolicy.DROP ? Trace.DROPPED : 0);
                }
            }
        }
    }

    @Test
    void theControllerHearsHowManyFramesWait() {
        stub.atCall = (level, out) -> LockSupport.parkNanos(30_000_000);
        try (Application app = application("none");
                FrameSource source = source("synthetic:100,burst=3")) {
            steered.waiting.clear();
            new FrameLoop(app, source, LatePolicy.SERVE, trace, FrameListener.NONE)
                    .run(System.nanoTime(), 2, FOREVER, () -> false);
            assertThat(steered.waiting.get(0)).isGreaterThanOrEqualTo(2);
        }
    }

    @Test
    void endsWhenItsTimeIsOverOrItIsTold() {
        try (Application app = application("none");
                FrameSource source = source("synthetic:100")) {
            FrameLoop loop = new FrameLoop(app, source, LatePolicy.SERVE, trace, FrameListener.NONE);
            assertThat(loop.run(System.nanoTime(), FOREVER, 50_000_000, () -> false))
                    .isEqualTo(FrameLoop.End.TIME);
            AtomicInteger asked = new AtomicInteger();
            assertThat(new FrameLoop(app, source("synthetic:1000"), LatePolicy.SERVE, trace, FrameListener.NONE)
                            .run(System.nanoTime(), FOREVER, FOREVER, () -> asked.incrementAndGet() > 5))
                    .isEqualTo(FrameLoop.End.STOPPED);
        }
    }

    @Test
    void aSourceThatStallsIsToldOnceAndSoIsItsReturn() {
        List<String> told = new ArrayList<>();
        FrameListener listener = new FrameListener() {
            @Override
            public void stalled(double seconds) {
                told.add("stalled");
            }

            @Override
            public void resumed(double seconds) {
                told.add("resumed");
            }
        };
        Stalling source = new Stalling();
        try (Application app = application("none")) {
            new FrameLoop(app, source, LatePolicy.SERVE, trace, listener)
                    .run(System.nanoTime(), 3, FOREVER, () -> false);
        }
        assertThat(told).containsExactly("stalled", "resumed");
        assertThat(trace.size()).isEqualTo(3);
    }

    /** Gives a frame, then none for more than a second, then frames. */
    private static final class Stalling implements FrameSource {
        private final FrameSource inner = source("synthetic:1000");
        private int asked;

        @Override
        public String describe() {
            return "stalling";
        }

        @Override
        public double framesPerSecond() {
            return 1000;
        }

        @Override
        public void start(long nowNanos) {
            inner.start(nowNanos);
        }

        @Override
        public Arrival next(io.dms.robotics.source.Frame into, long timeoutNanos) throws InterruptedException {
            asked++;
            if (asked > 1 && asked < 15) {
                LockSupport.parkNanos(timeoutNanos);
                return Arrival.NONE;
            }
            return inner.next(into, timeoutNanos);
        }

        @Override
        public int waiting(long nowNanos) {
            return 0;
        }

        @Override
        public long replaced() {
            return 0;
        }

        @Override
        public void close() {}
    }

    @Test
    void aTraceKeepsTheNewestFrames() {
        Trace small = new Trace(3);
        for (int i = 0; i < 5; i++) {
            small.add(i, i, 10L * i, 0, Long.MAX_VALUE, false);
        }
        assertThat(small.size()).isEqualTo(3);
        assertThat(small.forgotten()).isEqualTo(2);
        assertThat(small.scheduledNanos(0)).isEqualTo(2);
        assertThat(small.endNanos(2)).isEqualTo(40);
    }
}
