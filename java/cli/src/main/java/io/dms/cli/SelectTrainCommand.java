package io.dms.cli;

import io.dms.cli.report.SelectText;
import io.dms.model.UserException;
import io.dms.select.Method;
import io.dms.select.SelectorFile;
import io.dms.select.TrainingData;
import io.dms.select.evaluate.Evaluation;
import io.dms.select.methods.Methods;
import io.dms.select.sample.Samples;
import io.dms.select.sample.SamplesFile;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dms select train}: learns a selector from samples. */
@Command(
        name = "train",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Learn which candidate an input needs, from what every candidate answered to many of them.",
            "It learns from all samples of the file unless --first is given: whether it is any good,"
                    + " \"dms select evaluate\" tells."
        },
        footer = {
            "",
            "nested (ours) starts with a cheap candidate and goes on by calibrated confidence; published is premodel"
                    + " (LCTES 2018), with its alternatives."
        })
final class SelectTrainCommand extends DmsCommand {
    @Parameters(paramLabel = "SAMPLES", description = "A file that \"dms profile --per-sample\" wrote.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(
            names = "--method",
            paramLabel = "NAME",
            defaultValue = "nested",
            description = "nested, published, published-tree, published-bayes, published-svm, published-single,"
                    + " published-optimal, published-radius, published-conformal or published-refusing (default:"
                    + " nested).")
    private String name = "nested";

    @Option(
            names = "--first",
            paramLabel = "N",
            description = "Learn from the first N samples only, so that the others remain to be judged on.")
    private @Nullable Integer first;

    @Option(
            names = "--when-none",
            paramLabel = "POLICY",
            defaultValue = "",
            description =
                    "For the published methods, where no candidate is expected to be right: refuse, cheapest, best,"
                            + " or a candidate's id (default: cheapest).")
    private String whenNone = "";

    @Option(
            names = "--when-unsound",
            paramLabel = "POLICY",
            defaultValue = "",
            description = "For the published methods, where the choice is not trusted: likewise (default: best).")
    private String whenUnsound = "";

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of what is random (default: 1).")
    private long seed;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            defaultValue = "selector.json",
            description = "Where the selector goes (default: selector.json).")
    private Path output = Path.of("selector.json");

    SelectTrainCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        Method method = Methods.find(name, whenNone, whenUnsound);
        Targets.writable(output);
        Targets.differ(output, file);
        Samples samples = SamplesFile.read(file);
        TrainingData data = TrainingData.of(samples);
        int[] rows = Evaluation.all(data);
        if (first != null) {
            if (first < 1 || first > rows.length) {
                throw new UserException("--first must be from 1 to the " + rows.length + " samples: " + first);
            }
            rows = Arrays.copyOf(rows, first);
        }
        console().note("learning from " + rows.length + " samples ...");
        Method.Learned learned = method.learn(data, rows, seed);
        SelectorFile.Provenance from = new SelectorFile.Provenance(
                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
                Version.dms(),
                samples.table().data(),
                rows.length,
                seed,
                samples.origin().machine());
        new SelectorFile(method.name(), from, samples.table().candidates(), learned.json(), output.toString())
                .write(output);
        SelectText.settings(learned).forEach(console()::print);
        console().note("wrote " + output);
        return Exit.OK;
    }
}
