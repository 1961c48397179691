package io.dms.cli.report;

import io.dms.cli.catalog.RunAccount;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/** A stream that was really served, as one HTML file that needs no network: each request's time, and who ended it. */
public final class ScheduleRunHtml {
    private ScheduleRunHtml() {}

    /** The whole page. */
    public static String of(ScheduleRunResult r) {
        RunAccount a = r.account();
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("title", HtmlPage.escape("Requests served from " + r.catalogName()));
        parts.put(
                "subtitle",
                HtmlPage.escape(a.requests() + " requests, " + a.answered() + " answered in time, " + a.late()
                        + " late, "
                        + a.refused().values().stream()
                                .mapToInt(Integer::intValue)
                                .sum() + " refused"));
        StringBuilder warnings = new StringBuilder();
        if (r.interrupted()) {
            warnings.append("<p class=\"warning\">The run was interrupted: these are the figures until then.</p>\n");
        }
        a.notes()
                .forEach(n -> warnings.append("<p class=\"warning\">")
                        .append(HtmlPage.escape(n))
                        .append("</p>\n"));
        parts.put("warnings", warnings.toString());
        parts.put(
                "table",
                HtmlPage.escape(
                        String.join("\n", ScheduleRunText.lines(a, r.rate(), r.context(), TextTable.UNBOUNDED))));
        Map<String, String> facts = new LinkedHashMap<>(r.facts());
        facts.put("DMS", r.version());
        facts.put("Date", DateTimeFormatter.ISO_INSTANT.format(r.date()));
        parts.put("environment", HtmlPage.list(facts));
        parts.put("command", HtmlPage.command(r.command()));
        parts.put("data", ScheduleRunJson.samples(a).toString().replace("<", "\\u003c"));
        return HtmlPage.fill("schedule-run.html", parts);
    }
}
