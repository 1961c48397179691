package io.dms.cli;

import io.dms.cli.bench.BenchOptions;
import io.dms.cli.bench.BenchResult;
import io.dms.cli.bench.Benchmark;
import io.dms.cli.machine.Folders;
import io.dms.cli.machine.Machine;
import io.dms.cli.report.BenchCsv;
import io.dms.cli.report.BenchHtml;
import io.dms.cli.report.BenchJson;
import io.dms.cli.report.BenchTable;
import io.dms.model.ModelCosts;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.PowerMode;
import io.dms.monitor.SystemFiles;
import io.dms.monitor.TotalPower;
import io.dms.monitor.jetson.PowerModes;
import io.dms.runtime.Backend;
import io.dms.runtime.Backends;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.WeightPolicy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dms bench}: the table of width levels. */
@Command(
        name = "bench",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Measure what each width level costs and gives: latency, throughput, memory, accuracy.",
            "Without MODEL: the bundled ResNet-20 for CIFAR-10."
        },
        footer = {
            "",
            "Ratios are this project's time over the other's: below 1 is faster. A dash is a figure that was not"
                    + " measured. Ctrl-C ends the run and prints what was measured until then."
        })
final class BenchCommand extends DmsCommand {
    /** Above this, a person should look for what disturbs the machine. */
    private static final double STEADY_VARIATION = 0.025;

    private static final String ONNX_RUNTIME = "onnxruntime";
    private static final String TRTEXEC = "trtexec";

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "A scalable model, or any ONNX model.")
    private @Nullable Path model;

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

    @Option(
            names = "--weights",
            paramLabel = "POLICY",
            defaultValue = "bank",
            description = "bank: keep each level's packed weights; repack: one buffer, packed anew at each switch"
                    + " (default: bank).")
    private WeightPolicy weights = WeightPolicy.BANK;

    @Option(
            names = "--weight-budget",
            paramLabel = "SIZE",
            converter = Converters.Bytes.class,
            description = "Most packed weights that the bank keeps, as in 64MiB (default: no bound).")
    private @Nullable Long weightBudget;

    @Option(
            names = "--data",
            converter = Converters.Data.class,
            paramLabel = "DIR",
            description =
                    "Labelled images for the accuracy column (default: with the bundled model, what \"dms data get"
                            + " cifar10\" fetched).")
    private @Nullable Path data;

    @Option(
            names = "--accuracy-images",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Most images that accuracy is measured on (default: 10000).")
    private int accuracyImages;

    @Option(names = "--no-accuracy", description = "Leave the accuracy column empty.")
    private boolean noAccuracy;

    @Option(
            names = "--own-model",
            description = "Compare each level with a model of exactly its width, built on its own, called in turn.")
    private boolean ownModel;

    @Option(
            names = "--peer",
            paramLabel = "NAME",
            description = "Run each level's export in another engine, too: onnxruntime; or, with backend tensorrt, each"
                    + " level's engine as NVIDIA's trtexec runs it: trtexec.")
    private List<String> peers = new ArrayList<>();

    @Option(
            names = "--warm",
            paramLabel = "LEVELS",
            defaultValue = "first",
            description =
                    "Levels that are made ready before the first inference, which the time of the start ends with:"
                            + " first or all (default: first).")
    private String warm = "first";

    @Option(
            names = "--warmup",
            paramLabel = "TIME",
            defaultValue = "200ms",
            converter = Converters.Time.class,
            description = "Time that each row runs before anything counts (default: 200ms).")
    private Duration warmup = Duration.ZERO;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            defaultValue = "3s",
            converter = Converters.Time.class,
            description = "Time of counted calls of each row (default: 3s).")
    private Duration duration = Duration.ZERO;

    @Option(
            names = "--iterations",
            paramLabel = "N",
            defaultValue = "10",
            description = "Counted calls of each row, at least (default: 10).")
    private int iterations;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Of input values and the order of turns (default: 1).")
    private long seed;

    @Option(
            names = "--input-shape",
            paramLabel = "NAME:SHAPE",
            description = "Shape of an input that the file leaves open, as in input:1x3x224x224.")
    private List<String> inputShapes = new ArrayList<>();

    @Mixin
    private ComputeOptions compute = new ComputeOptions();

    @Mixin
    private Outputs outputs = new Outputs();

    BenchCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        Instant date = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        checkOptions();
        BenchOptions options = new BenchOptions(
                warmup,
                duration,
                iterations,
                compute.in(
                        new SessionOptions(
                                batch, threads, weights, weightBudget == null ? Long.MAX_VALUE : weightBudget, false),
                        backend),
                seed,
                ownModel,
                peers.contains(ONNX_RUNTIME),
                peers.contains(TRTEXEC),
                warm.equals("all"));
        ScalableModel scalable = ModelInput.scalable(model, inputShapes, backend);
        List<WidthLevel> levels = ModelInput.levels(scalable, widths);
        Backend chosen = Backends.find(backend);
        BenchAccuracy accuracy = new BenchAccuracy(console(), scalable, chosen, options.session(), accuracyImages);
        accuracy.open(noAccuracy ? null : dataFolder(), data != null);
        BenchResult result;
        try (Benchmark bench = new Benchmark(scalable, levels, chosen, options)) {
            bench.prepare();
            Benchmark.Measured measured;
            long seconds = bench.plannedSeconds();
            try (Progress progress = console().progress("measuring", "s", seconds)) {
                measured = bench.measure(console()::cancelled, share -> progress.at(Math.round(share * seconds)));
            }
            BenchResult.Power power;
            List<BenchResult.Level> rows = measured.levels();
            try (BoardMonitor monitor = BoardMonitor.open(MonitorOptions.DEFAULT)) {
                TotalPower total = monitor.total();
                power = total == null
                        ? null
                        : new BenchResult.Power(total.scope().label(), total.rule());
                if (total != null && !console().cancelled()) {
                    monitor.start();
                    try (Progress progress = console().progress("energy", "levels", rows.size())) {
                        rows = bench.measureEnergy(rows, monitor, console()::cancelled, progress::at);
                    }
                }
            }
            rows = accuracy.measure(rows, levels);
            result = result(date, scalable, chosen, bench, measured, rows, power, accuracy.describe());
        }
        outputs.write(
                console(),
                BenchTable.lines(result, console().room()),
                result.warnings(),
                () -> BenchJson.of(result),
                () -> BenchCsv.of(result),
                () -> BenchHtml.of(result));
        hints(result, scalable);
        return result.interrupted() ? Exit.INTERRUPTED : Exit.OK;
    }

    private void checkOptions() {
        for (String peer : peers) {
            if (!peer.equals(ONNX_RUNTIME) && !peer.equals(TRTEXEC)) {
                throw new UserException("there is no peer \"" + peer + "\"; there are: onnxruntime, trtexec");
            }
        }
        if (!warm.equals("all") && !warm.equals("first")) {
            throw new UserException("--warm is all or first, and not \"" + warm + "\"");
        }
        if (accuracyImages < 1) {
            throw new UserException("--accuracy-images must be at least 1: " + accuracyImages);
        }
        outputs.check(model);
    }

    private @Nullable Path dataFolder() {
        if (data != null) {
            return data;
        }
        Path fetched = Folders.data().resolve("cifar10");
        return model == null && Files.isDirectory(fetched) ? fetched : null;
    }

    private BenchResult result(
            Instant date,
            ScalableModel scalable,
            Backend chosen,
            Benchmark bench,
            Benchmark.Measured measured,
            List<BenchResult.Level> rows,
            BenchResult.@Nullable Power power,
            @Nullable String accuracyData) {
        PowerModes modes = PowerModes.read(SystemFiles.ofThisMachine());
        PowerMode mode = modes == null ? null : modes.active();
        return new BenchResult(
                Shell.quoted(
                        "dms", spec.commandLine().getParent().getParseResult().originalArgs()),
                date,
                Version.dms(),
                scalable.name(),
                ModelCosts.macs(scalable.graph()),
                ModelCosts.parameters(scalable.graph()),
                chosen.name(),
                chosen.describe(),
                compute.precision().word(),
                backend.equals("cpu") ? null : compute.launch().word(),
                batch,
                bench.session().options().threads(),
                Machine.read(SystemFiles.ofThisMachine()),
                mode == null ? null : mode.name(),
                power,
                bench.startMillis(),
                rows,
                measured.switches(),
                measured.allocationBytesPerCall(),
                bench.session().weightBytes(),
                bench.separateModelsBytes(),
                bench.session().arenaBytes(),
                accuracyData,
                measured.peers(),
                warnings(measured, rows),
                console().cancelled());
    }

    private static List<String> warnings(Benchmark.Measured measured, List<BenchResult.Level> rows) {
        List<String> out = new ArrayList<>();
        rows.stream()
                .map(BenchResult.Level::energy)
                .filter(e -> e != null && e.absent() != null)
                .findFirst()
                .ifPresent(e -> out.add("energy was not measured: " + e.absent()));
        measured.levels().stream()
                .filter(l -> l.latency().variation() > STEADY_VARIATION)
                .max((a, b) ->
                        Double.compare(a.latency().variation(), b.latency().variation()))
                .ifPresent(l -> out.add(String.format(
                        Locale.ROOT,
                        "latency varied by %.1f %% at width %s (steady is below 2.5 %%): close other programs, or"
                                + " compare p50 alone",
                        100 * l.latency().variation(),
                        l.name())));
        if (measured.clockWarning() != null) {
            out.add(measured.clockWarning());
        }
        return out;
    }

    private void hints(BenchResult result, ScalableModel scalable) {
        if (result.interrupted()) {
            console().note("interrupted: these are the figures until then");
        } else if (result.accuracyData() == null && !noAccuracy && model == null) {
            console()
                    .note("accuracy was not measured: \"dms data get cifar10\" fetches the images (170 MB), then run"
                            + " again");
        } else if (result.accuracyData() == null && !noAccuracy) {
            console().note("accuracy was not measured: give a labelled data set with --data DIR");
        } else if (losesMuch(result) && !scalable.provenance().containsKey("training")) {
            console()
                    .note("the levels of this model are calibrated, not fine-tuned: that is why narrow ones lose so"
                            + " much accuracy");
        }
    }

    private static boolean losesMuch(BenchResult result) {
        DoubleSummaryStatistics top1 = result.levels().stream()
                .map(BenchResult.Level::top1)
                .filter(Objects::nonNull)
                .mapToDouble(Double::doubleValue)
                .summaryStatistics();
        return top1.getCount() > 1 && top1.getMin() < 0.9 * top1.getMax();
    }
}
