package io.dms.cli;

import io.dms.cli.run.LoadScript;
import io.dms.cli.run.PassRunner;
import io.dms.cli.run.RunResult;
import io.dms.control.Goal;
import io.dms.model.Profile;
import io.dms.model.ScalableModel;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.MonitorOptions;
import io.dms.robotics.Application;
import io.dms.robotics.ApplicationSpec;
import io.dms.robotics.LatePolicy;
import io.dms.runtime.BundledModels;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A minute that shows the point on any machine. The batch is chosen so that a call at full width takes some twenty
 * milliseconds, well above a slice of the scheduler; the rate so that such calls fill 60 % of one core: enough for
 * one busy process beside them to be too much for the full width, by the scheduler's fairness alone, and not for half of
 * it. One thread, so that neither pass depends on how threads meet.
 */
final class RunDemo {
    private static final double CALL_MILLIS = 20;
    private static final double BUSY_SHARE = 0.6;
    private static final double BOUND = 1.5;
    private static final double PASS_SECONDS = 26.5;
    private static final double WHOLE_SECONDS = 60;
    private static final int MOST_BATCH = 64;
    private static final int TRIAL_BATCH = 8;
    private static final int TRIALS = 3;

    private final Console console;
    private final long seed;

    RunDemo(Console console, long seed) {
        this.console = console;
        this.seed = seed;
    }

    /** @param duration of the whole, null for a minute; a shorter one squeezes the script */
    RunResult run(String command, Instant date, @Nullable Duration duration) {
        double squeeze = duration == null ? 1 : duration.toNanos() / 1e9 / WHOLE_SECONDS;
        ScalableModel model = BundledModels.resnet20Cifar10();
        int batch = TRIAL_BATCH;
        Profile profile = profile(model, batch);
        for (int trial = 0; trial < TRIALS; trial++) {
            double oneImage = profile.levels().get(0).latency().p50() / batch;
            int better = (int) Math.max(1, Math.min(MOST_BATCH, Math.round(CALL_MILLIS / oneImage)));
            if (Math.abs(better - batch) > batch / 8) {
                batch = better;
                profile = profile(model, batch);
            }
        }
        double full = profile.levels().get(0).latency().p50();
        Goal goal = Goal.parse(String.format(Locale.ROOT, "p95<=%.2fms", BOUND * full));
        String source = String.format(Locale.ROOT, "synthetic:%.2f", BUSY_SHARE * 1000 / full);
        ApplicationSpec spec = new ApplicationSpec(
                "demo",
                model,
                "cpu",
                batch,
                1,
                Precision.FP32,
                Launch.GRAPH,
                profile,
                source,
                goal,
                "fixed",
                LatePolicy.DROP);
        LoadScript script = script(squeeze);
        console.note(String.format(
                Locale.ROOT,
                "%d images each %.0f ms, %.1f ms a call at full width, to be done %.1f ms after they were due; other"
                        + " processes come and go (%s). First at full width, then with the width picked per frame.",
                batch,
                full / BUSY_SHARE,
                full,
                BOUND * full,
                script));
        long nanos = Math.round(PASS_SECONDS * squeeze * 1e9);
        try (BoardMonitor monitor = BoardMonitor.open(MonitorOptions.DEFAULT)) {
            monitor.start();
            PassRunner runner = new PassRunner(monitor, null, script, Long.MAX_VALUE, nanos, seed, console::cancelled);
            return RunCommand.run(
                    console, command, date, List.of(spec), List.of("fixed", "predictive"), runner, monitor);
        }
    }

    private static Profile profile(ScalableModel model, int batch) {
        SessionOptions one = SessionOptions.DEFAULT.withBatch(batch).withThreads(1);
        try (Application app = Application.of(model).session(one).open()) {
            return app.profile();
        }
    }

    /** A step on every core, a harder one, and bursts. */
    private static LoadScript script(double squeeze) {
        int cores = Runtime.getRuntime().availableProcessors();
        return LoadScript.parse(String.format(
                Locale.ROOT,
                "load:%d@%.3f-%.3f,load:%d@%.3f-%.3f,burst:%d/%.3f+%.3f@%.3f-%.3f",
                Math.min(256, cores),
                4 * squeeze,
                10 * squeeze,
                Math.min(256, 2 * cores),
                13 * squeeze,
                18 * squeeze,
                Math.min(256, cores),
                Math.max(0.01, 0.7 * squeeze),
                Math.max(0.01, 0.7 * squeeze),
                20 * squeeze,
                25 * squeeze));
    }
}
