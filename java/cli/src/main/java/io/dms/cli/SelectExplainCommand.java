package io.dms.cli;

import io.dms.cli.report.SelectText;
import io.dms.model.UserException;
import io.dms.select.Method;
import io.dms.select.SelectorFile;
import io.dms.select.TrainingData;
import io.dms.select.methods.Methods;
import io.dms.select.nested.NestedExplanation;
import io.dms.select.published.Explanation;
import io.dms.select.sample.Samples;
import io.dms.select.sample.SamplesFile;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dms select explain}: what a selector learned, and how it decides one sample. */
@Command(
        name = "explain",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = "Say what a selector learned, and with --samples and --sample how it decides one of them.")
final class SelectExplainCommand extends DmsCommand {
    @Parameters(paramLabel = "SELECTOR", description = "A file that \"dms select train\" wrote.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(names = "--samples", paramLabel = "FILE", description = "A file that \"dms profile --per-sample\" wrote.")
    private @Nullable Path samples;

    @Option(names = "--sample", paramLabel = "N", description = "Which one, from 0 (default: 0).")
    private @Nullable Integer sample;

    @Option(
            names = "--dial",
            paramLabel = "SETTING",
            description = "The setting, as \"dms select train\" lists them (default: the usual one).")
    private @Nullable String dial;

    SelectExplainCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        if (samples == null && sample != null) {
            throw new UserException("--sample needs the samples it is one of: add --samples FILE");
        }
        SelectorFile selector = SelectorFile.read(file);
        Method.Learned learned = selector.open(Methods.readers());
        int setting = dial == null ? learned.usual() : learned.settings().indexOf(dial);
        if (setting < 0) {
            throw new UserException(
                    file + " has no setting " + dial + "; it has " + String.join(", ", learned.settings()));
        }
        if (samples != null) {
            decision(selector, learned, setting, samples);
            return Exit.OK;
        }
        SelectorFile.Provenance p = selector.provenance();
        console()
                .print(selector.method() + ", learned from " + p.samples() + " samples of " + p.data() + ", "
                        + p.machine() + ", " + p.created() + ", DMS " + p.version() + ", seed " + p.seed());
        console().print("");
        SelectText.candidates(selector.candidates()).forEach(console()::print);
        console().print("");
        NestedExplanation.of(learned).forEach(console()::print);
        Explanation.of(learned).forEach(console()::print);
        console().print("");
        SelectText.settings(learned).forEach(console()::print);
        return Exit.OK;
    }

    private void decision(SelectorFile selector, Method.Learned learned, int setting, Path from) {
        Samples read = SamplesFile.read(from);
        int[] at = selector.match(read.table().candidates());
        for (int c = 0; c < at.length; c++) {
            if (at[c] != c) {
                throw new UserException(from + " has the candidates of " + file
                        + " in another order, as after a profile" + " on another board; train the selector on it");
            }
        }
        int which = sample == null ? 0 : sample;
        if (which < 0 || which >= read.table().samples()) {
            throw new UserException(
                    "--sample must be from 0 to " + (read.table().samples() - 1) + ": " + which);
        }
        List<String> lines = NestedExplanation.of(learned, setting, TrainingData.of(read), which);
        if (lines.isEmpty()) {
            lines = SelectText.played(learned, setting, TrainingData.of(read), which);
        }
        lines.forEach(console()::print);
    }
}
