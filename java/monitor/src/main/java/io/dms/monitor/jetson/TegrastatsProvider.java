package io.dms.monitor.jetson;

import io.dms.monitor.MonitorOptions;
import io.dms.monitor.MonitorProvider;
import io.dms.monitor.MonitorSource;
import io.dms.monitor.Quantity;
import io.dms.monitor.SystemFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Opens the source {@code tegrastats}: what NVIDIA's tool prints, for boards whose files tell no power. A second process
 * costs more than files and averages less often, so that it runs only where it is asked for by name or nothing else
 * measures power.
 */
public final class TegrastatsProvider implements MonitorProvider {
    static final String NAME = "tegrastats";

    private static final List<String> PLACES = List.of("/usr/bin/tegrastats", "/home/nvidia/tegrastats");
    private static final long LEAST_INTERVAL_MILLIS = 100;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

    private final Duration patience;
    private final Path ownRoot;

    /** Waits some seconds for the tool's first line. */
    public TegrastatsProvider() {
        this(Duration.ofSeconds(3), Path.of("/"));
    }

    /**
     * For tests.
     *
     * @param patience how long to wait for the first line
     * @param ownRoot the root of which programs are run without being asked for
     */
    TegrastatsProvider(Duration patience, Path ownRoot) {
        this.patience = patience;
        this.ownRoot = ownRoot;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Opening open(MonitorOptions options) {
        try {
            SystemFiles files = new SystemFiles(options.root());
            boolean asked = options.sources().contains(NAME);
            Path tool = find(files);
            if (tool == null) {
                return Opening.refused("there is no " + PLACES.get(0));
            }
            if (!asked && !options.root().equals(ownRoot)) {
                return Opening.refused("a program of another root is not run unless this source is asked for by name");
            }
            if (!asked && filesTellPower(options)) {
                return Opening.refused("the board's files tell the same: ask for this source by name to use it");
            }
            long interval = Math.max(LEAST_INTERVAL_MILLIS, options.interval().toMillis());
            TegrastatsSource source = TegrastatsSource.open(
                    tool, files, options.clock(), interval, patience.plusMillis(interval), FIRST_PAUSE);
            if (source == null) {
                return Opening.refused(tool + " printed nothing that reads as its statistics");
            }
            if (!asked && !measuresPower(source)) {
                source.close();
                return Opening.refused("it tells no power on this board: ask for this source by name to use it");
            }
            return Opening.of(source);
        } catch (RuntimeException e) {
            return Opening.refused("running tegrastats failed: " + e);
        }
    }

    private static @Nullable Path find(SystemFiles files) {
        return PLACES.stream()
                .map(files::path)
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
    }

    private static boolean filesTellPower(MonitorOptions options) {
        try (MonitorSource board = new JetsonProvider().open(options).source()) {
            return board != null && measuresPower(board);
        }
    }

    private static boolean measuresPower(MonitorSource source) {
        return source.sensors().stream().anyMatch(s -> s.quantity() == Quantity.POWER);
    }
}
