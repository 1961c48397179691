package io.dms.cli;

import io.dms.cli.report.TrainHtml;
import io.dms.cli.report.TrainResult;
import io.dms.cli.report.TrainText;
import io.dms.compiler.tuning.TuningListener;
import io.dms.model.AtomicFile;
import io.dms.model.DmsException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Prints a line for each epoch and keeps the files of a training up to date: CSV and HTML are written whole after each
 * epoch, also of those before an interruption, so that no row is lost or there twice.
 */
final class TrainLog implements TuningListener, AutoCloseable {
    private final Console console;
    private final @Nullable Path csv;
    private final @Nullable Path html;
    private final List<Epoch> epochs = new ArrayList<>();
    private TrainResult result;
    private @Nullable Progress progress;

    /** @param empty the result before the first epoch */
    TrainLog(Console console, TrainResult empty, @Nullable Path csv, @Nullable Path html) {
        this.console = console;
        this.result = empty;
        this.csv = csv;
        this.html = html;
        console.print(TrainText.heading(empty.levels()));
    }

    /** What was found until now. */
    TrainResult result() {
        return result;
    }

    /** Takes a further finding in and writes the files anew. */
    void update(UnaryOperator<TrainResult> change) {
        result = change.apply(result);
        write();
    }

    @Override
    public void resumed(List<Epoch> before) {
        before.forEach(e -> console.print(TrainText.line(e, result.levels().size())));
        epochs.addAll(before);
        renew();
    }

    @Override
    public void warning(String sentence) {
        console.warn(sentence);
    }

    @Override
    public void step(long done, long total) {
        Progress p = progress;
        if (p == null) {
            p = console.progress("training", "steps", total);
            progress = p;
        }
        p.at(done);
    }

    @Override
    public void epoch(Epoch e) {
        console.print(TrainText.line(e, result.levels().size()));
        console.out().flush();
        epochs.add(e);
        renew();
    }

    @Override
    public boolean cancelled() {
        return console.cancelled();
    }

    private void renew() {
        update(r -> new TrainResult(
                r.model(), r.levels(), List.copyOf(epochs), r.stages(), r.facts(), r.command(), r.output()));
    }

    private void write() {
        write(csv, TrainText.csv(result.levels(), result.epochs()));
        if (html != null) {
            write(html, TrainHtml.of(result));
        }
    }

    /** A log that can't be written is no reason to lose a training. */
    private void write(@Nullable Path file, String text) {
        if (file == null) {
            return;
        }
        try {
            AtomicFile.write(file, out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
        } catch (DmsException e) {
            console.warn(e.getMessage() + "; the training goes on");
        }
    }

    @Override
    public void close() {
        if (progress != null) {
            progress.close();
        }
    }
}
