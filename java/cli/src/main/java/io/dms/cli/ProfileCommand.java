package io.dms.cli;

import io.dms.cli.report.ProfileTable;
import io.dms.compiler.Accuracy;
import io.dms.model.Profile;
import io.dms.model.ProfileFile;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.PowerMode;
import io.dms.monitor.SystemFiles;
import io.dms.robotics.ProfileOptions;
import io.dms.robotics.Profiler;
import io.dms.robotics.ThisBoard;
import io.dms.runtime.Backend;
import io.dms.runtime.Backends;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dms profile}: what each level costs and gives on this board, as a file. */
@Command(
        name = "profile",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Measure every width level on this board and power mode, and write the profile that \"dms run\" and the"
                    + " Java API keep goals by.",
            "Without MODEL: the bundled ResNet-20 for CIFAR-10.",
            "With --per-sample: let every level of one or several models answer labelled images one by one, and write"
                    + " class, certainty and time of each answer: what \"dms select\" learns from."
        },
        footer = {
            "",
            "Latency is of calls in steady state, levels taking turns. A dash is a figure that was not measured: energy"
                    + " needs a power sensor, accuracy needs --data. A profile holds for the batch and the threads that"
                    + " it was measured with."
        })
final class ProfileCommand extends DmsCommand {
    static final Duration ENERGY_TIME = Duration.ofSeconds(2);

    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "A scalable model.")
    private @Nullable Path model;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write (default: the model's name with .profile.json, in this folder).")
    private @Nullable Path output;

    @Option(
            names = "--widths",
            paramLabel = "W,...",
            hideParamSyntax = true,
            split = ",",
            description = "Widths to measure, as in 1,0.75,0.5 (default: the model's levels).")
    private double @Nullable [] widths;

    @Option(names = "--batch", paramLabel = "N", defaultValue = "1", description = "Images per call (default: 1).")
    private int batch;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads inside one call (default: all cores).")
    private int threads;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "What runs it (default: cpu).")
    private String backend = "cpu";

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    @Option(
            names = "--gpu-clocks",
            paramLabel = "MHZ,...",
            hideParamSyntax = true,
            split = ",",
            description =
                    "Measure at these clocks of the GPU, too, each pinned in turn and put back at the end: all, or"
                            + " some that the board offers. Needs the right to set clocks. With such a profile a run may"
                            + " choose the clock (--permit-clocks).")
    private List<String> gpuClocks = new ArrayList<>();

    @Option(
            names = "--data",
            converter = Converters.Data.class,
            paramLabel = "DIR",
            description = "Labelled images that accuracy is measured on: a folder, or cifar10.")
    private @Nullable Path data;

    @Option(
            names = "--accuracy-images",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Most images that accuracy is measured on (default: 10000).")
    private int accuracyImages;

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "200ms",
            converter = Converters.Time.class,
            description = "Time that each level runs before anything counts (default: 200ms).")
    private Duration warmup = Duration.ZERO;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "3s",
            converter = Converters.Time.class,
            description = "Time of counted calls of each level (default: 3s).")
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            defaultValue = "662",
            description = "Counted calls of each level, at least; a p99 needs 662 (default: 662).")
    private int iterations;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of input values and the order of turns (default: 1).")
    private long seed;

    @Mixin
    private final ProfileSamples samples = new ProfileSamples();

    ProfileCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        if (accuracyImages < 1) {
            throw new UserException("--accuracy-images must be at least 1: " + accuracyImages);
        }
        if (samples.wanted()) {
            if (batch != 1 || !gpuClocks.isEmpty()) {
                throw new UserException(
                        "--per-sample asks one image at a time at the clocks as they are: leave out --batch"
                                + " and --gpu-clocks");
            }
            if (compute.given()) {
                throw new UserException("--per-sample runs in single precision: leave out --precision and --mode");
            }
            return samples.run(console(), model, output, data, Backends.find(backend), threads, widths, seed, warmup);
        }
        ScalableModel scalable = ModelInput.scalable(model, List.of(), backend);
        Path target = output == null ? Path.of(scalable.name() + ".profile.json") : output;
        Targets.writable(target);
        if (model != null) {
            Targets.differ(target, model);
        }
        List<WidthLevel> levels = ModelInput.levels(scalable, widths);
        Backend chosen = Backends.find(backend);
        SessionOptions options =
                compute.in(SessionOptions.DEFAULT.withBatch(batch).withThreads(threads), chosen.name());
        BenchAccuracy accuracy = new BenchAccuracy(console(), scalable, chosen, options, accuracyImages);
        accuracy.open(data, true);
        Profile profile = measure(scalable, levels, chosen, options, accuracy);
        if (profile == null) {
            console().note("interrupted: nothing was written");
            return Exit.INTERRUPTED;
        }
        ProfileTable.lines(profile, console().room()).forEach(console()::print);
        ProfileFile.write(profile, target);
        console().print("wrote " + target);
        return Exit.OK;
    }

    private @Nullable Profile measure(
            ScalableModel scalable,
            List<WidthLevel> levels,
            Backend chosen,
            SessionOptions options,
            BenchAccuracy accuracy) {
        ProfileOptions how = new ProfileOptions(warmup, duration, iterations, seed);
        try (BoardMonitor monitor = BoardMonitor.open(MonitorOptions.DEFAULT);
                Session session = chosen.open(scalable, options)) {
            monitor.start();
            if (!gpuClocks.isEmpty()) {
                ProfileClocks.check(monitor, gpuClocks);
            }
            Profiler profiler = new Profiler(session, levels, how);
            latencies(console(), profiler, "measuring", levels.size(), duration);
            if (console().cancelled()) {
                return null;
            }
            ProfileEnergy energy = new ProfileEnergy(console(), monitor);
            Double idle = energy.measure(profiler, levels.size(), batch, ENERGY_TIME);
            if (console().cancelled()) {
                return null;
            }
            List<@Nullable Double> top1 = new ArrayList<>();
            for (Accuracy a : accuracy.accuracies(levels)) {
                top1.add(a == null ? null : a.top1());
            }
            if (console().cancelled()) {
                return null;
            }
            PowerMode mode = monitor.snapshot().powerMode();
            Profile.Board board = board(chosen, mode);
            Profile found = profiler.profile(chosen.name(), board, idle, top1);
            if (gpuClocks.isEmpty()) {
                return found;
            }
            List<Profile.Point> points =
                    new ProfileClocks(console(), monitor, how).measure(gpuClocks, session, levels, board, top1);
            return points == null ? null : found.withMore(points);
        }
    }

    /** Measures all levels and shows how far it is. */
    static void latencies(Console console, Profiler profiler, String what, int levels, Duration each) {
        long seconds = Math.max(1, levels * each.toMillis() / 1000);
        try (Progress progress = console.progress(what, "s", seconds)) {
            profiler.latencies(console::cancelled, share -> progress.at(Math.round(share * seconds)));
        }
    }

    static Profile.Board board(Backend chosen, @Nullable PowerMode mode) {
        Profile.Board read = ThisBoard.read(SystemFiles.ofThisMachine(), chosen, mode == null ? null : mode.name());
        Map<String, String> versions = new LinkedHashMap<>(read.versions());
        versions.put("dms", Version.dms());
        return new Profile.Board(read.name(), read.powerMode(), versions);
    }
}
