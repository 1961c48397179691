package io.dms.monitor.os;

import io.dms.monitor.Absence;
import io.dms.monitor.AsciiScanner;
import io.dms.monitor.Quantity;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.monitor.SensorFile;
import io.dms.monitor.SystemFiles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Share of time that the cores were busy between two reads of {@code /proc/stat}: {@code cpu} for all of them, then each.
 * Waiting for a disk is idle. The kernel counts in ticks of some ten milliseconds, so that reads closer together repeat
 * the value before.
 */
final class CpuLoad implements Part {
    private static final String FILE = "/proc/stat";
    private static final int CAPACITY = 8192;
    private static final int MOST_CORES = 64;
    private static final int COLUMNS = 8;
    private static final int IDLE = 3;
    private static final int WAITING = 4;

    private final SensorFile file;
    private final AsciiScanner scanner = new AsciiScanner();
    private final List<Sensor> sensors = new ArrayList<>();
    private final int[] rowOfCore = new int[MOST_CORES];
    private final long[] busy;
    private final long[] all;
    private final double[] share;
    private final @Nullable Absence[] why;

    private CpuLoad(SensorFile file, List<Integer> cores) {
        this.file = file;
        Arrays.fill(rowOfCore, -1);
        sensors.add(sensor("cpu"));
        for (int core : cores) {
            rowOfCore[core] = sensors.size();
            sensors.add(sensor("cpu" + core));
        }
        busy = new long[sensors.size()];
        all = new long[sensors.size()];
        share = new double[sensors.size()];
        why = new @Nullable Absence[sensors.size()];
        forget();
    }

    private static Sensor sensor(String name) {
        return new Sensor(name, Quantity.LOAD, Scope.CPU, 0, FILE);
    }

    /** The cores that are there now, at most the first {@value #MOST_CORES}; null where the file does not tell. */
    static @Nullable CpuLoad open(SystemFiles files) {
        SensorFile file = new SensorFile(files.path(FILE), CAPACITY);
        List<Integer> cores = new ArrayList<>();
        boolean whole = false;
        if (file.read()) {
            AsciiScanner scanner = new AsciiScanner().over(file);
            do {
                if (scanner.skip("cpu")) {
                    if (scanner.skip(" ")) {
                        whole = true;
                    } else {
                        long core = scanner.nextLong();
                        if (core >= 0 && core < MOST_CORES && !cores.contains((int) core)) {
                            cores.add((int) core);
                        }
                    }
                }
            } while (scanner.nextLine());
        }
        if (!whole) {
            file.close();
            return null;
        }
        return new CpuLoad(file, cores);
    }

    @Override
    public List<Sensor> sensors() {
        return sensors;
    }

    @Override
    public void sample(SampleSink sink, int first) {
        if (file.read()) {
            // The kernel leaves out cores that are off.
            Arrays.fill(why, Absence.OFFLINE);
            parse();
        } else {
            Arrays.fill(why, file.absence());
        }
        for (int i = 0; i < why.length; i++) {
            Absence reason = why[i];
            if (reason == null) {
                sink.value(first + i, share[i]);
            } else {
                sink.absent(first + i, reason);
            }
        }
    }

    private void parse() {
        scanner.over(file);
        do {
            if (!scanner.skip("cpu")) {
                // The lines of the cores come first and together.
                return;
            }
            int row = 0;
            if (!scanner.skip(" ")) {
                long core = scanner.nextLong();
                row = core >= 0 && core < MOST_CORES ? rowOfCore[(int) core] : -1;
            }
            if (row >= 0) {
                row(row);
            }
        } while (scanner.nextLine());
    }

    private void row(int i) {
        long sum = 0;
        long idle = 0;
        for (int column = 0; column < COLUMNS; column++) {
            long ticks = scanner.nextLong();
            if (ticks < 0) {
                // Old kernels have fewer columns; the first four are always there.
                if (column <= IDLE) {
                    why[i] = Absence.GARBAGE;
                    all[i] = -1;
                    return;
                }
                break;
            }
            sum += ticks;
            idle += column == IDLE || column == WAITING ? ticks : 0;
        }
        long before = all[i];
        long more = sum - before;
        if (before < 0 || more < 0) {
            why[i] = Absence.ONE_SAMPLE;
            share[i] = Double.NaN;
        } else if (more > 0) {
            share[i] = Math.min(1, Math.max(0, (double) (sum - idle - busy[i]) / more));
            why[i] = null;
        } else {
            why[i] = Double.isNaN(share[i]) ? Absence.ONE_SAMPLE : null;
            return;
        }
        all[i] = sum;
        busy[i] = sum - idle;
    }

    private void forget() {
        Arrays.fill(all, -1);
        Arrays.fill(share, Double.NaN);
        Arrays.fill(why, Absence.ONE_SAMPLE);
    }

    @Override
    public void close() {
        file.close();
    }
}
