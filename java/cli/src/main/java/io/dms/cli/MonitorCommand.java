package io.dms.cli;

import io.dms.cli.monitor.LiveTerminal;
import io.dms.cli.monitor.MetricsServer;
import io.dms.cli.monitor.Moment;
import io.dms.cli.monitor.Paint;
import io.dms.cli.monitor.PlainLine;
import io.dms.cli.monitor.Screen;
import io.dms.cli.monitor.Viewer;
import io.dms.cli.monitor.WatchLoop;
import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.EnergyWindow;
import io.dms.monitor.MonitorEvent;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.SystemFiles;
import io.dms.monitor.recording.Recorder;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code dms monitor}: what the board does now. */
@Command(
        name = "monitor",
        sortOptions = false,
        abbreviateSynopsis = true,
        description = {
            "Show the board as it is now: power, clocks, load, memory, temperatures, throttling, power mode.",
            "On a terminal a live view (q quits), elsewhere a line for each interval."
        },
        footer = {
            "",
            "JSON lines: one of type \"board\" (sources, sensors, refusals), then \"sample\" (total_w, energy_j,"
                    + " gpu_load, gpu_hz, gpu_cap_hz, cpu_load, cpu_hz, hottest_c, throttled, power_mode, and every sensor"
                    + " with unit, value and age_ms) and \"event\" as they come. What is absent is null, with a reason"
                    + " beside it."
        })
final class MonitorCommand extends DmsCommand {
    private static final Duration SAMPLING = Duration.ofMillis(100);

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            defaultValue = "1s",
            converter = Converters.Time.class,
            description =
                    "Time between two lines (default: 1s). The board is asked at least ten times a second, no sensor"
                            + " more often than it has news.")
    private Duration interval = Duration.ofSeconds(1);

    @Option(names = "--count", paramLabel = "N", description = "End after N lines.")
    private @Nullable Long count;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            converter = Converters.Time.class,
            description = "End after this time.")
    private @Nullable Duration duration;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            arity = "0..1",
            fallbackValue = "-",
            description = "One JSON object a line, to FILE or standard output.")
    private @Nullable String json;

    @Option(
            names = "--csv",
            paramLabel = "FILE",
            arity = "0..1",
            fallbackValue = "-",
            description = "Comma-separated values, to FILE or standard output.")
    private @Nullable String csv;

    @Option(
            names = "--serve",
            paramLabel = "[HOST]:PORT",
            description =
                    "Serve Prometheus text at /metrics, as in :9464; on this machine's own address unless HOST says"
                            + " otherwise.")
    private @Nullable String serve;

    @Option(names = "--record", paramLabel = "DIR", description = "Write every sample into DIR, for --replay.")
    private @Nullable Path record;

    @Option(names = "--replay", paramLabel = "DIR", description = "Show what --record wrote, as if it were now.")
    private @Nullable Path replay;

    @Option(
            names = "--source",
            paramLabel = "NAME,...",
            hideParamSyntax = true,
            split = ",",
            description = "Use only these sources, as in os,rapl (default: all that the machine has).")
    private List<String> sources = new ArrayList<>();

    @Option(
            names = "--root",
            paramLabel = "DIR",
            description = "Look at the tree in DIR in place of /, as in a container or a copy of a board's files.")
    private @Nullable Path root;

    private final Queue<MonitorEvent> events = new ConcurrentLinkedQueue<>();
    private final List<PrintWriter> files = new ArrayList<>();

    MonitorCommand(Console console) {
        super(console);
    }

    @Override
    public Integer call() {
        InetSocketAddress address = check();
        try (BoardMonitor monitor = BoardMonitor.open(options())) {
            if (monitor.sources().isEmpty() && replay != null) {
                throw new UserException("--replay: " + monitor.refusals().get("recording"));
            }
            for (String source : sources) {
                String refusal = monitor.refusals().getOrDefault(source, "");
                if (refusal.startsWith(BoardMonitor.NO_SUCH_SOURCE)) {
                    throw new UserException("--source " + source + ": " + refusal);
                }
            }
            if (monitor.sources().isEmpty()) {
                throw new EnvironmentException("nothing to watch here: " + refusals(monitor));
            }
            monitor.addListener(events::add);
            MetricsServer server = address == null ? null : MetricsServer.start(monitor, address);
            try (Recorder recorder = record == null ? null : Recorder.open(monitor, record, Recorder.MOST_BYTES)) {
                if (recorder != null) {
                    recorder.start();
                }
                if (server != null) {
                    console().note("serving " + server.url());
                }
                watch(monitor, server != null);
                if (recorder != null) {
                    recorder.close();
                    String stopped = recorder.stopped();
                    console()
                            .note("recorded " + recorder.samples() + " samples in " + record
                                    + (stopped == null ? "" : "; " + stopped));
                }
            } finally {
                if (server != null) {
                    server.close();
                }
                files.forEach(PrintWriter::close);
            }
        }
        return Exit.OK;
    }

    private @Nullable InetSocketAddress check() {
        if (count != null && count < 1) {
            throw new UserException("--count must be at least 1: " + count);
        }
        if (toStandardOutput(json) && toStandardOutput(csv)) {
            throw new UserException("--json and --csv can't both go to standard output: give one of them a file");
        }
        if (replay != null && (record != null || root != null || !sources.isEmpty())) {
            throw new UserException("--replay goes with none of --record, --root and --source");
        }
        if (root != null && !Files.isDirectory(root)) {
            throw new UserException("--root: there is no folder " + root);
        }
        return serve == null ? null : MetricsServer.address(serve);
    }

    private static boolean toStandardOutput(@Nullable String target) {
        return JsonFile.STANDARD_OUTPUT.equals(target);
    }

    private MonitorOptions options() {
        MonitorOptions options = MonitorOptions.DEFAULT
                .withInterval(interval)
                .withInterval(interval.compareTo(SAMPLING) < 0 ? interval : SAMPLING)
                .withSources(replay == null ? sources : List.of("recording:" + replay));
        return root == null ? options : options.withRoot(root);
    }

    private static String refusals(BoardMonitor monitor) {
        return monitor.refusals().entrySet().stream()
                .filter(e -> !e.getKey().equals("recording"))
                .map(e -> e.getKey() + ": " + e.getValue())
                .collect(Collectors.joining("; "));
    }

    // ---- where it goes ----

    private void watch(BoardMonitor monitor, boolean served) {
        List<Viewer> viewers = new ArrayList<>();
        if (json != null) {
            viewers.add(Viewer.json(open(json), monitor));
        }
        if (csv != null) {
            viewers.add(Viewer.csv(open(csv), monitor, console()));
        }
        boolean free = !toStandardOutput(json) && !toStandardOutput(csv);
        LiveTerminal terminal = free && Boolean.getBoolean("dms.colours")
                ? LiveTerminal.open(console().out())
                : null;
        if (free && terminal == null && !served) {
            viewers.add(Viewer.plain(console()));
        }
        if (terminal == null && monitor.total() == null) {
            console()
                    .note(
                            replay == null
                                    ? "no power sensor on this machine (" + refusals(monitor) + ")"
                                    : "no power sensor in this recording");
        }
        Moment last = null;
        monitor.start();
        try (EnergyWindow energy = monitor.energy()) {
            WatchLoop loop = new WatchLoop(monitor, energy, events, console(), limits());
            if (terminal == null) {
                last = loop.run(viewers);
            } else {
                boolean colours = System.getenv("NO_COLOR") == null
                        || String.valueOf(System.getenv("NO_COLOR")).isEmpty();
                Screen screen = new Screen(
                        new Paint(colours), new SystemFiles(monitor.options().root()));
                viewers.add(0, Viewer.live(terminal, screen));
                try (terminal) {
                    last = loop.run(viewers, terminal, screen);
                }
            }
        }
        if (terminal != null && last != null) {
            console().print(PlainLine.of(last));
        }
    }

    private WatchLoop.Limits limits() {
        return new WatchLoop.Limits(
                interval,
                count == null ? Long.MAX_VALUE : count,
                duration == null ? Long.MAX_VALUE : duration.toNanos(),
                replay != null);
    }

    private PrintWriter open(String target) {
        if (toStandardOutput(target)) {
            return console().out();
        }
        Targets.writable(Path.of(target));
        try {
            PrintWriter writer =
                    new PrintWriter(Files.newBufferedWriter(Path.of(target), StandardCharsets.UTF_8), true);
            files.add(writer);
            return writer;
        } catch (IOException e) {
            throw new EnvironmentException("can't write " + target + ": " + e.getMessage(), e);
        }
    }
}
