package io.dms.cli.monitor;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.monitor.Absence;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.MonitorEvent;
import io.dms.monitor.PowerMode;
import io.dms.monitor.Sensor;
import io.dms.monitor.Snapshot;
import io.dms.monitor.TotalPower;
import java.math.BigDecimal;
import java.math.MathContext;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * One JSON object a line, schema 1: one of type {@code board} first, then {@code sample} and {@code event} as they come.
 * Field names are an interface: a new meaning or a field that goes away needs a new schema number, a field that is added
 * does not. What is absent is null, with a reason beside it.
 */
final class JsonLines {
    private static final int SCHEMA = 1;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private JsonLines() {}

    /** What is watched. */
    public static String board(BoardMonitor monitor, Instant time) {
        ObjectNode root = line("board", time);
        root.put("board", monitor.board());
        TotalPower total = monitor.total();
        root.put("total_scope", total == null ? null : total.scope().label());
        root.put("total_rule", total == null ? null : total.rule());
        root.put("total_absent", total == null ? "no power sensor on this machine" : null);
        root.putArray("sources");
        monitor.sources().forEach(s -> root.withArray("sources").add(s));
        ObjectNode refusals = root.putObject("refusals");
        monitor.refusals().forEach(refusals::put);
        root.putArray("sensors");
        for (int i = 0; i < monitor.sensors().size(); i++) {
            Sensor sensor = monitor.sensors().get(i);
            ObjectNode node = root.withArray("sensors").addObject();
            name(node, monitor, i, sensor);
            node.put("scope", sensor.scope().label());
            node.put("origin", sensor.origin());
            node.put("interval_ms", sensor.intervalNanos() == 0 ? null : sensor.intervalNanos() / 1e6);
        }
        return root.toString();
    }

    /** One moment. */
    public static String sample(Moment moment) {
        Snapshot s = moment.snapshot();
        ObjectNode root = line("sample", moment.time());
        root.put("elapsed_s", number(moment.seconds()));
        root.put("total_w", number(s.totalWatts()));
        root.put("total_absent", totalAbsent(moment));
        root.put("energy_j", number(moment.energy().joules()));
        root.put("energy_error_j", number(moment.energy().errorJoules()));
        root.put("energy_absent", moment.energy().whyAbsent());
        root.put("gpu_hz", number(s.gpuHertz()));
        root.put("gpu_cap_hz", number(s.gpuCapHertz()));
        root.put("gpu_load", number(s.gpuLoad()));
        root.put("cpu_hz", number(s.cpuHertz()));
        root.put("cpu_load", number(s.cpuLoad()));
        root.put("hottest_c", number(s.hottestCelsius()));
        root.put("throttled", s.throttled());
        PowerMode mode = s.powerMode();
        if (mode == null) {
            root.putNull("power_mode");
        } else {
            root.putObject("power_mode").put("id", mode.id()).put("name", mode.name());
        }
        root.putArray("sensors");
        for (int i = 0; i < s.sensors().size(); i++) {
            ObjectNode node = root.withArray("sensors").addObject();
            name(node, moment.monitor(), i, s.sensors().get(i));
            node.put("value", number(s.value(i)));
            node.put("absent", reason(s.absence(i)));
            node.put("age_ms", s.ageNanos(i) == Long.MAX_VALUE ? null : number(s.ageNanos(i) / 1e6));
        }
        return root.toString();
    }

    private static @Nullable String totalAbsent(Moment moment) {
        if (moment.monitor().total() == null) {
            return "no power sensor on this machine";
        }
        return reason(moment.snapshot().totalAbsence());
    }

    private static @Nullable String reason(@Nullable Absence why) {
        return why == null ? null : why.reason();
    }

    private static void name(ObjectNode node, BoardMonitor monitor, int i, Sensor sensor) {
        node.put("source", monitor.sourceOf(i));
        node.put("name", sensor.name());
        node.put("quantity", sensor.quantity().name().toLowerCase(Locale.ROOT));
        node.put("unit", sensor.quantity().unit());
    }

    /** Something that happened. */
    public static String event(MonitorEvent event, Instant time) {
        ObjectNode root = line("event", time);
        root.put("kind", event.kind().name().toLowerCase(Locale.ROOT));
        root.put("subject", event.subject());
        root.put("before", number(event.before()));
        root.put("after", number(event.after()));
        root.put("text", event.text());
        return root.toString();
    }

    private static ObjectNode line(String type, Instant time) {
        return MAPPER.createObjectNode().put("schema", SCHEMA).put("type", type).put("time", time.toString());
    }

    /** Six significant digits; null for what is absent. */
    private static @Nullable Double number(double v) {
        return Double.isNaN(v) || Double.isInfinite(v)
                ? null
                : new BigDecimal(v).round(new MathContext(6)).doubleValue();
    }
}
