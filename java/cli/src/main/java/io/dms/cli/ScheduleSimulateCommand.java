package io.dms.cli;

import io.dms.cli.report.ScheduleCsv;
import io.dms.cli.report.ScheduleHtml;
import io.dms.cli.report.ScheduleJson;
import io.dms.cli.report.ScheduleResult;
import io.dms.cli.report.ScheduleText;
import io.dms.model.UserException;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.CatalogFile;
import io.dms.schedule.catalog.Dominance;
import io.dms.schedule.sim.Experiments;
import io.dms.schedule.sim.PaperCatalog;
import io.dms.schedule.sim.Tally;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code dms schedule simulate}: days of requests from a seed, served from a catalog by several schedulers. */
@Command(
        name = "simulate",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Play days of requests, made from a seed, to schedulers that choose which variant of a catalog serves each"
                    + " request, where, and what stays loaded. All figures are simulated.",
            "Three experiments, rebuilt from those that MCDNN (MobiSys 2016) published: caching (memory too small for"
                    + " all models), location (device or server, by what sending costs), day (contexts, deadlines, a"
                    + " server that comes and goes). Without --catalog: the figures that its authors published."
        },
        footer = {
            "",
            "Schedulers: priced (ours: accuracy per unit of the scarcest budget), published (MCDNN's heuristic), best"
                    + " and original (one fixed network for each task), server-first, server-only, device-only.",
            "\"accuracy\" is over all requests, where one that was refused or late counts 0; \"served\" is answered in"
                    + " time; J/served has the energy of loading in it."
        })
final class ScheduleSimulateCommand extends DmsCommand {
    private static final List<String> EXPERIMENTS = List.of("caching", "location", "day");

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--catalog", paramLabel = "FILE", description = "A catalog, as dms catalog build writes it.")
    private @Nullable Path catalog;

    @Option(
            names = "--experiment",
            split = ",",
            paramLabel = "NAME",
            description = "caching, location, day (default: all three; with --catalog: day).")
    private @Nullable List<String> experiments;

    @Option(
            names = "--scheduler",
            split = ",",
            paramLabel = "NAME",
            description = "Schedulers to compare (default: those of each experiment).")
    private @Nullable List<String> schedulers;

    @Option(
            names = "--requests",
            paramLabel = "N",
            defaultValue = "36000",
            description = "Requests of a trace; budgets of a day shrink with them (default: 36000).")
    private int requests;

    @Option(
            names = "--traces",
            paramLabel = "N",
            defaultValue = "3",
            description = "Traces of each point of caching and location, from successive seeds (default: 3).")
    private int traces;

    @Option(
            names = "--load-rate",
            split = ",",
            paramLabel = "MB",
            defaultValue = "0,80,160,240,320",
            description = "caching: megabytes that the original networks would load for a request (default:"
                    + " 0,80,160,240,320).")
    private List<Double> loadRates = List.of();

    @Option(
            names = "--send-energy",
            split = ",",
            paramLabel = "J",
            defaultValue = "0.1,0.3,0.5",
            description = "location: joules to send one request (default: 0.1,0.3,0.5); day takes the first.")
    private List<Double> sendJoules = List.of();

    @Option(
            names = "--specialised-share",
            split = ",",
            paramLabel = "S",
            defaultValue = "0.1,0.2,0.3,0.4,0.55",
            description = "location: share of the stream in a context (default: 0.1,0.2,0.3,0.4,0.55).")
    private List<Double> shares = List.of();

    @Option(names = "--memory", paramLabel = "MB", description = "Megabytes of memory (default: 600; day 1600).")
    private @Nullable Double memory;

    @Option(
            names = "--joules",
            paramLabel = "J",
            description = "Energy of a trace (default for 36000 requests: 72000; location 7200).")
    private @Nullable Double joules;

    @Option(
            names = "--dollars",
            paramLabel = "USD",
            description = "Money of a trace (default for 36000 requests: day 0.0667; else no bound).")
    private @Nullable Double dollars;

    @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Of the first trace (default: 1).")
    private long seed;

    @Mixin
    private Outputs outputs = new Outputs();

    ScheduleSimulateCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        Instant date = Instant.now().truncatedTo(ChronoUnit.SECONDS);
        List<String> wanted = experiments != null ? experiments : catalog == null ? EXPERIMENTS : List.of("day");
        for (String e : wanted) {
            if (!EXPERIMENTS.contains(e)) {
                throw new UserException(
                        "there is no experiment \"" + e + "\"; there are " + String.join(", ", EXPERIMENTS));
            }
        }
        check();
        outputs.check(catalog);
        Catalog whole = catalog == null ? PaperCatalog.load() : CatalogFile.read(catalog);
        // The published catalog stays whole: its baselines are networks that others dominate.
        Catalog used = catalog == null ? whole : Dominance.drop(whole).catalog();
        Experiments.Settings settings = new Experiments.Settings(
                requests,
                traces,
                seed,
                memory == null ? null : (Long) (long) (memory * Experiments.MB),
                joules,
                dollars,
                schedulers,
                console()::cancelled);
        long from = System.nanoTime();
        Experiments runs = new Experiments(used, settings);
        List<Experiments.Row> caching =
                wanted.contains("caching") ? note("caching", () -> runs.caching(loadRates)) : List.of();
        List<Experiments.Row> location =
                wanted.contains("location") ? note("location", () -> runs.location(sendJoules, shares)) : List.of();
        List<Tally> day = wanted.contains("day") ? note("day", () -> runs.day(sendJoules.get(0), seed)) : List.of();
        ScheduleResult result = new ScheduleResult(
                Version.dms(),
                Shell.quoted(
                        "dms",
                        spec.commandLine()
                                .getParent()
                                .getParent()
                                .getParseResult()
                                .originalArgs()),
                date,
                catalog == null ? "published with MCDNN (MobiSys 2016)" : catalog.toString(),
                used,
                catalog == null,
                requests,
                traces,
                seed,
                (System.nanoTime() - from) * 1e-9,
                console().cancelled(),
                caching,
                location,
                day,
                wanted.contains("day") ? runs.outages(seed) : List.of());
        outputs.write(
                console(),
                ScheduleText.lines(result, console().room()),
                List.of(),
                () -> ScheduleJson.of(result),
                () -> ScheduleCsv.of(result),
                () -> ScheduleHtml.of(result));
        if (result.interrupted()) {
            console().note("interrupted: these are the figures until then");
        }
        return result.interrupted() ? Exit.INTERRUPTED : Exit.OK;
    }

    /** All figures, before an experiment that takes its time. */
    private void check() {
        between("--memory", memory == null ? List.of() : List.of(memory), 1e9, "MB");
        between("--joules", joules == null ? List.of() : List.of(joules), 1e15, "J");
        between("--dollars", dollars == null ? List.of() : List.of(dollars), 1e15, "USD");
        between("--load-rate", loadRates, 1e9, "MB a request");
        between("--send-energy", sendJoules, 1e9, "J");
        between("--specialised-share", shares, 1, "of the stream");
    }

    private static void between(String option, List<Double> values, double most, String unit) {
        for (double v : values) {
            if (!(v >= 0 && v <= most)) {
                String bound = v > most ? String.format(Locale.ROOT, "at most %.0f", most) : "at least 0";
                throw new UserException(option + " must be " + bound + " " + unit + ", and not " + v);
            }
        }
    }

    private <T> T note(String experiment, java.util.function.Supplier<T> run) {
        console().note("simulating " + experiment + " ...");
        return run.get();
    }
}
