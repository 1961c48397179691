package io.dms.robotics;

import io.dms.control.Controller;
import io.dms.control.Goal;
import io.dms.control.Moment;
import io.dms.control.Outcome;
import io.dms.model.Graph;
import io.dms.model.ModelDigest;
import io.dms.model.Profile;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.monitor.MonitorEvent;
import io.dms.monitor.SystemFiles;
import io.dms.runtime.Backend;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.nio.FloatBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** A backend that computes nothing and does at each call what a test wants, and a controller that a test steers. */
final class Stub implements Backend {
    static final ScalableModel MODEL = BundledModels.resnet20Cifar10();
    private static final String DIGEST = ModelDigest.of(MODEL);

    final List<String> ran = new ArrayList<>();
    BiConsumer<WidthLevel, FloatBuffer> atCall = (level, output) -> {};
    boolean closed;

    /** How the last session was asked for. */
    @Nullable
    SessionOptions asked;

    /** An application on this backend, with a made-up profile. */
    static ApplicationBuilder application(Stub stub) {
        return Application.of(MODEL).backend(stub).profile(profile());
    }

    /** Levels of 4, 3, 2 and 1 ms. */
    static Profile profile() {
        List<Profile.Level> levels = new ArrayList<>();
        for (WidthLevel level : MODEL.levels()) {
            double ms = 4 - levels.size();
            Profile.Latency latency = new Profile.Latency(ms, ms, ms, ms, ms, 0, 1000);
            levels.add(new Profile.Level(level.name(), level.width(), 1, latency, null, null, null, 0));
        }
        return new Profile(
                MODEL.name(),
                DIGEST,
                "stub",
                "fp32",
                1,
                1,
                ThisBoard.read(SystemFiles.ofThisMachine(), new Stub(), null),
                Instant.EPOCH,
                List.of(new Profile.Point("made up", null, null, null, null, levels)),
                null);
    }

    static FloatBuffer input() {
        return Profiler.direct(3 * 32 * 32);
    }

    static FloatBuffer output() {
        return Profiler.direct(10);
    }

    @Override
    public String name() {
        return "stub";
    }

    @Override
    public String describe() {
        return "stub";
    }

    @Override
    public List<String> refusals(Graph graph) {
        return List.of();
    }

    @Override
    public Session open(ScalableModel model, SessionOptions options) {
        asked = options;
        return new Session() {
            @Override
            public ScalableModel model() {
                return model;
            }

            @Override
            public SessionOptions options() {
                return options.withThreads(1);
            }

            @Override
            public void prepare(WidthLevel level) {}

            @Override
            public void run(WidthLevel level, FloatBuffer input, FloatBuffer output) {
                run(level, new FloatBuffer[] {input}, new FloatBuffer[] {output});
            }

            @Override
            public void run(WidthLevel level, FloatBuffer[] inputs, FloatBuffer[] outputs) {
                synchronized (ran) {
                    ran.add(level.name());
                }
                atCall.accept(level, outputs[0]);
            }

            @Override
            public long weightBytes() {
                return 0;
            }

            @Override
            public long weightBytes(WidthLevel level) {
                return 0;
            }

            @Override
            public long arenaBytes() {
                return 0;
            }

            @Override
            public void close() {
                closed = true;
            }
        };
    }

    /** Chooses what it was told, and remembers what it heard. */
    static final class Steered implements Controller {
        volatile int level;
        final List<Integer> failed = new ArrayList<>();
        final List<Long> latencies = new ArrayList<>();
        final List<Integer> waiting = new ArrayList<>();
        final List<MonitorEvent> events = new ArrayList<>();
        final List<Goal> goals = new ArrayList<>();

        @Override
        public String name() {
            return "steered";
        }

        @Override
        public int choose(Moment moment) {
            waiting.add(moment.waiting());
            return level;
        }

        @Override
        public void observe(Outcome outcome) {
            if (outcome.failed()) {
                failed.add(outcome.level());
            } else {
                latencies.add(outcome.latencyNanos());
            }
        }

        @Override
        public boolean goal(Goal goal) {
            goals.add(goal);
            return true;
        }

        @Override
        public void on(MonitorEvent event) {
            events.add(event);
        }
    }
}
