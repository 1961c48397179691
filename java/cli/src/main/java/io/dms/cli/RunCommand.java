package io.dms.cli;

import io.dms.cli.machine.Machine;
import io.dms.cli.report.RunCsv;
import io.dms.cli.report.RunDrawing;
import io.dms.cli.report.RunHtml;
import io.dms.cli.report.RunJson;
import io.dms.cli.report.RunText;
import io.dms.cli.run.LiveView;
import io.dms.cli.run.LoadScript;
import io.dms.cli.run.PassRunner;
import io.dms.cli.run.RunResult;
import io.dms.cli.run.RunResult.Pass;
import io.dms.model.UserException;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.PowerMode;
import io.dms.monitor.SystemFiles;
import io.dms.monitor.actuate.ActuatorOptions;
import io.dms.robotics.ApplicationSpec;
import io.dms.robotics.BoardClocks;
import io.dms.runtime.Backends;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dms run}: streams under goals. */
@Command(
        name = "run",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Serve one stream of frames or several, each under a goal: before each frame a controller picks the width"
                    + " level that keeps the goal best.",
            "Without MODEL: the bundled ResNet-20 for CIFAR-10."
        },
        footer = {
            "",
            "Latency counts from when a frame was due, so that waiting counts. A frame that was not served counts as"
                    + " missed. \"steady\" leaves out the 5 frames from the first miss behind each step of load. top-1 is"
                    + " the profile's accuracy of the levels that ran, over the frames that were served. A percentile of"
                    + " too few frames is a dash. Ctrl-C ends the run and prints the summary."
        })
final class RunCommand extends DmsCommand {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private RunStreams streams = new RunStreams();

    @Option(
            names = "--against",
            paramLabel = "NAME",
            description = "Run the same once more with another controller, as in fixed or fixed:0.25, for comparison."
                    + " Repeatable.")
    private List<String> against = new ArrayList<>();

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            converter = Converters.Time.class,
            description = "How long to run (default: until the source ends, or Ctrl-C).")
    private @Nullable Duration duration;

    @Option(names = "--frames", paramLabel = "N", description = "Most frames of each stream.")
    private @Nullable Long frames;

    @Option(
            names = "--disturb",
            paramLabel = "SCRIPT",
            description = "Keep cores busy by other processes: load:CORES@FROM-TO for a step,"
                    + " burst:CORES/ON+OFF@FROM-TO for bursts, in seconds, as in load:2@10-20,burst:1/0.3+0.7@30-40;"
                    + " or leave this process less than it wants: quota:CORES@FROM-TO, which needs root.")
    private @Nullable String disturb;

    @Option(
            names = "--permit-clocks",
            description = "Let the coordinator cap the GPU's clock, together with the widths, for the least power that"
                    + " keeps the accuracy; put back at the end. Needs the right to set clocks, and profiles with"
                    + " --gpu-clocks.")
    private boolean permitClocks;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of made-up frames, random arrivals and simulations (default: 1).")
    private long seed;

    @Mixin
    private RunSimulated simulated = new RunSimulated();

    @Option(
            names = "--demo",
            description = "A minute that shows the point on any machine: load comes and goes, a fixed model misses its"
                    + " deadline, a scaled one holds it.")
    private boolean demo;

    @Mixin
    private Outputs outputs = new Outputs();

    RunCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        Instant date = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        if (frames != null && frames < 1) {
            throw new UserException("--frames must be at least 1: " + frames);
        }
        if (duration != null && duration.toMillis() < 1) {
            throw new UserException("--duration must be above 0: " + duration.toMillis() + "ms");
        }
        LoadScript script = disturb == null ? LoadScript.NONE : LoadScript.parse(disturb);
        outputs.check(streams.firstModel());
        RunResult result;
        if (demo) {
            if (simulated.wanted() || streams.given() || disturb != null || permitClocks || !against.isEmpty()) {
                throw new UserException("--demo brings its own model, source, goal and load: leave out the others, or"
                        + " leave out --demo");
            }
            result = new RunDemo(console(), seed).run(command(), date, duration);
        } else if (simulated.wanted()) {
            if (disturb != null) {
                throw new UserException("--disturb makes real load; a simulation takes --scenario");
            }
            if (permitClocks) {
                throw new UserException("--permit-clocks is for this board; leave it out of a simulation");
            }
            result = simulated.run(console(), command(), date, streams, against, duration, seed);
        } else {
            result = real(date, script);
        }
        outputs.write(
                console(),
                lines(result),
                List.of(),
                () -> RunJson.of(result),
                () -> RunCsv.of(result),
                () -> RunHtml.of(result));
        if (result.interrupted()) {
            console().note("interrupted: these are the figures until then");
        }
        return result.interrupted() ? Exit.INTERRUPTED : Exit.OK;
    }

    private List<String> lines(RunResult result) {
        List<String> out = new ArrayList<>(demo ? RunDrawing.lines(result) : List.of());
        out.addAll(RunText.lines(result, console().room()));
        if (demo) {
            out.addAll(RunDrawing.conclusion(result));
        }
        return out;
    }

    private String command() {
        return Shell.quoted(
                "dms", spec.commandLine().getParent().getParseResult().originalArgs());
    }

    private RunResult real(Instant date, LoadScript script) {
        List<ApplicationSpec> specs = streams.specs();
        List<String> controllers = new ArrayList<>();
        controllers.add("");
        controllers.addAll(against);
        against.forEach(io.dms.robotics.Controllers::find);
        long mostNanos = duration == null ? Long.MAX_VALUE : duration.toNanos();
        try (BoardMonitor monitor = BoardMonitor.open(MonitorOptions.DEFAULT);
                BoardClocks clocks = permitClocks
                        ? BoardClocks.open(ActuatorOptions.defaults().permit(true), monitor)
                        : null) {
            monitor.start();
            PassRunner runner = new PassRunner(
                    monitor,
                    clocks,
                    script,
                    frames == null ? Long.MAX_VALUE : frames,
                    mostNanos,
                    seed,
                    console()::cancelled);
            return run(console(), command(), date, specs, controllers, runner, monitor);
        }
    }

    /**
     * One pass for each controller.
     *
     * @param controllers names; an empty one leaves each stream its own
     */
    static RunResult run(
            Console console,
            String command,
            Instant date,
            List<ApplicationSpec> specs,
            List<String> controllers,
            PassRunner runner,
            BoardMonitor monitor) {
        List<ApplicationSpec> now = specs;
        List<Pass> passes = new ArrayList<>();
        for (String controller : controllers) {
            List<ApplicationSpec> these = controller.isEmpty()
                    ? now
                    : now.stream().map(s -> s.withController(controller)).toList();
            String name = controller.isEmpty() ? specs.get(0).controller() : controller;
            LiveView view = new LiveView(console, controllers.size() > 1 ? name + "  " : "");
            Pass pass = runner.run(name, these, view);
            passes.add(pass);
            if (console.cancelled()) {
                break;
            }
            now = profiled(now, pass);
        }
        PowerMode mode = monitor.snapshot().powerMode();
        Machine machine = Machine.read(SystemFiles.ofThisMachine());
        return new RunResult(
                command,
                date,
                Version.dms(),
                null,
                null,
                Backends.find(specs.get(0).backend()).describe(),
                machine,
                machine.board(),
                mode == null ? null : mode.name(),
                passes,
                console.cancelled());
    }

    /** The same applications with the profiles of the pass before, so that all passes believe the same. */
    private static List<ApplicationSpec> profiled(List<ApplicationSpec> specs, Pass pass) {
        List<ApplicationSpec> out = new ArrayList<>();
        for (int i = 0; i < specs.size(); i++) {
            out.add(specs.get(i).withProfile(pass.streams().get(i).profile()));
        }
        return out;
    }
}
