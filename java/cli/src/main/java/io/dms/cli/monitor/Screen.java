package io.dms.cli.monitor;

import io.dms.monitor.Absence;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.PowerMode;
import io.dms.monitor.Quantity;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.monitor.Snapshot;
import io.dms.monitor.SystemFiles;
import io.dms.monitor.TotalPower;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The live view: a few lines that matter most, then every sensor by kind, as many as fit. Keeps the last totals for a
 * small chart. Not thread-safe.
 */
public final class Screen {
    /** Where jtop's users have learned to look up: a GPU is throttled some degrees above. */
    private static final double WARM_CELSIUS = 84;

    private static final double HOT_CELSIUS = 95;
    private static final int LABEL = 14;
    private static final int CHART = 30;
    private static final String BARS = "▁▂▃▄▅▆▇█";

    /** The kinds of sensors in the order of their interest, with their headings. */
    private static final List<Map.Entry<Quantity, String>> SECTIONS = List.of(
            Map.entry(Quantity.POWER, "power"),
            Map.entry(Quantity.TEMPERATURE, "temperature"),
            Map.entry(Quantity.LOAD, "load"),
            Map.entry(Quantity.FREQUENCY, "clocks"),
            Map.entry(Quantity.MEMORY, "memory"),
            Map.entry(Quantity.THROTTLE, "throttling"),
            Map.entry(Quantity.COUNT, "counts"),
            Map.entry(Quantity.SPEED, "fans"),
            Map.entry(Quantity.FREQUENCY_CAP, "caps"),
            Map.entry(Quantity.FREQUENCY_FLOOR, "floors"),
            Map.entry(Quantity.STATE, "states"),
            Map.entry(Quantity.VOLTAGE, "voltage"),
            Map.entry(Quantity.CURRENT, "current"));

    private final Paint paint;
    private final @Nullable Long memoryBytes;
    private final List<Double> totals = new ArrayList<>();
    private final List<String> events = new ArrayList<>();

    /** @param files where the machine's memory is read */
    public Screen(Paint paint, SystemFiles files) {
        this.paint = paint;
        String total = files.value("/proc/meminfo", "MemTotal");
        memoryBytes = total == null || !total.matches("\\d{1,12} kB")
                ? null
                : Long.parseLong(total.substring(0, total.length() - 3)) * 1024;
    }

    /** Shows an event among the last ones. */
    public void event(String text) {
        events.add(LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS) + " " + text);
        if (events.size() > 3) {
            events.remove(0);
        }
    }

    /** All lines for a terminal of this size, cut to it. */
    public List<String> lines(Moment moment, int columns, int rows) {
        if (!Double.isNaN(moment.snapshot().totalWatts())) {
            totals.add(moment.snapshot().totalWatts());
            if (totals.size() > CHART) {
                totals.remove(0);
            }
        }
        List<String> out = new ArrayList<>();
        head(out, moment, columns);
        summary(out, moment);
        out.add("");
        List<String> sensors = sensors(moment, columns);
        int room = Math.max(0, rows - out.size() - events.size() - 1);
        if (sensors.size() > room) {
            int shown = Math.max(0, room - 1);
            out.addAll(sensors.subList(0, shown));
            out.add(paint.faint(
                    "... " + (sensors.size() - shown) + " more lines: make the window taller, or see --json"));
        } else {
            out.addAll(sensors);
        }
        events.forEach(e -> out.add(paint.warn("! " + e)));
        return out.stream()
                .limit(Math.max(1, rows))
                .map(line -> Paint.cut(line, columns))
                .toList();
    }

    private void head(List<String> out, Moment moment, int columns) {
        PowerMode mode = moment.snapshot().powerMode();
        String left = moment.monitor().board() + (mode == null ? "" : ", power mode " + mode.name());
        String right = LocalTime.ofInstant(moment.time(), ZoneId.systemDefault())
                        .truncatedTo(ChronoUnit.SECONDS) + "  q quits";
        int blanks = columns - left.length() - right.length();
        out.add(paint.bold(left) + (blanks > 1 ? " ".repeat(blanks) + paint.faint(right) : ""));
    }

    private void summary(List<String> out, Moment moment) {
        Snapshot s = moment.snapshot();
        TotalPower total = moment.monitor().total();
        if (total == null) {
            out.add(label("power") + "no power sensor on this machine");
        } else if (Double.isNaN(s.totalWatts())) {
            out.add(label("power") + "- (" + reason(s) + ")");
        } else {
            out.add(label("power") + paint.bold(Values.watts(s.totalWatts())) + " "
                    + total.scope().label() + ", " + total.rule() + "   " + chart());
            double joules = moment.energy().joules();
            if (!Double.isNaN(joules)) {
                out.add(label("energy")
                        + Values.format(
                                "%.1f J in %.0f s, off by at most %.1f J",
                                joules,
                                moment.energy().seconds(),
                                moment.energy().errorJoules()));
            }
        }
        String gpu = Double.isNaN(s.gpuHertz()) && Double.isNaN(s.gpuLoad())
                ? ""
                : "GPU " + Values.percent(s.gpuLoad()) + " at " + Values.hertz(s.gpuHertz())
                        + (Double.isNaN(s.gpuCapHertz()) ? "" : " of " + Values.hertz(s.gpuCapHertz())) + "   ";
        out.add(label("busy") + gpu + "CPU " + Values.percent(s.cpuLoad())
                + (Double.isNaN(s.cpuHertz()) ? "" : " at " + Values.hertz(s.cpuHertz())));
        boolean thermometer = moment.monitor().sensors().stream().anyMatch(o -> o.quantity() == Quantity.TEMPERATURE);
        out.add(label("hottest") + (thermometer ? temperature(s.hottestCelsius()) : "no temperature sensor")
                + "   throttled " + (s.throttled() ? paint.alarm("YES") : "no"));
    }

    private static String reason(Snapshot s) {
        Absence why = s.totalAbsence();
        return why == null ? "absent" : why.reason();
    }

    private String chart() {
        double most = totals.stream().mapToDouble(d -> d).max().orElse(0);
        double least = totals.stream().mapToDouble(d -> d).min().orElse(0);
        StringBuilder out = new StringBuilder();
        for (double v : totals) {
            double share = most - least < 0.02 * most ? 0 : (v - least) / (most - least);
            out.append(BARS.charAt((int) Math.min(7, Math.floor(8 * share))));
        }
        return out.toString();
    }

    private String label(String text) {
        return paint.faint(Values.format("%-" + LABEL + "s", text));
    }

    private String temperature(double celsius) {
        String text = Values.celsius(celsius);
        if (celsius >= HOT_CELSIUS) {
            return paint.alarm(text + " HOT");
        }
        return celsius >= WARM_CELSIUS ? paint.warn(text + " warm") : text;
    }

    private List<String> sensors(Moment moment, int columns) {
        List<String> out = new ArrayList<>();
        for (Map.Entry<Quantity, String> section : SECTIONS) {
            List<String> cells = new ArrayList<>();
            for (int i = 0; i < moment.monitor().sensors().size(); i++) {
                Sensor sensor = moment.monitor().sensors().get(i);
                if (sensor.quantity() == section.getKey() && worthShowing(moment.monitor(), i)) {
                    cells.add(cell(moment, i, sensor));
                }
            }
            flow(out, section.getValue(), cells, columns);
        }
        for (Map.Entry<String, String> refusal : moment.monitor().refusals().entrySet()) {
            if (refusal.getKey().equals("recording")) {
                continue;
            }
            String heading = "no " + refusal.getKey();
            for (String line : wrapped(refusal.getValue(), Math.max(10, columns - LABEL))) {
                out.add(paint.faint(Values.format("%-" + LABEL + "s", heading) + line));
                heading = "";
            }
        }
        return out;
    }

    private String cell(Moment moment, int i, Sensor sensor) {
        double v = moment.snapshot().value(i);
        String value = sensor.quantity() == Quantity.TEMPERATURE ? temperature(v) : Values.of(sensor.quantity(), v);
        Absence why = moment.snapshot().absence(i);
        if (why != null) {
            value = "- (" + why.reason() + ")";
        } else if (sensor.quantity() == Quantity.MEMORY && sensor.name().equals("memory") && memoryBytes != null) {
            value = value.replace(" GiB", "") + " of " + Values.gibibytes(memoryBytes);
        } else if (sensor.quantity() == Quantity.POWER) {
            value += " (" + sensor.scope().label() + ")";
        }
        return sensor.name() + " " + value;
    }

    /** What a more trusted source shows already is left out, as are temperatures of nobody knows what. */
    private static boolean worthShowing(BoardMonitor monitor, int sensor) {
        Sensor s = monitor.sensors().get(sensor);
        if (s.quantity() == Quantity.TEMPERATURE && s.scope() == Scope.UNKNOWN) {
            return false;
        }
        for (int i = 0; i < sensor; i++) {
            Sensor o = monitor.sensors().get(i);
            if (o.name().equals(s.name()) && o.quantity() == s.quantity()) {
                return monitor.sourceOf(i).equals(monitor.sourceOf(sensor));
            }
        }
        return true;
    }

    /** Cells beside each other in columns of one width, as many as fit. */
    private void flow(List<String> out, String heading, List<String> cells, int columns) {
        if (cells.isEmpty()) {
            return;
        }
        int width = cells.stream().mapToInt(Paint::width).max().orElse(1) + 3;
        int each = Math.max(1, (columns - LABEL) / width);
        for (int from = 0; from < cells.size(); from += each) {
            StringBuilder line = new StringBuilder(label(from == 0 ? heading : ""));
            for (String cell : cells.subList(from, Math.min(cells.size(), from + each))) {
                line.append(cell).append(" ".repeat(width - Paint.width(cell)));
            }
            out.add(line.toString().stripTrailing());
        }
    }

    /** A text in lines that are broken between words. */
    private static List<String> wrapped(String text, int columns) {
        List<String> out = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split(" ", -1)) {
            if (line.length() > 0 && line.length() + 1 + word.length() > columns) {
                out.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() == 0 ? "" : " ").append(word);
        }
        out.add(line.toString());
        return out;
    }
}
