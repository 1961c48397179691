package io.dms.cli.monitor;

import io.dms.monitor.BoardMonitor;
import io.dms.monitor.PowerMode;
import io.dms.monitor.Sensor;
import io.dms.monitor.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Comma-separated values: a head with units, then a line for each moment. What is absent is an empty field. */
final class CsvLines {
    private CsvLines() {}

    /** The names of the columns. */
    public static String head(BoardMonitor monitor) {
        List<String> out = new ArrayList<>(List.of(
                "time",
                "elapsed_s",
                "total_w",
                "energy_j",
                "gpu_hz",
                "gpu_cap_hz",
                "gpu_load",
                "cpu_hz",
                "cpu_load",
                "hottest_c",
                "throttled",
                "power_mode"));
        for (int i = 0; i < monitor.sensors().size(); i++) {
            Sensor s = monitor.sensors().get(i);
            out.add(quoted(monitor.sourceOf(i) + "/" + s.name() + " "
                    + s.quantity().name().toLowerCase(Locale.ROOT) + " ["
                    + s.quantity().unit() + "]"));
        }
        return String.join(",", out);
    }

    /** One moment. */
    public static String line(Moment moment) {
        Snapshot s = moment.snapshot();
        PowerMode mode = s.powerMode();
        List<String> out = new ArrayList<>(List.of(
                moment.time().toString(),
                number(moment.seconds()),
                number(s.totalWatts()),
                number(moment.energy().joules()),
                number(s.gpuHertz()),
                number(s.gpuCapHertz()),
                number(s.gpuLoad()),
                number(s.cpuHertz()),
                number(s.cpuLoad()),
                number(s.hottestCelsius()),
                s.throttled() ? "1" : "0",
                mode == null ? "" : quoted(mode.name())));
        for (int i = 0; i < s.sensors().size(); i++) {
            out.add(number(s.value(i)));
        }
        return String.join(",", out);
    }

    private static String number(double v) {
        if (Double.isNaN(v) || Double.isInfinite(v)) {
            return "";
        }
        return v == Math.rint(v) && Math.abs(v) < 1e15
                ? Long.toString((long) v)
                : String.format(Locale.ROOT, "%.6g", v);
    }

    private static String quoted(String text) {
        return text.matches("[^\",\\r\\n]*") ? text : "\"" + text.replace("\"", "\"\"") + "\"";
    }
}
