package io.dms.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.schedule.catalog.Variant;
import io.dms.schedule.sim.Experiments.Row;
import io.dms.schedule.sim.Summary;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Simulated schedulers as one HTML file that needs no network: the published figures with ours in them. */
public final class ScheduleHtml {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ScheduleHtml() {}

    /** The whole page. */
    public static String of(ScheduleResult r) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("title", "Schedulers under budgets, simulated");
        parts.put(
                "subtitle",
                HtmlPage.escape("Catalog " + r.catalogName() + ", "
                        + DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.UK)
                                .withZone(ZoneOffset.UTC)
                                .format(r.date())));
        parts.put(
                "warnings",
                r.interrupted()
                        ? "<p class=\"warning\">The run was interrupted: these are the figures until then.</p>"
                        : "");
        parts.put("sections", sections(r));
        parts.put("doubts", doubts(r));
        parts.put("environment", environment(r));
        parts.put("command", HtmlPage.command(r.command()));
        parts.put("data", data(r).replace("<", "\\u003c"));
        return HtmlPage.fill("schedule.html", parts);
    }

    private static String sections(ScheduleResult r) {
        StringBuilder out = new StringBuilder();
        String read =
                r.published() ? " Crosses: what the paper shows, read off its figure by eye (within 5 points)." : "";
        if (!r.caching().isEmpty()) {
            section(
                    out,
                    "Memory too small for all models",
                    "Requests that were served, by the megabytes that the original networks would load for a request;"
                            + " at 0, a trace asks for one task only."
                            + " Mean of " + r.traces() + (r.traces() == 1 ? " trace." : " traces.") + read,
                    List.of("caching", "joules"),
                    table("MB for a request", "", r.caching()));
        }
        if (!r.location().isEmpty()) {
            section(
                    out,
                    "Device or server",
                    "Requests that were served, by the share of the stream that a specialised network serves on the"
                            + " device, for each energy of sending one request." + read,
                    r.location().stream()
                            .mapToDouble(Row::group)
                            .distinct()
                            .mapToObj(g -> "location" + g)
                            .toList(),
                    table("In context", "Sending, J", r.location()));
        }
        if (!r.day().isEmpty()) {
            section(
                    out,
                    "A day",
                    "Accuracy over all requests of each stretch of time, where a request that was refused or late"
                            + " counts 0. Shaded: no server can be reached.",
                    List.of("day"),
                    table("", "", r.dayRows()));
        }
        return out.toString();
    }

    private static void section(StringBuilder out, String title, String text, List<String> charts, String table) {
        out.append("<section>\n<h2>")
                .append(title)
                .append("</h2>\n<p class=\"soft\">")
                .append(text)
                .append("</p>\n");
        out.append("<div class=\"legend\" id=\"legend-")
                .append(charts.get(0))
                .append("\"></div>\n<div class=\"row\">\n");
        for (String c : charts) {
            out.append("<figure><div class=\"chart\"><canvas id=\"")
                    .append(c)
                    .append("\" role=\"img\" aria-label=\"")
                    .append(title)
                    .append("; the table below has the figures.\"></canvas></div></figure>\n");
        }
        out.append("</div>\n<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"Schedulers\">")
                .append(table)
                .append("</div>\n</section>\n");
    }

    private static String table(String x, String group, List<Row> rows) {
        StringBuilder out = new StringBuilder("<table>\n<thead><tr>");
        List<String> head = new ArrayList<>(List.of("Scheduler"));
        if (!group.isEmpty()) {
            head.add(group);
        }
        if (!x.isEmpty()) {
            head.add(x);
        }
        head.addAll(List.of(
                "Served",
                "Accuracy",
                "Of served",
                "J for one served",
                "Loads for a request",
                "USD",
                "Late",
                "Refused"));
        head.forEach(h -> out.append("<th scope=\"col\">").append(h).append("</th>"));
        out.append("</tr></thead>\n<tbody>\n");
        for (Row row : rows) {
            Summary s = row.summary();
            List<String> cells = new ArrayList<>();
            if (!group.isEmpty()) {
                cells.add(ScheduleText.number("%.2f", row.group()));
            }
            if (!x.isEmpty()) {
                cells.add(
                        row.x() >= 2 || row.x() == 0
                                ? ScheduleText.number("%.0f", row.x())
                                : ScheduleText.number("%.2f", row.x()));
            }
            cells.addAll(List.of(
                    ScheduleText.share(s.served()),
                    ScheduleText.share(s.accuracy()),
                    ScheduleText.share(s.accuracyServed()),
                    ScheduleText.number("%.2f", s.joulesServed()),
                    ScheduleText.number("%.3f", s.loads()),
                    ScheduleText.number("%.4f", s.dollars()),
                    ScheduleText.share(s.late()),
                    ScheduleText.refused(s)));
            out.append("<tr><th scope=\"row\">")
                    .append(HtmlPage.escape(s.scheduler()))
                    .append("</th>");
            cells.forEach(c -> out.append("<td>")
                    .append(
                            c.equals(Figures.UNMEASURED) || c.isEmpty()
                                    ? "&ndash;"
                                    : HtmlPage.escape(c).replace(" %", "&nbsp;%"))
                    .append("</td>"));
            out.append("</tr>\n");
        }
        return out.append("</tbody>\n</table>").toString();
    }

    private static String doubts(ScheduleResult r) {
        List<Variant> doubtful = r.catalog().variants().stream()
                .filter(v -> !v.uncertain().isEmpty())
                .toList();
        List<String> notes = r.catalog().provenance().notes();
        if (doubtful.isEmpty() && notes.isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("<section>\n<h2>What the catalog says of itself</h2>\n<p>")
                .append(HtmlPage.escape(r.catalog().provenance().source()))
                .append("</p>\n<ul>\n");
        notes.forEach(n -> out.append("<li>").append(HtmlPage.escape(n)).append("</li>\n"));
        doubtful.forEach(v -> out.append("<li>")
                .append(HtmlPage.escape(v.id() + ": " + String.join("; ", v.uncertain())))
                .append("</li>\n"));
        return out.append("</ul>\n</section>\n").toString();
    }

    private static String environment(ScheduleResult r) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Catalog", r.catalogName());
        String board = r.catalog().provenance().board();
        facts.put("Its board", board == null ? "not said" : board);
        facts.put("Requests", r.requests() + " in a trace, from seed " + r.seed());
        facts.put("DMS", r.version());
        facts.put("Date", DateTimeFormatter.ISO_INSTANT.format(r.date()));
        return HtmlPage.list(facts);
    }

    private static String data(ScheduleResult r) {
        ObjectNode root = ScheduleJson.of(r);
        root.put("published", r.published());
        try {
            return MAPPER.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
