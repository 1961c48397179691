package io.dms.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.backend.tensorrt.cache.BuildProgress;
import io.dms.backend.tensorrt.cache.CachedEngine;
import io.dms.backend.tensorrt.cache.EngineBuilder;
import io.dms.backend.tensorrt.cache.EngineCache;
import io.dms.backend.tensorrt.cache.EngineOptions;
import io.dms.backend.tensorrt.cache.EngineRecord;
import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.backend.tensorrt.cache.ReferenceCheck;
import io.dms.cli.report.EnginesTable;
import io.dms.cli.report.Figures;
import io.dms.cli.report.TextTable;
import io.dms.model.EnvironmentException;
import io.dms.model.ModelCosts;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backends;
import io.dms.runtime.SessionOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.ServiceLoader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dms engines build}: engines of a model's levels, before anybody waits for them. */
@Command(
        name = "build",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Build the TensorRT engine of each width level, so that the first call need not wait for it.",
            "Without MODEL: the bundled ResNet-20 for CIFAR-10."
        },
        footer = {
            "",
            "Engines that are there already are verified and stay. Each fresh one is compared with the cpu backend on"
                    + " a few inputs, and refused where it differs. Ctrl-C ends the build; engines that were finished"
                    + " stay."
        })
final class EnginesBuildCommand extends DmsCommand {
    private static final long SEED = 1;

    private final Supplier<List<EngineBuilder>> builders;

    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "A scalable model, or any ONNX model.")
    private @Nullable Path model;

    @Option(
            names = "--widths",
            paramLabel = "W,...",
            hideParamSyntax = true,
            split = ",",
            description = "Widths to build, as in 1,0.75,0.5 (default: the model's levels).")
    private double @Nullable [] widths;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "1",
            description = "Images per call of the sessions that will use them (default: 1).")
    private int batch;

    @Option(
            names = "--precision",
            paramLabel = "P",
            defaultValue = "fp32",
            description = "Arithmetic: fp32, tf32 or fp16 (default: fp32).")
    private SessionOptions.Precision precision = SessionOptions.Precision.FP32;

    @Option(
            names = "--builder-memory",
            paramLabel = "BYTES",
            converter = Converters.Bytes.class,
            description = "Scratch memory that the builder may use, as in 512MiB (default: what the library wants).")
    private @Nullable Long memory;

    @Option(
            names = "--budget",
            paramLabel = "BYTES",
            converter = Converters.Bytes.class,
            description =
                    "Size that the cache may have; over it those engines go that were not used for the longest time"
                            + " (default: 4GiB).")
    private @Nullable Long budget;

    @Option(
            names = "--input-shape",
            paramLabel = "NAME:SHAPE",
            description = "Shape of an input that the file leaves open, as in input:1x3x224x224. Repeatable.")
    private List<String> inputShapes = new ArrayList<>();

    @Mixin
    private final EnginesOutput output = new EnginesOutput();

    EnginesBuildCommand(Console console) {
        this(
                console,
                () -> ServiceLoader.load(EngineBuilder.class, EnginesBuildCommand.class.getClassLoader()).stream()
                        .map(ServiceLoader.Provider::get)
                        .toList());
    }

    EnginesBuildCommand(Console console, Supplier<List<EngineBuilder>> builders) {
        super(console);
        this.builders = builders;
    }

    /** An engine that is there now, and whether it was built for that. */
    private record Row(EngineRecord record, boolean fresh, boolean kept) {}

    @Override
    public Integer call() {
        output.check();
        SessionOptions options = SessionOptions.DEFAULT.withBatch(batch).withPrecision(precision);
        ScalableModel scalable = ModelInput.scalable(model, inputShapes, "tensorrt");
        List<WidthLevel> levels = ModelInput.levels(scalable, widths);
        if (batch != 1
                && scalable.graph().inputs().stream().anyMatch(v -> !v.shape().hasBatch())) {
            throw new UserException("the model " + scalable.name()
                    + " has a fixed batch: leave out --batch or export the model with an open one");
        }
        EngineBuilder builder = builder();
        List<Row> rows = build(builder, scalable, levels, options);
        output.write(console(), json(builder, rows), lines(rows, console().room()));
        if (rows.size() < levels.size()) {
            console().note("interrupted: " + rows.size() + " of " + levels.size() + " levels are ready");
            return Exit.INTERRUPTED;
        }
        return Exit.OK;
    }

    private EngineBuilder builder() {
        List<String> why = new ArrayList<>();
        for (EngineBuilder b : builders.get()) {
            List<String> refusals = b.refusals();
            if (refusals.isEmpty()) {
                return b;
            }
            why.addAll(refusals);
        }
        throw new EnvironmentException("TensorRT is not available, so no engine can be built: "
                + (why.isEmpty()
                        ? "this build of DMS has no TensorRT backend; use one that has it (docs/gpu.md)"
                        : String.join("; ", why)));
    }

    private List<Row> build(
            EngineBuilder builder, ScalableModel scalable, List<WidthLevel> levels, SessionOptions options) {
        EngineOptions how = builder.options(scalable, options);
        EngineOptions within = memory == null ? how : how.withMemoryLimitBytes(memory);
        BuildProgress progress = new BuildProgress(
                levels.stream().map(WidthLevel::name).toList(),
                l -> ModelCosts.macs(scalable.graphAt(levels.get(l))),
                System::nanoTime,
                console()::cancelled);
        List<Row> rows = new ArrayList<>();
        try (BuildLine line = new BuildLine(console(), progress)) {
            EngineCache cache = new EngineCache(
                    output.folder(), budget == null ? EngineCache.DEFAULT_BUDGET_BYTES : budget, builder, line::note);
            for (int i = 0; i < levels.size() && !console().cancelled(); i++) {
                WidthLevel level = levels.get(i);
                ReferenceCheck check = new ReferenceCheck(Backends.find("cpu"), scalable, level, how, SEED);
                EngineRequest request = EngineRequest.of(scalable, level, within);
                var listener = progress.begin(i);
                line.show();
                try (CachedEngine engine = cache.get(request, check, listener)) {
                    if (engine == null) {
                        break;
                    }
                    rows.add(new Row(engine.record(), engine.fresh(), engine.kept()));
                    progress.end(engine.fresh());
                }
            }
        }
        return rows;
    }

    private static List<String> lines(List<Row> rows, int room) {
        TextTable table = new TextTable("<level", "<precision", "size", "layers", "activations", "build s", "<engine");
        List<String> below = new ArrayList<>();
        for (Row row : rows) {
            EngineRecord r = row.record();
            table.row(
                    r.level(),
                    r.key().fields().getOrDefault("precision", "-"),
                    Figures.bytes(r.planBytes()),
                    r.facts().layers() == null ? "-" : r.facts().layers().toString(),
                    r.facts().activationBytes() == null
                            ? "-"
                            : Figures.bytes(r.facts().activationBytes()),
                    String.format(Locale.ROOT, "%.1f", r.buildMillis() / 1e3),
                    !row.fresh() ? "was there" : row.kept() ? "built" : "built, not kept");
            below.add("level " + r.level() + ": " + r.check());
            if (!r.facts().gpuFallbacks().isEmpty()) {
                int fallen = r.facts().gpuFallbacks().size();
                below.add("level " + r.level() + ": " + fallen + (fallen == 1 ? " layer was" : " layers were")
                        + " meant for the DLA and run on the GPU: "
                        + String.join(", ", r.facts().gpuFallbacks()));
            }
        }
        List<String> lines = new ArrayList<>(table.lines(room));
        lines.add("");
        lines.addAll(below);
        return lines;
    }

    private ObjectNode json(EngineBuilder builder, List<Row> rows) {
        ObjectNode node = output.head();
        node.put("platform", builder.platform().describe());
        node.put("batch", batch);
        ArrayNode engines = node.putArray("engines");
        for (Row row : rows) {
            ObjectNode e = engines.addObject();
            EnginesTable.json(e, row.record());
            e.put("fresh", row.fresh());
            e.put("kept", row.kept());
        }
        return node;
    }
}
