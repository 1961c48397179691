package io.dms.cli;

import io.dms.cli.catalog.ScheduleRun;
import io.dms.cli.report.Figures;
import io.dms.compiler.data.Datasets;
import io.dms.compiler.data.LabelledImages;
import io.dms.model.UserException;
import io.dms.runtime.Backends;
import io.dms.schedule.Budgets;
import io.dms.schedule.Schedulers;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.CatalogFile;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code dms schedule run}: serves a stream of requests from a catalog, on this machine, in real time. */
@Command(
        name = "run",
        sortOptions = false,
        abbreviateSynopsis = true,
        description =
                "Serve a stream of requests for all tasks of a catalog on this machine, under budgets, in real time."
                        + " Servers are taken for out of reach.")
final class ScheduleRunCommand extends DmsCommand {
    @Parameters(paramLabel = "CATALOG", description = "A file that \"dms catalog build\" wrote.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "Labelled images to serve.")
    @SuppressWarnings("NullAway.Init")
    private Path data;

    @Option(
            names = "--scheduler",
            paramLabel = "NAME",
            defaultValue = "priced",
            description = "Who decides: priced, published or a baseline (default: priced).")
    private String scheduler = "priced";

    @Option(names = "--requests", paramLabel = "N", defaultValue = "300", description = "How many (default: 300).")
    private int requests;

    @Option(
            names = "--rate",
            paramLabel = "PER-SECOND",
            defaultValue = "20",
            description = "Requests per second (default: 20).")
    private double rate;

    @Option(names = "--context", paramLabel = "NAME", description = "A context of the catalog that the stream is in.")
    private @Nullable String context;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = "600MiB",
            converter = Converters.Bytes.class,
            description = "Budget of memory (default: 600MiB).")
    private long memory;

    @Option(names = "--joules", paramLabel = "J", description = "Budget of energy over the run.")
    private @Nullable Double joules;

    @Option(
            names = "--backend",
            paramLabel = "NAME",
            defaultValue = "cpu",
            description = "What runs it (default: cpu).")
    private String backend = "cpu";

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads of a call (default: all).")
    private int threads;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of images and gaps (default: 1).")
    private long seed;

    ScheduleRunCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        if (requests < 1 || !(rate > 0 && rate <= 1e6)) {
            throw new UserException("--requests must be at least 1 and --rate above 0: " + requests + " and " + rate);
        }
        if (!Schedulers.NAMES.contains(scheduler)) {
            throw new UserException(
                    "there is no scheduler " + scheduler + ": choose one of " + String.join(", ", Schedulers.NAMES));
        }
        Catalog catalog = CatalogFile.read(file);
        String wanted = context;
        if (wanted != null
                && catalog.tasks().stream()
                        .flatMap(t -> t.contexts().stream())
                        .noneMatch(c -> c.name().equals(wanted))) {
            throw new UserException(file + " has no context " + wanted);
        }
        int[] size = ScheduleRun.imageSize(catalog);
        LabelledImages images = Datasets.open(data, Datasets.Part.TEST, size[1], size[0]);
        if (!images.labelled()) {
            throw new UserException(images.describe() + " has no labels: give a labelled set");
        }
        Budgets budgets = new Budgets(joules, null, null, memory, Math.max(1, requests / rate));
        ScheduleRun.Result r = ScheduleRun.run(
                catalog,
                budgets,
                scheduler,
                Backends.find(backend),
                threads,
                images,
                requests,
                rate,
                wanted,
                seed,
                console()::cancelled);
        console()
                .print("scheduler  " + r.scheduler() + ", " + r.requests() + " requests at " + Figures.rate(rate)
                        + " per second" + (wanted == null ? "" : ", context " + wanted));
        console()
                .print(String.format(
                        Locale.ROOT,
                        "answered   %d in time, %d late, refused %s",
                        r.answered(),
                        r.late(),
                        r.refused().isEmpty() ? "none" : r.refused().toString()));
        console()
                .print("right      "
                        + (r.judged() == 0
                                ? Figures.UNMEASURED
                                : Figures.percent((double) r.right() / r.judged()) + " of " + r.judged()
                                        + " answers in the data set's classes"));
        console().print("mean       " + Figures.millis(r.meanMillis()) + " ms from arrival to answer");
        console().print("memory     " + Figures.bytes(r.mostBytes()) + " at most, " + r.loads() + " loads");
        r.runs().forEach((id, n) -> console().print("  " + n + "  " + id));
        return console().cancelled() ? Exit.INTERRUPTED : Exit.OK;
    }
}
