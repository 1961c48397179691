package io.dms.cli;

import io.dms.cli.catalog.RemoteWay;
import io.dms.cli.catalog.RunAccount;
import io.dms.cli.catalog.ScheduleRun;
import io.dms.cli.report.ScheduleRunCsv;
import io.dms.cli.report.ScheduleRunHtml;
import io.dms.cli.report.ScheduleRunJson;
import io.dms.cli.report.ScheduleRunResult;
import io.dms.cli.report.ScheduleRunText;
import io.dms.compiler.data.Datasets;
import io.dms.compiler.data.LabelledImages;
import io.dms.model.UserException;
import io.dms.runtime.Backends;
import io.dms.schedule.Budgets;
import io.dms.schedule.Schedulers;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.CatalogFile;
import io.dms.schedule.catalog.Kind;
import io.dms.serve.AccessToken;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code dms schedule run}: serves a stream of requests from a catalog, on this machine, in real time. */
@Command(
        name = "run",
        sortOptions = false,
        abbreviateSynopsis = true,
        description =
                "Serve a stream of requests for all tasks of a catalog on this machine and its servers, under budgets,"
                        + " in real time. Where a server is lost, the variant's fallback answers on the device.")
final class ScheduleRunCommand extends DmsCommand {
    @Parameters(paramLabel = "CATALOG", description = "A file that \"dms catalog build\" wrote.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(
            names = "--data",
            converter = Converters.Data.class,
            required = true,
            paramLabel = "DIR",
            description = "Labelled images to serve.")
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
            names = "--tell-context",
            description =
                    "Tell the scheduler of the --context, in place of the on-line rule that finds out what classes the"
                            + " stream shows, and trains and enters specialised heads for them.")
    private boolean tellContext;

    @Option(
            names = "--memory",
            paramLabel = "SIZE",
            defaultValue = "600MiB",
            converter = Converters.Bytes.class,
            description = "Budget of memory (default: 600MiB).")
    private long memory;

    @Option(names = "--joules", paramLabel = "J", description = "Budget of energy over the run.")
    private @Nullable Double joules;

    @Option(names = "--dollars", paramLabel = "USD", description = "Budget of money over the run.")
    private @Nullable Double dollars;

    @Option(
            names = "--server",
            paramLabel = "URL",
            description =
                    "Server of all remote and split variants, grpc://HOST:PORT or http://HOST:PORT, grpcs or https"
                            + " with TLS (default: as the catalog says).")
    private @Nullable String server;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "The access token that servers want to see, in a file that only its owner may read.")
    private @Nullable Path tokenFile;

    @Option(
            names = "--trust",
            paramLabel = "FILE",
            description = "Certificates of servers to trust, PEM (default: those of the JDK).")
    private @Nullable Path trust;

    @Option(
            names = "--send-joules",
            paramLabel = "J",
            defaultValue = "0",
            description = "What sending one request takes of this device's energy (default: 0).")
    private double sendJoules;

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

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Mixin
    private Outputs outputs = new Outputs();

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
        if (!(sendJoules >= 0 && sendJoules < 1e9)) {
            throw new UserException("--send-joules must be at least 0: " + sendJoules);
        }
        outputs.check(file);
        Instant date = Instant.now().truncatedTo(ChronoUnit.SECONDS);
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
        Budgets budgets = new Budgets(joules, null, dollars, memory, Math.max(1, requests / rate));
        boolean special = catalog.variants().stream().anyMatch(v -> v.kind() == Kind.SPECIALISED);
        LabelledImages training =
                special && !tellContext ? Datasets.open(data, Datasets.Part.TRAIN, size[1], size[0]) : null;
        RunAccount account;
        try (Stages stages = new Stages(console())) {
            account = ScheduleRun.run(
                    catalog,
                    budgets,
                    Backends.find(backend),
                    images,
                    training,
                    new ScheduleRun.Wish(scheduler, threads, requests, rate, wanted, tellContext, seed),
                    new RemoteWay(server, tokenFile == null ? null : AccessToken.read(tokenFile), trust, sendJoules),
                    stages::at,
                    console()::cancelled);
        } catch (Stages.Cancelled e) {
            console().note("interrupted before the first request");
            return Exit.INTERRUPTED;
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Catalog", file.toString());
        facts.put("Images", images.describe());
        facts.put("Backend", backend);
        facts.put("Seed", Long.toString(seed));
        ScheduleRunResult r = new ScheduleRunResult(
                Version.dms(),
                Shell.quoted(
                        "dms",
                        spec.commandLine()
                                .getParent()
                                .getParent()
                                .getParseResult()
                                .originalArgs()),
                date,
                String.valueOf(file.getFileName()),
                rate,
                wanted,
                seed,
                console().cancelled(),
                facts,
                account);
        outputs.write(
                console(),
                ScheduleRunText.lines(account, rate, wanted, console().room()),
                account.notes(),
                () -> ScheduleRunJson.of(r),
                () -> ScheduleRunCsv.of(account),
                () -> ScheduleRunHtml.of(r));
        return r.interrupted() ? Exit.INTERRUPTED : Exit.OK;
    }
}
