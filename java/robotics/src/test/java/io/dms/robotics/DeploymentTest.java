package io.dms.robotics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.control.Goal;
import io.dms.model.ModelDigest;
import io.dms.model.Profile;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.monitor.SystemFiles;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeploymentTest {
    private static final long LONG = 30_000_000_000L;

    private final Stub stub = new Stub();

    @BeforeEach
    void found() {
        StubBackend.stub = stub;
    }

    private static ApplicationSpec spec(String name, String source, String goal, String controller, double... millis) {
        return new ApplicationSpec(
                name,
                Stub.MODEL,
                "stub",
                1,
                1,
                Precision.FP32,
                Launch.GRAPH,
                millis.length == 0 ? Stub.profile() : profile(1, millis),
                source,
                goal.isEmpty() ? Goal.NONE : Goal.parse(goal),
                controller,
                LatePolicy.SERVE);
    }

    private static ApplicationSpec spec(String name) {
        return spec(name, "synthetic:50", "", "predictive");
    }

    private static Profile profile(int batch, double... millis) {
        List<Profile.Level> levels = new ArrayList<>();
        for (WidthLevel level : Stub.MODEL.levels()) {
            double ms = millis[levels.size()];
            Profile.Latency latency = new Profile.Latency(ms, ms, ms, ms, ms, 0, 1000);
            levels.add(new Profile.Level(level.name(), level.width(), 1, latency, null, null, level.width(), 0));
        }
        return new Profile(
                Stub.MODEL.name(),
                ModelDigest.of(Stub.MODEL),
                "stub",
                "fp32",
                batch,
                1,
                ThisBoard.read(SystemFiles.ofThisMachine(), new Stub(), null),
                Instant.EPOCH,
                List.of(new Profile.Point("made up", null, null, null, null, levels)),
                null);
    }

    private static Deployment open(ApplicationSpec... specs) {
        return Deployment.open(List.of(specs), 1, true, null, null);
    }

    private static List<FrameLoop.End> run(
            Deployment d, long frames, Function<Deployment.Stream, FrameListener> listeners, Runnable tick) {
        return d.run(System.nanoTime(), frames, LONG, () -> false, listeners, tick);
    }

    /** A listener that throws at the first frame of one stream. */
    private static Function<Deployment.Stream, FrameListener> failing(String name, Supplied failure) {
        return s -> new FrameListener() {
            @Override
            public void frame(Trace trace, @Nullable Served served) {
                if (s.spec().name().equals(name)) {
                    failure.raise();
                }
            }
        };
    }

    private interface Supplied {
        void raise();
    }

    private static boolean serves(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(t -> t.isAlive() && t.getName().equals("dms-" + name));
    }

    @Test
    void everyStreamServesItsFramesAndSaysWhyItEnded() {
        Map<String, Long> served = new ConcurrentHashMap<>();
        try (Deployment d = open(spec("one"), spec("two"))) {
            List<FrameLoop.End> ends = run(
                    d,
                    5,
                    s -> new FrameListener() {
                        @Override
                        public void frame(Trace trace, @Nullable Served out) {
                            served.merge(s.spec().name(), 1L, Long::sum);
                        }
                    },
                    () -> {});
            assertThat(ends).containsExactly(FrameLoop.End.FRAMES, FrameLoop.End.FRAMES);
        }
        assertThat(served).isEqualTo(Map.of("one", 5L, "two", 5L));
        assertThat(stub.closed).isTrue();
    }

    @Test
    void aStreamThatFailsStopsTheOthersAndItsFailureComesOut() {
        try (Deployment d = open(spec("steady"), spec("broken"))) {
            Supplied failure = () -> {
                throw new UserException("no more room");
            };
            assertThatThrownBy(() -> run(d, Long.MAX_VALUE, failing("broken", failure), () -> {}))
                    .isInstanceOf(UserException.class)
                    .hasMessage("no more room");
            assertThat(serves("steady")).isFalse();
        }
    }

    @Test
    void anErrorInAStreamIsNoQuietEnd() {
        try (Deployment d = open(spec("steady"), spec("broken"))) {
            Supplied failure = () -> {
                throw new OutOfMemoryError("made up");
            };
            assertThatThrownBy(() -> run(d, Long.MAX_VALUE, failing("broken", failure), () -> {}))
                    .isInstanceOf(OutOfMemoryError.class)
                    .hasMessage("made up");
        }
    }

    @Test
    void nothingRunsAnyMoreWhereTheCallersTickFails() {
        try (Deployment d = open(spec("left"), spec("right"))) {
            Runnable tick = () -> {
                throw new IllegalStateException("the screen is gone");
            };
            assertThatThrownBy(() -> run(d, Long.MAX_VALUE, s -> FrameListener.NONE, tick))
                    .hasMessage("the screen is gone");
            assertThat(serves("left")).isFalse();
            assertThat(serves("right")).isFalse();
        }
    }

    @Test
    void whatIsOpenIsClosedWhereAnotherCannotBeOpened() {
        assertThatThrownBy(() -> open(spec("good"), spec("bad", "synthetic:30", "", "fixed:0.33")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("0.33");
        assertThat(stub.closed).isTrue();
    }

    @Test
    void moreApplicationsThanACoordinatorLeadsAreRefusedAndClosed() {
        ApplicationSpec[] many = new ApplicationSpec[33];
        for (int i = 0; i < many.length; i++) {
            many[i] = spec("app" + i);
        }
        assertThatThrownBy(() -> open(many)).isInstanceOf(UserException.class).hasMessageContaining("32");
        assertThat(stub.closed).isTrue();
    }

    @Test
    void anApplicationIsOpenedAsItIsDescribed() {
        ApplicationSpec spec = new ApplicationSpec(
                "camera",
                Stub.MODEL,
                "stub",
                2,
                3,
                Precision.FP32,
                Launch.REBIND,
                profile(2, 4, 3, 2, 1),
                "synthetic:10",
                Goal.parse("p95<=30ms"),
                "fixed:0.5",
                LatePolicy.DROP);
        try (Deployment d = open(spec)) {
            Application app = d.streams().get(0).application();
            assertThat(app.name()).isEqualTo("camera");
            assertThat(app.goal()).isEqualTo(spec.goal());
            assertThat(stub.asked)
                    .isEqualTo(SessionOptions.DEFAULT
                            .withBatch(2)
                            .withThreads(3)
                            .withLaunch(Launch.REBIND)
                            .withYielding(true));
        }
    }

    /** Threads that read ahead for sources. */
    private static long readers() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.isAlive() && t.getName().startsWith("dms-source"))
                .count();
    }

    @Test
    void aSourceIsClosedWithItsDeploymentAndWhereItsModelCannotBeOpened(@TempDir Path folder) throws Exception {
        ImageIO.write(
                new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB),
                "png",
                folder.resolve("one.png").toFile());
        String source = "folder:" + folder + "@20";
        long before = readers();
        try (Deployment d = open(spec("good", source, "", "predictive"))) {
            run(d, 1, s -> FrameListener.NONE, () -> {});
            assertThat(readers()).isGreaterThan(before);
        }
        awaitReaders(before);
        assertThatThrownBy(() -> open(spec("bad", source, "", "fixed:0.33"))).isInstanceOf(UserException.class);
        awaitReaders(before);
    }

    private static void awaitReaders(long count) {
        for (int i = 0; i < 500 && readers() > count; i++) {
            LockSupport.parkNanos(10_000_000);
        }
        assertThat(readers()).isEqualTo(count);
    }

    /**
     * What became of the frames of an application beside another, whose goal leaves it no room and which ends once a frame
     * was left out.
     */
    private static final class Beside {
        volatile int leftOut;
        volatile int served;
        volatile int servedAfterwards;

        Beside(String controller) {
            boolean led = controller.equals("predictive");
            ApplicationSpec high = spec("high", "synthetic:200", "p95<=5ms priority=9", controller, 4, 4, 4, 4);
            ApplicationSpec low = spec("low", "synthetic:20", "p95<=20ms priority=1", controller, 400, 300, 250, 200);
            try (Deployment d = open(high, low)) {
                BooleanSupplier stop = () -> servedAfterwards > 0 || (leftOut == 0 && served == 30);
                d.run(
                        System.nanoTime(),
                        100,
                        LONG,
                        stop,
                        s -> s.spec().name().equals("low") ? count() : led ? untilOneIsLeftOut() : FrameListener.NONE,
                        () -> {});
            }
        }

        private FrameListener count() {
            return new FrameListener() {
                @Override
                public void frame(Trace trace, @Nullable Served out) {
                    if (out == null) {
                        leftOut++;
                    } else {
                        served++;
                        servedAfterwards += leftOut > 0 ? 1 : 0;
                    }
                }
            };
        }

        private FrameListener untilOneIsLeftOut() {
            return new FrameListener() {
                private int frames;

                @Override
                public void frame(Trace trace, @Nullable Served out) {
                    frames++;
                    for (int i = 0; frames == 100 && leftOut == 0 && i < 300; i++) {
                        LockSupport.parkNanos(10_000_000);
                    }
                }
            };
        }
    }

    @Test
    void anApplicationThatWouldBreakAnothersGoalIsPausedUntilTheOtherHasEnded() {
        Beside led = new Beside("predictive");
        assertThat(led.leftOut).isPositive();
        assertThat(led.servedAfterwards).isPositive();
    }

    @Test
    void applicationsOfFixedWidthAreNotLed() {
        assertThat(new Beside("fixed:0.25").leftOut).isZero();
    }

    @Test
    void whereAllTogetherAreTooMuchTheirWidthsAreBound() {
        AtomicInteger narrow = new AtomicInteger();
        String goal = "p95<=20ms";
        try (Deployment d = open(
                spec("one", "synthetic:60", goal, "predictive", 16, 12, 4, 2),
                spec("two", "synthetic:60", goal, "predictive", 16, 12, 4, 2))) {
            FrameListener listener = new FrameListener() {
                @Override
                public void frame(Trace trace, @Nullable Served served) {
                    if (served != null && served.levelIndex() > 0) {
                        narrow.incrementAndGet();
                    }
                }
            };
            d.run(System.nanoTime(), 200, LONG, () -> narrow.get() > 0, s -> listener, () -> {});
        }
        assertThat(narrow.get())
                .as("frames at less than the full width, at which one alone would be in time")
                .isPositive();
    }
}
