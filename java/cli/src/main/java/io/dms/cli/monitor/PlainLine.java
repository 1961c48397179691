package io.dms.cli.monitor;

import io.dms.monitor.PowerMode;
import io.dms.monitor.Quantity;
import io.dms.monitor.Sensor;
import io.dms.monitor.Snapshot;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;

/** One line for one moment, where nobody watches a screen: what matters most, always in the same order. */
public final class PlainLine {
    private PlainLine() {}

    /** The line. */
    public static String of(Moment moment) {
        Snapshot s = moment.snapshot();
        StringBuilder out = new StringBuilder();
        out.append(LocalTime.ofInstant(moment.time(), ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS));
        add(out, "power", Values.watts(s.totalWatts()));
        if (s.totalScope() != null && !Double.isNaN(s.totalWatts())) {
            out.append(" (").append(s.totalScope().label()).append(')');
        }
        if (has(moment, Quantity.LOAD, io.dms.monitor.Scope.GPU) || !Double.isNaN(s.gpuHertz())) {
            add(out, "gpu", Values.percent(s.gpuLoad()) + " " + Values.hertz(s.gpuHertz()));
        }
        add(
                out,
                "cpu",
                Values.percent(s.cpuLoad()) + (Double.isNaN(s.cpuHertz()) ? "" : " " + Values.hertz(s.cpuHertz())));
        for (int i = 0; i < s.sensors().size(); i++) {
            Sensor sensor = s.sensors().get(i);
            if (sensor.quantity() == Quantity.MEMORY && sensor.name().equals("memory")) {
                add(out, "memory", Values.gibibytes(s.value(i)));
                break;
            }
        }
        add(out, "hottest", Values.celsius(s.hottestCelsius()));
        PowerMode mode = s.powerMode();
        if (mode != null) {
            add(out, "mode", mode.name());
        }
        if (s.throttled()) {
            out.append("  THROTTLED");
        }
        return out.toString();
    }

    private static boolean has(Moment moment, Quantity quantity, io.dms.monitor.Scope scope) {
        return moment.monitor().sensors().stream().anyMatch(s -> s.quantity() == quantity && s.scope() == scope);
    }

    private static void add(StringBuilder out, String name, String value) {
        out.append("  ").append(name).append(' ').append(value);
    }
}
