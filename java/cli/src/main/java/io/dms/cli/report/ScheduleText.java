package io.dms.cli.report;

import io.dms.schedule.Reason;
import io.dms.schedule.sim.Experiments.Row;
import io.dms.schedule.sim.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Simulated schedulers as tables. */
public final class ScheduleText {
    private ScheduleText() {}

    /** All lines, tables within {@code room} characters. */
    public static List<String> lines(ScheduleResult r, int room) {
        List<String> out = new ArrayList<>();
        out.add("catalog  " + r.catalogName() + ": " + r.catalog().tasks().size() + " tasks, "
                + r.catalog().variants().size() + " variants        simulated, seed " + r.seed() + ", " + r.requests()
                + " requests a trace");
        if (!r.caching().isEmpty()) {
            out.add("");
            out.add("caching: memory too small for all models, mean of " + traces(r));
            out.addAll(table("MB/request", "", r.caching(), room));
        }
        if (!r.location().isEmpty()) {
            out.add("");
            out.add("location: device or server, mean of " + traces(r));
            out.addAll(table("in context", "send J", r.location(), room));
        }
        if (!r.day().isEmpty()) {
            out.add("");
            out.add("day: contexts, deadlines, a server that comes and goes");
            out.addAll(table("", "", r.dayRows(), room));
        }
        return out;
    }

    private static String traces(ScheduleResult r) {
        return r.traces() + (r.traces() == 1 ? " trace" : " traces");
    }

    private static List<String> table(String x, String group, List<Row> rows, int room) {
        List<String> head = new ArrayList<>();
        if (!group.isEmpty()) {
            head.add(group);
        }
        if (!x.isEmpty()) {
            head.add(x);
        }
        head.addAll(List.of(
                "<scheduler", "served", "accuracy", "of served", "J/served", "loads/req", "USD", "late", "<refused"));
        TextTable table = new TextTable(head.toArray(String[]::new)).namedBy(head.indexOf("<scheduler") + 1);
        for (Row row : rows) {
            Summary s = row.summary();
            List<String> cells = new ArrayList<>();
            if (!group.isEmpty()) {
                cells.add(number("%.2f", row.group()));
            }
            if (!x.isEmpty()) {
                cells.add(row.x() >= 2 || row.x() == 0 ? number("%.0f", row.x()) : number("%.2f", row.x()));
            }
            cells.add(s.scheduler());
            cells.add(share(s.served()));
            cells.add(share(s.accuracy()));
            cells.add(share(s.accuracyServed()));
            cells.add(number("%.2f", s.joulesServed()));
            cells.add(number("%.3f", s.loads()));
            cells.add(s.dollars() == 0 ? "0" : number("%.4f", s.dollars()));
            cells.add(share(s.late()));
            cells.add(refused(s));
            table.row(cells.toArray(String[]::new));
        }
        return table.lines(room);
    }

    static String refused(Summary s) {
        return s.refused().entrySet().stream()
                .filter(e -> e.getKey() != Reason.NONE && e.getValue() > 0)
                .map(e -> e.getKey().word() + (e.getValue() < 0.0005 ? " <0.1 %" : " " + share(e.getValue())))
                .collect(Collectors.joining(", "));
    }

    static String share(double v) {
        return Double.isNaN(v) ? Figures.UNMEASURED : number("%.1f %%", 100 * v);
    }

    static String number(String format, double v) {
        return Double.isNaN(v) ? Figures.UNMEASURED : String.format(Locale.ROOT, format, v);
    }
}
