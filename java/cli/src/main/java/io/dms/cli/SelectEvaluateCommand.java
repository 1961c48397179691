package io.dms.cli;

import io.dms.cli.report.SelectCsv;
import io.dms.cli.report.SelectHtml;
import io.dms.cli.report.SelectJson;
import io.dms.cli.report.SelectResult;
import io.dms.cli.report.SelectText;
import io.dms.model.UserException;
import io.dms.select.Method;
import io.dms.select.TrainingData;
import io.dms.select.evaluate.Evaluation;
import io.dms.select.evaluate.Report;
import io.dms.select.methods.Methods;
import io.dms.select.sample.Samples;
import io.dms.select.sample.SamplesFile;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dms select evaluate}: judges selectors on samples that they have not learned from. */
@Command(
        name = "evaluate",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Judge ways to select against each candidate alone, random mixes, and the oracle, by cross-validation.",
            "Every sample is judged by a selector that has not learned from it; folds are stretches of the stream. The"
                    + " selectors' own time, and that of the features they read, is counted."
        })
final class SelectEvaluateCommand extends DmsCommand {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(paramLabel = "SAMPLES", description = "A file that \"dms profile --per-sample\" wrote.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(
            names = "--methods",
            split = ",",
            paramLabel = "NAME",
            description = "Which ones (default: nested, and with features of the images published).")
    private @Nullable List<String> names;

    @Option(names = "--folds", paramLabel = "N", defaultValue = "10", description = "Of the samples (default: 10).")
    private int folds;

    @Option(
            names = "--resamples",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Of the bootstrap behind the confidence intervals (default: 1000).")
    private int resamples;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of what is random (default: 1).")
    private long seed;

    @Mixin
    private Outputs outputs = new Outputs();

    SelectEvaluateCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        Instant date = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        if (resamples < 100 || resamples > 100_000) {
            throw new UserException("--resamples must be from 100 to 100000: " + resamples);
        }
        outputs.check(file);
        List<String> wanted = names;
        if (wanted != null) {
            Methods.find(wanted);
        }
        Samples samples = SamplesFile.read(file);
        TrainingData data = TrainingData.of(samples);
        if (wanted == null) {
            wanted = data.image() == null ? List.of("nested") : List.of("nested", "published");
        }
        List<Method> methods = Methods.find(wanted);
        Evaluation evaluation = new Evaluation(data, folds, seed);
        Report report;
        try (Progress progress = console().progress("judging", "folds", (long) folds * methods.size())) {
            int[] done = {0};
            report = evaluation.judge(methods, resamples, (method, fold) -> {
                if (console().cancelled()) {
                    throw new Stages.Cancelled();
                }
                progress.at(++done[0]);
            });
        } catch (Stages.Cancelled e) {
            console().note("interrupted: nothing was judged to its end");
            return Exit.INTERRUPTED;
        }
        SelectResult result = new SelectResult(
                Version.dms(),
                Shell.quoted(
                        "dms",
                        spec.commandLine()
                                .getParent()
                                .getParent()
                                .getParseResult()
                                .originalArgs()),
                date,
                file.toString(),
                samples.origin(),
                data.imageMillis(),
                seed,
                report);
        outputs.write(
                console(),
                SelectText.lines(result, console().room()),
                SelectText.problems(result),
                () -> SelectJson.of(result),
                () -> SelectCsv.of(result),
                () -> SelectHtml.of(result));
        return Exit.OK;
    }
}
