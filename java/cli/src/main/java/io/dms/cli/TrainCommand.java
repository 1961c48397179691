package io.dms.cli;

import io.dms.cli.report.TrainResult;
import io.dms.cli.report.TrainText;
import io.dms.compiler.data.Datasets;
import io.dms.compiler.data.LabelledImages;
import io.dms.compiler.tuning.Tuner;
import io.dms.compiler.tuning.TuningOptions;
import io.dms.model.ChannelGroups;
import io.dms.model.GroupAnalysis;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dms train}: nested fine-tuning of all levels. */
@Command(
        name = "train",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Tune all width levels of a scalable model together on labelled images, on a workstation.",
            "Without MODEL: the bundled ResNet-20 for CIFAR-10."
        },
        footer = {
            "",
            "An interrupted training goes on where it was when the same command is given again. The first use fetches"
                    + " libtorch (100 MB)."
        })
final class TrainCommand extends DmsCommand {
    @Parameters(arity = "0..1", paramLabel = "MODEL", description = "A scalable model, as dms compile writes it.")
    private @Nullable Path model;

    @Option(
            names = "--data",
            converter = Converters.Data.class,
            paramLabel = "DIR",
            required = true,
            description = "Labelled images: a folder of classes, a folder with CIFAR-10, or cifar10 for what \"dms data"
                    + " get cifar10\" fetched.")
    private @Nullable Path data;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Where to write the tuned model (default: NAME.tuned.dms.onnx).")
    private @Nullable Path output;

    @Option(names = "--epochs", paramLabel = "N", defaultValue = "20", description = "Passes (default: 20).")
    private int epochs;

    @Option(
            names = "--batch",
            paramLabel = "N",
            defaultValue = "128",
            description = "Images of one step (default: 128).")
    private int batch;

    @Option(
            names = "--learning-rate",
            paramLabel = "R",
            defaultValue = "0.05",
            description = "At the start; falls to 0 along half a cosine (default: 0.05).")
    private double learningRate;

    @Option(
            names = "--weight-decay",
            paramLabel = "R",
            defaultValue = "1e-4",
            description = "Of convolutions and linear layers (default: 1e-4).")
    private double weightDecay;

    @Option(
            names = "--freeze-full",
            description = "Leave the function at full width exactly as it is: only the normalisation of the narrower"
                    + " levels is trained.")
    private boolean freezeFull;

    @Option(
            names = "--only",
            paramLabel = "WIDTH",
            description =
                    "Train this width alone, from the same start and by the same recipe, and write a network of its"
                            + " own size: what the shared weights are measured against.")
    private @Nullable Double only;

    @Option(
            names = "--teacher",
            paramLabel = "FILE",
            description = "A more accurate network for the same images and classes, scalable or ONNX: the full width"
                    + " learns from what it says besides the labels.")
    private @Nullable Path teacher;

    @Option(
            names = "--random-levels",
            description =
                    "In place of the levels between the full and the narrowest one, train levels of random counts,"
                            + " drawn anew in each step: what \"dms compile --search\" should start from.")
    private boolean randomLevels;

    @Option(
            names = "--precision",
            paramLabel = "P",
            defaultValue = "fp32",
            description =
                    "fp32, or bf16 to multiply in brain floating point: about twice as fast on a processor that has"
                            + " it (avx512_bf16, amx_bf16), slower elsewhere (default: fp32).")
    private TuningOptions.Precision precision = TuningOptions.Precision.FP32;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "0",
            description = "Training images to use (default: all).")
    private int images;

    @Option(
            names = "--test-images",
            paramLabel = "N",
            defaultValue = "0",
            description = "Test images that accuracy is told on after each epoch (default: all).")
    private int testImages;

    @Option(names = "--threads", paramLabel = "N", defaultValue = "0", description = "Threads (default: all cores).")
    private int threads;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of everything random (default: 1).")
    private long seed;

    @Option(
            names = "--checkpoint",
            paramLabel = "FILE",
            description = "Where the state is kept until the end (default: OUTPUT.checkpoint).")
    private @Nullable Path checkpoint;

    @Option(names = "--csv", paramLabel = "FILE", description = "Write loss and accuracy of each epoch and level.")
    private @Nullable Path csv;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Write a report with learning curves, one file; anew after each epoch.")
    private @Nullable Path html;

    @Option(
            names = "--mean",
            paramLabel = "R,G,B",
            hideParamSyntax = true,
            split = ",",
            description = "Mean of each input channel, in units of byte / 255 (default: the model's, or ImageNet's).")
    private float @Nullable [] mean;

    @Option(
            names = "--std",
            paramLabel = "R,G,B",
            hideParamSyntax = true,
            split = ",",
            description = "Standard deviation of each input channel, likewise.")
    private float @Nullable [] std;

    @Spec
    private CommandSpec spec = CommandSpec.create();

    TrainCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        ScalableModel source = prepared(ModelInput.scalable(model, List.of()));
        if (source.levels().size() < 2 && only == null) {
            throw new UserException(source.name() + " has one level only: make a scalable model of it first"
                    + " (dms compile), or train it as it is with --only 1");
        }
        WidthLevel alone = only == null ? null : source.level(ModelInput.checkedWidth(source, only));
        Path target = output == null ? besides(source, alone) : output;
        Path state = checkpoint == null ? Path.of(target + ".checkpoint") : checkpoint;
        Targets.writable(target);
        Targets.writable(state);
        Stream.of(csv, html).filter(Objects::nonNull).forEach(Targets::writable);
        if (model != null) {
            Targets.differ(target, model);
        }
        Path place = place();
        TuningOptions options = new TuningOptions(
                epochs,
                batch,
                learningRate,
                weightDecay,
                threads,
                seed,
                freezeFull,
                precision,
                images,
                testImages,
                state,
                teacher == null ? null : ModelInput.scalable(teacher, List.of()),
                randomLevels);
        Tuner tuner = Tuner.find();
        String trainer = tuner.describe();
        console().note("training " + source.name() + " with " + trainer + ", state in " + state);
        LabelledImages training = open(place, source, Datasets.Part.TRAIN);
        LabelledImages test = open(place, source, Datasets.Part.TEST);
        if (test.describe().equals(training.describe())) {
            console().warn("there is no test set in " + place + ": accuracy is told on the images that are trained on");
        }
        List<WidthLevel> levels = alone == null ? source.levels() : List.of(alone);
        TrainResult empty = new TrainResult(
                source.name(),
                levels.stream().map(WidthLevel::name).toList(),
                List.of(),
                List.of(),
                facts(options, training, test, trainer),
                Shell.quoted(
                        "dms", spec.commandLine().getParent().getParseResult().originalArgs()),
                null);
        LabelledImages tested = test.labelled() ? test : null;
        try (TrainLog log = new TrainLog(console(), empty, csv, html)) {
            ScalableModel tuned = alone == null
                    ? tuner.tune(source, training, tested, options, log)
                    : tuner.tuneAlone(source, alone, training, tested, options, log);
            if (tuned == null) {
                console().note("interrupted: give the same command again to go on");
                return Exit.INTERRUPTED;
            }
            ScalableModelFile.write(tuned, target);
            List<TrainResult.Stage> stages = tested == null
                    ? List.of()
                    : TrainStages.measure(console(), source, levels, tuned, tested, testImages);
            log.update(r -> new TrainResult(
                    r.model(), r.levels(), r.epochs(), stages, r.facts(), r.command(), target.toString()));
            console().print("");
            TrainText.stages(log.result()).forEach(console()::print);
        }
        try {
            Files.deleteIfExists(state);
        } catch (IOException e) {
            console().warn("could not remove " + state + ": " + e.getMessage());
        }
        console().print("wrote " + target);
        return Exit.OK;
    }

    private static Map<String, String> facts(
            TuningOptions options, LabelledImages training, LabelledImages test, String trainer) {
        Map<String, String> out = new LinkedHashMap<>();
        int images = options.limit() == 0 ? training.size() : Math.min(options.limit(), training.size());
        int tested = options.testLimit() == 0 ? test.size() : Math.min(options.testLimit(), test.size());
        out.put("Training", images + " images of " + training.describe());
        out.put("Test", test.labelled() ? tested + " images of " + test.describe() : "none");
        out.put(
                "Recipe",
                options.epochs() + " epochs, batch " + options.batch() + ", learning rate " + options.learningRate()
                        + " along half a cosine, weight decay " + options.weightDecay()
                        + (options.freezeFull() ? ", full width frozen" : ""));
        ScalableModel taught = options.teacher();
        if (taught != null) {
            out.put(
                    "Teacher",
                    taught.name() + ", share " + TuningOptions.TEACHER_SHARE + " of the loss at temperature "
                            + TuningOptions.TEMPERATURE);
        }
        out.put("Seed", Long.toString(options.seed()));
        out.put("Precision", options.precision().name().toLowerCase(Locale.ROOT));
        out.put("Trainer", trainer + ", JDK " + System.getProperty("java.version"));
        return out;
    }

    /** The model with the preprocessing that it is trained with; an ordinary model with its groups. */
    private ScalableModel prepared(ScalableModel read) {
        if ((mean == null) != (std == null)) {
            throw new UserException("--mean and --std go together: give both");
        }
        Preprocessing preprocessing = mean == null || std == null ? read.preprocessing() : new Preprocessing(mean, std);
        if (preprocessing == null) {
            console().warn("mean and std of the input are not given: ImageNet's are assumed");
            preprocessing = Preprocessing.IMAGENET;
        }
        boolean ordinary = read.groups().groups().isEmpty();
        ChannelGroups groups = ordinary ? GroupAnalysis.analyze(read.graph()) : read.groups();
        List<WidthLevel> levels = ordinary ? List.of(WidthLevels.uniform(groups, 1)) : read.levels();
        return new ScalableModel(read.name(), read.graph(), groups, levels, preprocessing, read.provenance());
    }

    private static Path besides(ScalableModel source, @Nullable WidthLevel alone) {
        return Path.of(source.name() + (alone == null ? ".tuned" : "-w" + alone.name() + ".alone") + ".dms.onnx");
    }

    private Path place() {
        Path given = data;
        if (given == null) {
            throw new UserException("give labelled images with --data");
        }
        return given;
    }

    private static LabelledImages open(Path place, ScalableModel source, Datasets.Part part) {
        Shape in = source.graph().inputs().get(0).shape();
        if (in.rank() != 4) {
            throw new UserException(source.name() + " reads no images but " + in + ": it can't be trained on them");
        }
        return Datasets.open(place, part, in.dim(3), in.dim(2));
    }
}
