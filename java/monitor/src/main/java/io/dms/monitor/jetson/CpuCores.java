package io.dms.monitor.jetson;

import io.dms.monitor.Absence;
import io.dms.monitor.Quantity;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Scope;
import io.dms.monitor.SensorFile;
import io.dms.monitor.SystemFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The frequency of each core, its caps, and whether the core is on. Cores that share a clock share its files, which are
 * then read once for all of them.
 */
final class CpuCores {
    private static final double HERTZ_PER_KILOHERTZ = 1e3;
    private static final double MOST_HERTZ = 1e11;
    private static final List<String> FILES = List.of("scaling_cur_freq", "scaling_max_freq", "scaling_min_freq");

    private CpuCores() {}

    /** Adds the sensors of every core that the board has, switched on or not. */
    static void addTo(SensorList list) {
        Map<Path, Clock> clocks = new LinkedHashMap<>();
        List<Core> cores = new ArrayList<>();
        for (Path core : cores(list.files())) {
            String name = String.valueOf(core.getFileName());
            Path online = core.resolve("online");
            boolean switchable = Files.exists(online);
            Path frequencies = core.resolve("cpufreq");
            if (!switchable && !Files.isDirectory(frequencies)) {
                continue;
            }
            int on = switchable ? list.add(name + ".online", Quantity.STATE, Scope.CPU, 0, list.origin(online)) : -1;
            cores.add(new Core(
                    switchable ? list.open(online) : null,
                    on,
                    new int[] {
                        add(list, name + ".frequency", Quantity.FREQUENCY, frequencies.resolve(FILES.get(0))),
                        add(list, name + ".cap", Quantity.FREQUENCY_CAP, frequencies.resolve(FILES.get(1))),
                        add(list, name + ".floor", Quantity.FREQUENCY_FLOOR, frequencies.resolve(FILES.get(2)))
                    },
                    clocks.computeIfAbsent(shared(frequencies), f -> new Clock(list, frequencies))));
        }
        if (!cores.isEmpty()) {
            list.add(new Cores(cores.toArray(Core[]::new), clocks.values().toArray(Clock[]::new)));
        }
    }

    /** The folders of the cores, in the order of their numbers. */
    static List<Path> cores(SystemFiles files) {
        List<Path> out = new ArrayList<>(files.list(files.path("/sys/devices/system/cpu"), "cpu[0-9]*"));
        out.removeIf(p -> !String.valueOf(p.getFileName()).matches("cpu\\d{1,4}"));
        out.sort(Comparator.comparingInt(
                p -> Integer.parseInt(String.valueOf(p.getFileName()).substring(3))));
        return out;
    }

    /** The folder that a core's link leads to. A core that is off has none yet, and keeps its own files. */
    private static Path shared(Path frequencies) {
        try {
            return frequencies.toRealPath();
        } catch (IOException e) {
            return frequencies;
        }
    }

    private static int add(SensorList list, String name, Quantity quantity, Path file) {
        return list.add(name, quantity, Scope.CPU, 0, list.origin(file));
    }

    /**
     * A core.
     *
     * @param online tells whether it is on, null where it can't be switched off
     * @param on the sensor of that
     * @param sensors of frequency, cap and floor
     * @param clock where these are read
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Core(@Nullable SensorFile online, int on, int[] sensors, Clock clock) {
        /** Tells whether it is on; where that can't be read, it counts as on. */
        boolean isOn(SampleSink sink) {
            SensorFile file = online;
            if (file == null) {
                return true;
            }
            double value = NumberProbe.read(file, 1, 0, 1);
            if (Double.isNaN(value)) {
                sink.absent(on, NumberProbe.why(file));
            } else {
                sink.value(on, value);
            }
            return value != 0;
        }
    }

    /** The files of a clock, read at most once in a sample. */
    private static final class Clock {
        private final SensorFile[] files = new SensorFile[FILES.size()];
        private final double[] hertz = new double[FILES.size()];
        private boolean read;
        private boolean used = true;

        Clock(SensorList list, Path frequencies) {
            for (int i = 0; i < files.length; i++) {
                files[i] = list.open(frequencies.resolve(FILES.get(i)));
            }
        }

        void begin() {
            if (!read && used) {
                // All its cores are off: the kernel took the files away, and later ones are new files.
                close();
            }
            used = read;
            read = false;
        }

        void tell(SampleSink sink, int[] sensors) {
            if (!read) {
                read = true;
                for (int i = 0; i < files.length; i++) {
                    hertz[i] = NumberProbe.read(files[i], HERTZ_PER_KILOHERTZ, 0, MOST_HERTZ);
                }
            }
            for (int i = 0; i < files.length; i++) {
                if (Double.isNaN(hertz[i])) {
                    sink.absent(sensors[i], NumberProbe.why(files[i]));
                } else {
                    sink.value(sensors[i], hertz[i]);
                }
            }
        }

        void close() {
            for (SensorFile file : files) {
                file.close();
            }
        }
    }

    /** All cores. Where one is off, its frequency files are gone, and that is no fault. */
    private static final class Cores implements Probe {
        private final Core[] cores;
        private final Clock[] clocks;

        Cores(Core[] cores, Clock[] clocks) {
            this.cores = cores;
            this.clocks = clocks;
        }

        @Override
        public void sample(SampleSink sink) {
            for (Clock clock : clocks) {
                clock.begin();
            }
            for (Core core : cores) {
                if (core.isOn(sink)) {
                    core.clock.tell(sink, core.sensors);
                } else {
                    for (int sensor : core.sensors) {
                        sink.absent(sensor, Absence.OFFLINE);
                    }
                }
            }
        }

        @Override
        public void close() {
            for (Core core : cores) {
                if (core.online != null) {
                    core.online.close();
                }
            }
            for (Clock clock : clocks) {
                clock.close();
            }
        }
    }
}
