package io.dms.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.cli.report.CompileReports;
import io.dms.compiler.CompileOptions;
import io.dms.compiler.CompileReport;
import io.dms.compiler.CompileResult;
import io.dms.compiler.Compiler;
import io.dms.compiler.SearchOptions;
import io.dms.compiler.SourceNetwork;
import io.dms.compiler.data.Datasets;
import io.dms.compiler.data.LabelledImages;
import io.dms.model.Graph;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.model.onnx.ImportOptions;
import io.dms.runtime.Backends;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dms compile}: a trained network becomes a scalable model. */
@Command(
        name = "compile",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Make a scalable model of a trained network.",
            "Finds channel groups, ranks and orders their channels, chooses width levels, and calibrates each level's"
                    + " normalisation."
        },
        footer = {"", "The result is a valid ONNX file; \"dms export\" writes one level as an ordinary model."})
final class CompileCommand extends DmsCommand {
    @Parameters(
            paramLabel = "MODEL.onnx",
            description = "A trained CNN, opset 7 to 21; with --search also a scalable model, whose order is kept.")
    private @Nullable Path model;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write it (default: MODEL.dms.onnx beside the model).")
    private @Nullable Path output;

    @Option(
            names = "--widths",
            paramLabel = "W,...",
            hideParamSyntax = true,
            split = ",",
            defaultValue = "1,0.75,0.5,0.25",
            description = "Widths of the levels (default: 1,0.75,0.5,0.25).")
    private List<Double> widths = new ArrayList<>();

    @Option(
            names = "--criterion",
            paramLabel = "NAME",
            description =
                    "Importance of a channel: contribution, l2, l1, bn-scale, fpgm or random; taylor or taylor-weights"
                            + " by gradients, which need labels and libtorch (default: contribution with --data, else"
                            + " l2).")
    private @Nullable String criterion;

    @Option(
            names = "--importance-batches",
            paramLabel = "N",
            defaultValue = "50",
            description = "Most batches of 64 images that taylor takes gradients of (default: 50).")
    private int importanceBatches;

    @Option(
            names = "--data",
            converter = Converters.Data.class,
            paramLabel = "DIR",
            description =
                    "Images for calibration, and where they have labels for accuracy: a folder, or cifar10 (default:"
                            + " data-free).")
    private @Nullable Path data;

    @Option(
            names = "--calibration-images",
            paramLabel = "N",
            defaultValue = "4000",
            description = "Most images used for calibration (default: 4000).")
    private int calibrationImages;

    @Option(
            names = "--accuracy-images",
            paramLabel = "N",
            defaultValue = "10000",
            description = "Most images that accuracy is measured on, 0 for not at all (default: 10000).")
    private int accuracyImages;

    @Option(
            names = "--search",
            description =
                    "Search levels that give each group its own number of channels: as fast as the uniform level of"
                            + " that width, measured here, and nearer to full width.")
    private boolean search;

    @Option(
            names = "--budgets",
            paramLabel = "MS,...",
            hideParamSyntax = true,
            split = ",",
            description = "With --search: milliseconds of one image for each level below full width, widest first"
                    + " (default: what the uniform levels take).")
    private List<Double> budgets = new ArrayList<>();

    @Option(
            names = "--search-images",
            paramLabel = "N",
            defaultValue = "256",
            description = "With --search: most images that a cut's loss is measured on (default: 256).")
    private int searchImages;

    @Option(
            names = "--search-threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "With --search: threads of the calls that are timed (default: all cores).")
    private int searchThreads;

    @Option(
            names = "--mean",
            paramLabel = "R,G,B",
            hideParamSyntax = true,
            split = ",",
            description = "Mean of each input channel, in units of byte / 255 (default: ImageNet's).")
    private float @Nullable [] mean;

    @Option(
            names = "--std",
            paramLabel = "R,G,B",
            hideParamSyntax = true,
            split = ",",
            description = "Standard deviation of each input channel, in units of byte / 255 (default: ImageNet's).")
    private float @Nullable [] std;

    @Option(
            names = "--input-shape",
            paramLabel = "NAME:SHAPE",
            description = "Shape of an input that the file leaves open, as in input:1x3x224x224. Repeatable.")
    private List<String> inputShapes = new ArrayList<>();

    @Option(
            names = "--round-to",
            paramLabel = "N",
            defaultValue = "8",
            description = "Channel counts are multiples of this (default: 8).")
    private int roundTo;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "0", description = "Of all random draws (default: 0).")
    private long seed;

    @Option(names = "--name", paramLabel = "NAME", description = "Name of the model (default: the file's).")
    private @Nullable String name;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "What runs the network meanwhile (default: cpu).")
    private String backend = "cpu";

    @Option(names = "--json", paramLabel = "FILE", description = "Write the report as JSON; \"-\" for standard output.")
    private @Nullable String json;

    CompileCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        Path source = model;
        if (source == null) {
            throw new UserException("give the model to compile");
        }
        Path target = output == null ? besides(source) : output;
        Targets.writable(target);
        Targets.differ(target, source);
        if (json != null && !json.equals(JsonFile.STANDARD_OUTPUT)) {
            Targets.writable(Path.of(json));
            Targets.differ(Path.of(json), source);
        }
        if (name != null && name.isBlank()) {
            throw new UserException("--name is empty: give the model a name, or leave it out for the file's");
        }
        CompileOptions options = new CompileOptions(
                criterion,
                widths,
                calibrationImages,
                accuracyImages,
                seed,
                preprocessing(),
                roundTo,
                name == null ? ModelInput.stem(source) : name,
                importanceBatches,
                searchOptions());
        CompileResult result;
        try (Stages stages = new Stages(console())) {
            result = compiled(source, options, new Compiler(Backends.find(backend), stages::at));
        } catch (Stages.Cancelled e) {
            console().note("interrupted: nothing was written");
            return Exit.INTERRUPTED;
        }
        ScalableModelFile.write(result.model(), target);
        report(result.report(), target);
        return Exit.OK;
    }

    private CompileResult compiled(Path source, CompileOptions options, Compiler compiler) {
        ImportOptions shapes = ModelInput.options(source, inputShapes);
        ScalableModel ordered = options.search() == null ? null : ScalableModelFile.readAny(source, shapes);
        if (ordered != null && !ordered.groups().groups().isEmpty()) {
            return compiler.search(
                    ordered,
                    name == null ? options.withName(null) : options,
                    images(ordered.graph(), Datasets.Part.TRAIN),
                    labelled(ordered.graph()));
        }
        SourceNetwork network = SourceNetwork.read(source, shapes);
        return compiler.compile(
                network, options, images(network.graph(), Datasets.Part.TRAIN), labelled(network.graph()));
    }

    private @Nullable LabelledImages labelled(Graph graph) {
        LabelledImages test = images(graph, Datasets.Part.TEST);
        return test != null && test.labelled() ? test : null;
    }

    private @Nullable LabelledImages images(Graph graph, Datasets.Part part) {
        return data == null ? null : open(data, graph, part);
    }

    private @Nullable SearchOptions searchOptions() {
        if (!search && !budgets.isEmpty()) {
            throw new UserException("--budgets is for searched levels: give --search, too");
        }
        return search ? new SearchOptions(searchImages, budgets, searchThreads) : null;
    }

    private void report(CompileReport report, Path target) {
        report.warnings().forEach(console()::warn);
        if (json != null) {
            ObjectNode node = CompileReports.json(report);
            node.put("schema", 1);
            node.put("tool", "dms");
            node.put("version", Version.dms());
            node.put("output", target.toString());
            JsonFile.write(console(), json, node);
        }
        if (!JsonFile.STANDARD_OUTPUT.equals(json)) {
            CompileReports.lines(report).forEach(console()::print);
            console().print("");
            console().print("wrote " + target);
        }
        console().note("next: dms bench " + Shell.quoted(target.toString(), List.of()));
    }

    private @Nullable Preprocessing preprocessing() {
        if (mean == null && std == null) {
            return null;
        }
        if (mean == null || std == null) {
            throw new UserException("--mean and --std go together: give both");
        }
        return new Preprocessing(mean, std);
    }

    private static LabelledImages open(Path data, Graph graph, Datasets.Part part) {
        Shape input = graph.inputs().get(0).shape();
        if (input.rank() != 4) {
            throw new UserException("the network takes no images (input " + input + "): leave out --data");
        }
        return Datasets.open(data, part, input.dim(3), input.dim(2));
    }

    private static Path besides(Path source) {
        return source.resolveSibling(ModelInput.stem(source) + ".dms.onnx");
    }
}
