package io.dms.monitor.jetson;

import io.dms.monitor.Absence;
import io.dms.monitor.Quantity;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Scope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The clock of the memory controller. On TX2, Xavier and Orin only debugfs tells it, which is for root alone; Thor has it
 * in devfreq.
 */
final class MemoryClock {
    private static final String NAME = "emc.frequency";
    private static final String DEBUG = "/sys/kernel/debug";
    private static final List<String> RATES =
            List.of(DEBUG + "/bpmp/debug/clk/emc/rate", DEBUG + "/clk/override.emc/clk_rate");
    private static final double MOST_HERTZ = 1e11;

    private MemoryClock() {}

    /** Adds the sensor where the board tells the clock, or would tell it to root. */
    static void addTo(SensorList list) {
        for (String rate : RATES) {
            Path file = list.files().path(rate);
            if (Files.isReadable(file)) {
                add(list, file);
                return;
            }
        }
        for (Path folder : list.files().list(list.files().path("/sys/class/devfreq"), "*bwmgr*")) {
            if (Files.isReadable(folder.resolve("cur_freq"))) {
                add(list, folder.resolve("cur_freq"));
                return;
            }
        }
        Path debug = list.files().path(DEBUG);
        if (Files.isDirectory(debug) && !(Files.isReadable(debug) && Files.isExecutable(debug))) {
            int index = list.add(NAME, Quantity.FREQUENCY, Scope.MEMORY, 0, RATES.get(0) + " (for root)");
            list.add(new Forbidden(index));
        }
    }

    private static void add(SensorList list, Path file) {
        list.addFile(NAME, Quantity.FREQUENCY, Scope.MEMORY, file, 1, 0, MOST_HERTZ);
    }

    private record Forbidden(int sensor) implements Probe {
        @Override
        public void sample(SampleSink sink) {
            sink.absent(sensor, Absence.FORBIDDEN);
        }

        @Override
        public void close() {}
    }
}
