package io.dms.monitor.jetson;

import io.dms.monitor.Quantity;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Scope;
import io.dms.monitor.SensorFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What tells that the board slows down: the cooling devices that take clocks away, and the events of the over-current
 * detector, which throttles by itself for a moment each time. The instantaneous one (3) counts up under any heavy load.
 */
final class Throttling {
    private static final int DETECTORS = 3;
    private static final double MOST_STATE = 1e6;
    private static final double MOST_EVENTS = 0x1p63;

    private Throttling() {}

    /** Adds a sensor for each kind of cooling device, and one for each detector of over-current. */
    static void addTo(SensorList list) {
        ThermalZones.zones(list.files(), "cooling_device*").forEach((type, folders) -> {
            if (slowsDown(type)) {
                int index = list.add(
                        list.unique("throttle." + type),
                        Quantity.THROTTLE,
                        scope(type),
                        0,
                        list.origin(folders.get(0).resolve("cur_state")));
                list.add(new Cooling(
                        folders.stream()
                                .map(f -> list.open(f.resolve("cur_state")))
                                .toArray(SensorFile[]::new),
                        index));
            }
        });
        for (Path hwmon : Hwmon.named(list.files(), "soctherm_oc")) {
            addOverCurrent(list, hwmon);
        }
    }

    /** Fans cool and slow nothing down; the alert of a hot surface warns people of their fingers. */
    private static boolean slowsDown(String type) {
        String t = type.toLowerCase(Locale.ROOT);
        return !t.contains("fan") && !t.contains("hot-surface") && !t.contains("shutdown");
    }

    private static Scope scope(String type) {
        String t = type.toLowerCase(Locale.ROOT);
        if (t.contains("gpu") || t.contains("gv11b") || t.contains("ga10b") || t.contains("gp10b")) {
            return Scope.GPU;
        }
        return t.contains("cpu") || t.contains("processor") ? Scope.CPU : Scope.MODULE;
    }

    private static void addOverCurrent(SensorList list, Path hwmon) {
        for (int d = 1; d <= DETECTORS; d++) {
            Path count = hwmon.resolve("oc" + d + "_event_cnt");
            if (Files.exists(count)) {
                list.addFile("oc" + d + ".events", Quantity.COUNT, Scope.MODULE, count, 1, 0, MOST_EVENTS);
            }
        }
    }

    /** All the cooling devices of one type: 1 while any of them is in a state above 0. */
    private static final class Cooling implements Probe {
        private final SensorFile[] states;
        private final int sensor;

        Cooling(SensorFile[] states, int sensor) {
            this.states = states;
            this.sensor = sensor;
        }

        @Override
        public void sample(SampleSink sink) {
            boolean cooling = false;
            SensorFile failed = null;
            for (SensorFile state : states) {
                double value = NumberProbe.read(state, 1, 0, MOST_STATE);
                if (Double.isNaN(value)) {
                    failed = state;
                } else {
                    cooling |= value > 0;
                }
            }
            if (failed != null && !cooling) {
                sink.absent(sensor, NumberProbe.why(failed));
            } else {
                sink.value(sensor, cooling ? 1 : 0);
            }
        }

        @Override
        public void close() {
            for (SensorFile state : states) {
                state.close();
            }
        }
    }
}
