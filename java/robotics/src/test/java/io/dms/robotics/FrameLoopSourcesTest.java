package io.dms.robotics;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.robotics.source.Frame;
import io.dms.robotics.source.FrameSource;
import io.dms.robotics.source.Sources;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What a loop makes of what its source says, with a source that says what the test wrote down. */
class FrameLoopSourcesTest {
    private static final long FOREVER = Long.MAX_VALUE;

    private final Trace trace = new Trace(100);

    private static Application application() {
        return Stub.application(new Stub()).open();
    }

    /** Gives what is written down, then the end. */
    private static final class Scripted implements FrameSource {
        final Queue<Runnable> before = new ArrayDeque<>();
        final Queue<Arrival> script = new ArrayDeque<>();
        final List<Long> timeouts = new ArrayList<>();
        private final FrameSource frames =
                Sources.open("synthetic:1000", Sources.options(Stub.MODEL, 1, 1, true, null));

        Scripted then(Arrival arrival, Runnable first) {
            script.add(arrival);
            before.add(first);
            return this;
        }

        Scripted then(Arrival arrival) {
            return then(arrival, () -> {});
        }

        @Override
        public String describe() {
            return "written down";
        }

        @Override
        public double framesPerSecond() {
            return Double.NaN;
        }

        @Override
        public void start(long nowNanos) {
            frames.start(nowNanos);
        }

        @Override
        public Arrival next(Frame into, long timeoutNanos) throws InterruptedException {
            timeouts.add(timeoutNanos);
            if (script.isEmpty()) {
                return Arrival.END;
            }
            before.remove().run();
            Arrival arrival = script.remove();
            return arrival == Arrival.FRAME ? frames.next(into, 10_000_000_000L) : arrival;
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

    private FrameLoop loop(Application app, FrameSource source, FrameListener listener) {
        return new FrameLoop(app, source, LatePolicy.SERVE, trace, listener);
    }

    @Test
    void whileItIsPausedAnApplicationsFramesAreDroppedAndServedAgainAfterwards() {
        try (Application app = application()) {
            Scripted source = new Scripted()
                    .then(FrameSource.Arrival.FRAME)
                    .then(FrameSource.Arrival.FRAME, () -> app.paused(true))
                    .then(FrameSource.Arrival.FRAME)
                    .then(FrameSource.Arrival.FRAME, () -> app.paused(false));
            loop(app, source, FrameListener.NONE).run(System.nanoTime(), FOREVER, FOREVER, () -> false);
        }
        assertThat(trace.size()).isEqualTo(4);
        assertThat(List.of(trace.level(0), trace.level(1), trace.level(2), trace.level(3)))
                .containsExactly(0, Trace.DROPPED, Trace.DROPPED, 0);
        assertThat(trace.missed(1)).isTrue();
    }

    @Test
    void anEndThatComesOfBeingStoppedIsNotTheSources() {
        try (Application app = application()) {
            assertThat(loop(app, new Scripted(), FrameListener.NONE)
                            .run(System.nanoTime(), FOREVER, FOREVER, () -> false))
                    .isEqualTo(FrameLoop.End.SOURCE);
            boolean[] stop = {false};
            Scripted closed = new Scripted().then(FrameSource.Arrival.END, () -> stop[0] = true);
            assertThat(loop(app, closed, FrameListener.NONE).run(System.nanoTime(), FOREVER, FOREVER, () -> stop[0]))
                    .isEqualTo(FrameLoop.End.STOPPED);
        }
    }

    @Test
    void aListenerHearsOfEachWaitThatBroughtNothingAndNoWaitGoesBeyondTheTimeThatIsWanted() {
        int[] idle = {0};
        FrameListener listener = new FrameListener() {
            @Override
            public void idle() {
                idle[0]++;
            }
        };
        Scripted source = new Scripted()
                .then(FrameSource.Arrival.NONE)
                .then(FrameSource.Arrival.FRAME)
                .then(FrameSource.Arrival.NONE);
        long most = 40_000_000;
        try (Application app = application()) {
            loop(app, source, listener).run(System.nanoTime(), FOREVER, most, () -> false);
        }
        assertThat(source.timeouts).isNotEmpty().allMatch(t -> t > 0 && t <= most);
        assertThat(idle[0]).isBetween(1, 2);
    }
}
