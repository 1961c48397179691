package io.dms.cli.run;

import io.dms.cli.run.RunResult.Energy;
import io.dms.cli.run.RunResult.Note;
import io.dms.cli.run.RunResult.Pass;
import io.dms.cli.run.RunResult.Sample;
import io.dms.cli.run.RunResult.Span;
import io.dms.cli.run.RunResult.StreamRun;
import io.dms.control.Feasibility;
import io.dms.control.GoalStatus;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.EnergyWindow;
import io.dms.monitor.MonitorEvent;
import io.dms.monitor.Snapshot;
import io.dms.robotics.Application;
import io.dms.robotics.ApplicationSpec;
import io.dms.robotics.BoardClocks;
import io.dms.robotics.Deployment;
import io.dms.runtime.SessionOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs all streams once on this machine while a script disturbs it. */
public final class PassRunner {
    private static final long LEAD_NANOS = 200_000_000;

    private final BoardMonitor monitor;
    private final @Nullable BoardClocks clocks;
    private final LoadScript script;
    private final long mostFrames;
    private final long mostNanos;
    private final long seed;
    private final BooleanSupplier stop;

    /**
     * @param monitor started; the caller's
     * @param clocks null where the coordinator may not choose the GPU's clock; the caller's
     * @param mostFrames of each stream
     */
    public PassRunner(
            BoardMonitor monitor,
            @Nullable BoardClocks clocks,
            LoadScript script,
            long mostFrames,
            long mostNanos,
            long seed,
            BooleanSupplier stop) {
        this.monitor = monitor;
        this.clocks = clocks;
        this.script = script;
        this.mostFrames = mostFrames;
        this.mostNanos = mostNanos;
        this.seed = seed;
        this.stop = stop;
    }

    /**
     * Opens, runs, closes.
     *
     * @param controller name of the pass
     */
    public Pass run(String controller, List<ApplicationSpec> specs, LiveView view) {
        boolean endless = mostFrames != Long.MAX_VALUE || mostNanos != Long.MAX_VALUE;
        try (Deployment deployment = Deployment.open(specs, seed, endless, monitor, clocks)) {
            return run(controller, deployment, view);
        }
    }

    private Pass run(String controller, Deployment deployment, LiveView view) {
        Queue<Note> notes = new ConcurrentLinkedQueue<>();
        Snapshot snapshot = monitor.snapshot();
        List<Sample> samples = new ArrayList<>();
        long start = System.nanoTime() + LEAD_NANOS;
        for (Deployment.Stream s : deployment.streams()) {
            GoalStatus feasible = feasible(s.application());
            if (feasible.kind() != GoalStatus.Kind.KEPT) {
                view.note(feasible.sentence());
            }
        }
        Map<Deployment.Stream, LiveStats> live = new LinkedHashMap<>();
        Consumer<Note> told = note -> {
            notes.add(note);
            view.note(note.text());
        };
        deployment.streams().forEach(s -> live.put(s, new LiveStats(s.application(), start, told)));
        Consumer<MonitorEvent> heard = e -> notes.add(new Note((e.atNanos() - start) / 1e9, e.text()));
        monitor.addListener(heard);
        EnergyWindow window = monitor.energy();
        try (LoadRunner load = new LoadRunner(script, start)) {
            boolean named = live.size() > 1;
            deployment.run(start, mostFrames, mostNanos, stop, live::get, () -> {
                monitor.latest(snapshot);
                double second = (System.nanoTime() - start) / 1e9;
                samples.add(new Sample(
                        second,
                        snapshot.totalWatts(),
                        snapshot.gpuHertz(),
                        snapshot.cpuHertz(),
                        snapshot.hottestCelsius()));
                String text = live.values().stream().map(l -> l.line(named)).collect(Collectors.joining("  |  "));
                view.show(second, text, snapshot.totalWatts());
            });
        } finally {
            window.close();
            monitor.removeListener(heard);
            view.clear();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        List<StreamRun> runs = new ArrayList<>();
        for (Deployment.Stream s : deployment.streams()) {
            runs.add(result(s, start));
        }
        return new Pass(controller, seconds, runs, spans(script, seconds), samples, List.copyOf(notes), energy(window));
    }

    /** The disturbances of a script as far as a pass lasted. */
    public static List<Span> spans(LoadScript script, double seconds) {
        return script.spans().stream()
                .filter(s -> s.from() < seconds)
                .map(s -> new Span(s.label(), s.from(), Math.min(s.to(), seconds), s.step()))
                .toList();
    }

    private static GoalStatus feasible(Application app) {
        return Feasibility.of(app.goal(), app.profile(), app.fit().point());
    }

    private static Energy energy(EnergyWindow window) {
        String why = window.whyAbsent();
        return why != null
                ? Energy.absent(why)
                : new Energy(window.joules(), window.errorJoules(), String.valueOf(window.scope()), null);
    }

    private static StreamRun result(Deployment.Stream s, long start) {
        Application app = s.application();
        SessionOptions options = app.session().options();
        GoalStatus feasible = feasible(app);
        GoalStatus status = app.controller().status();
        return new StreamRun(
                s.spec().name(),
                app.model().name(),
                s.source().describe(),
                app.goal(),
                s.spec().controller(),
                options.batch(),
                options.threads(),
                app.profile(),
                app.fit().point(),
                app.profiledAtOpening(),
                s.trace(),
                start,
                s.source().replaced(),
                app.failures(),
                feasible.kind() == GoalStatus.Kind.KEPT ? null : feasible.sentence(),
                status.kind() == GoalStatus.Kind.KEPT ? null : status.sentence());
    }
}
