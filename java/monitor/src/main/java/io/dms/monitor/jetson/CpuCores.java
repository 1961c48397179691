package io.dms.monitor.jetson;

import io.dms.monitor.Absence;
import io.dms.monitor.Quantity;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Scope;
import io.dms.monitor.SensorFile;
import io.dms.monitor.SystemFiles;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The frequency of each core, its caps, and whether the core is on. */
final class CpuCores {
    private static final double HERTZ_PER_KILOHERTZ = 1e3;
    private static final double MOST_HERTZ = 1e11;

    private CpuCores() {}

    /** Adds the sensors of every core that the board has, switched on or not. */
    static void addTo(SensorList list) {
        for (Path core : cores(list.files())) {
            String name = String.valueOf(core.getFileName());
            Path online = core.resolve("online");
            int on = Files.exists(online)
                    ? list.add(name + ".online", Quantity.STATE, Scope.CPU, 0, list.origin(online))
                    : -1;
            Path frequencies = core.resolve("cpufreq");
            if (on < 0 && !Files.isDirectory(frequencies)) {
                continue;
            }
            list.add(new Core(
                    on < 0 ? null : list.open(online),
                    on,
                    add(list, name + ".frequency", Quantity.FREQUENCY, frequencies.resolve("scaling_cur_freq")),
                    list.open(frequencies.resolve("scaling_cur_freq")),
                    add(list, name + ".cap", Quantity.FREQUENCY_CAP, frequencies.resolve("scaling_max_freq")),
                    list.open(frequencies.resolve("scaling_max_freq")),
                    add(list, name + ".floor", Quantity.FREQUENCY_FLOOR, frequencies.resolve("scaling_min_freq")),
                    list.open(frequencies.resolve("scaling_min_freq"))));
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

    private static int add(SensorList list, String name, Quantity quantity, Path file) {
        return list.add(name, quantity, Scope.CPU, 0, list.origin(file));
    }

    /** One core. Where it is off, its frequency files are gone, and that is no fault. */
    private static final class Core implements Probe {
        private final @Nullable SensorFile online;
        private final int on;
        private final int[] sensors;
        private final SensorFile[] files;
        private boolean wasOff;

        Core(
                @Nullable SensorFile online,
                int on,
                int frequency,
                SensorFile current,
                int cap,
                SensorFile most,
                int floor,
                SensorFile least) {
            this.online = online;
            this.on = on;
            this.sensors = new int[] {frequency, cap, floor};
            this.files = new SensorFile[] {current, most, least};
        }

        @Override
        public void sample(SampleSink sink) {
            boolean off = false;
            if (online != null) {
                double value = NumberProbe.read(online, 1, 0, 1);
                if (Double.isNaN(value)) {
                    sink.absent(on, NumberProbe.why(online));
                } else {
                    sink.value(on, value);
                    off = value == 0;
                }
            }
            if (off && !wasOff) {
                close(files);
            }
            wasOff = off;
            for (int i = 0; i < sensors.length; i++) {
                if (off) {
                    sink.absent(sensors[i], Absence.OFFLINE);
                    continue;
                }
                double hertz = NumberProbe.read(files[i], HERTZ_PER_KILOHERTZ, 0, MOST_HERTZ);
                if (Double.isNaN(hertz)) {
                    sink.absent(sensors[i], NumberProbe.why(files[i]));
                } else {
                    sink.value(sensors[i], hertz);
                }
            }
        }

        @Override
        public void close() {
            if (online != null) {
                online.close();
            }
            close(files);
        }

        private static void close(SensorFile[] files) {
            for (SensorFile file : files) {
                file.close();
            }
        }
    }
}
