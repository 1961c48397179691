package io.dms.monitor.os;

import io.dms.monitor.Absence;
import io.dms.monitor.AsciiScanner;
import io.dms.monitor.Quantity;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.monitor.SensorFile;
import io.dms.monitor.SystemFiles;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Memory in use out of {@code /proc/meminfo}: what is there less what programs can still get, and swap that is not free.
 * How much there is stands in the sensors' origin.
 */
final class Memory implements Part {
    private static final String FILE = "/proc/meminfo";
    private static final double BYTES_PER_KILOBYTE = 1024;

    private final SensorFile file;
    private final AsciiScanner scanner = new AsciiScanner();
    private final List<Sensor> sensors;
    private long total;
    private long available;
    private long swapTotal;
    private long swapFree;

    private Memory(SensorFile file, long total, long swap) {
        this.file = file;
        this.sensors = List.of(sensor("memory", total), sensor("swap", swap));
    }

    private static Sensor sensor(String name, long kilobytes) {
        String origin = String.format(Locale.ROOT, "%s, of %.1f GiB", FILE, kilobytes / 1024.0 / 1024.0);
        return new Sensor(name, Quantity.MEMORY, Scope.MEMORY, 0, origin);
    }

    /** Null where the file is not there. */
    static @Nullable Memory open(SystemFiles files) {
        Memory probe = new Memory(new SensorFile(files.path(FILE), 4096), 0, 0);
        if (!probe.file.read()) {
            return null;
        }
        probe.parse();
        return new Memory(probe.file, Math.max(0, probe.total), Math.max(0, probe.swapTotal));
    }

    @Override
    public List<Sensor> sensors() {
        return sensors;
    }

    @Override
    public void sample(SampleSink sink, int first) {
        if (!file.read()) {
            Absence why = file.absence();
            sink.absent(first, why == null ? Absence.FAILED : why);
            sink.absent(first + 1, why == null ? Absence.FAILED : why);
            return;
        }
        parse();
        used(sink, first, total, available);
        used(sink, first + 1, swapTotal, swapFree);
    }

    private static void used(SampleSink sink, int sensor, long total, long free) {
        if (total < 0 || free < 0) {
            sink.absent(sensor, Absence.GARBAGE);
        } else if (free > total) {
            sink.absent(sensor, Absence.IMPLAUSIBLE);
        } else {
            sink.value(sensor, (total - free) * BYTES_PER_KILOBYTE);
        }
    }

    private void parse() {
        total = -1;
        available = -1;
        swapTotal = -1;
        swapFree = -1;
        scanner.over(file);
        do {
            if (scanner.skip("MemTotal:")) {
                total = scanner.nextLong();
            } else if (scanner.skip("MemAvailable:")) {
                available = scanner.nextLong();
            } else if (scanner.skip("SwapTotal:")) {
                swapTotal = scanner.nextLong();
            } else if (scanner.skip("SwapFree:")) {
                swapFree = scanner.nextLong();
            }
        } while (scanner.nextLine());
    }

    @Override
    public void close() {
        file.close();
    }
}
