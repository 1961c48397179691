package io.dms.monitor.jetson;

import io.dms.monitor.MonitorOptions;
import io.dms.monitor.MonitorProvider;
import io.dms.monitor.SensorFile;
import io.dms.monitor.SystemFiles;
import java.nio.file.Path;
import java.util.function.Function;

/** Opens the source {@code jetson}: power rails, clocks, load, temperatures, throttling and power mode of a Jetson. */
public final class JetsonProvider implements MonitorProvider {
    static final String NAME = "jetson";

    private final Function<Path, SensorFile> opener;

    /** Reads the files themselves. */
    public JetsonProvider() {
        this(SensorFile::new);
    }

    /** Reads files through readers of the caller's: tests put devices that fail behind them. */
    JetsonProvider(Function<Path, SensorFile> opener) {
        this.opener = opener;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Opening open(MonitorOptions options) {
        try {
            SystemFiles files = new SystemFiles(options.root());
            JetsonBoard board = JetsonBoard.read(files);
            if (board == null) {
                return Opening.refused(
                        "this is no Jetson: its device tree names no Tegra and there is no" + " /etc/nv_tegra_release");
            }
            JetsonSource source = JetsonSource.open(new SensorList(files, opener), board);
            if (source.sensors().isEmpty()) {
                return Opening.refused(board.name() + " shows no sensors: in a container, mount /sys into it");
            }
            return Opening.of(source);
        } catch (RuntimeException e) {
            return Opening.refused("exploring the board failed: " + e);
        }
    }
}
