package io.dms.cli.report;

import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Provenance;
import io.dms.schedule.catalog.Task;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A catalog as one HTML file that needs no network: the fronts of every task, then all figures. */
public final class CatalogHtml {
    private CatalogHtml() {}

    /**
     * The whole page.
     *
     * @param name of the file, for its title
     */
    public static String of(Catalog c, String name) {
        StringBuilder sections = new StringBuilder();
        List<CatalogCharts.Chart> all = new ArrayList<>();
        for (Task t : c.tasks()) {
            sections.append("<section>\n<h2>Task ")
                    .append(HtmlPage.escape(t.id()))
                    .append("</h2>\n");
            String description = t.description();
            if (description != null) {
                sections.append("<p class=\"soft\">")
                        .append(HtmlPage.escape(description))
                        .append("</p>\n");
            }
            for (CatalogCharts.Chart chart : CatalogCharts.of(c, t)) {
                all.add(chart);
                sections.append("<h3>")
                        .append(HtmlPage.escape(chart.title()))
                        .append("</h3>\n<figure><div class=\"chart\"><canvas id=\"")
                        .append(chart.id())
                        .append("\" role=\"img\" aria-label=\"")
                        .append(HtmlPage.escape(chart.title() + ": " + chart.spoken()))
                        .append("\"></canvas></div></figure>\n");
            }
            sections.append("</section>\n");
        }
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("title", HtmlPage.escape("Variants of " + name));
        parts.put("subtitle", HtmlPage.escape(subtitle(c)));
        parts.put("warnings", warnings(c.provenance()));
        parts.put("sections", sections.toString());
        parts.put("table", HtmlPage.escape(String.join("\n", CatalogText.lines(c, TextTable.UNBOUNDED))));
        parts.put("environment", environment(c.provenance()));
        parts.put("data", CatalogCharts.data(c, all).replace("<", "\\u003c"));
        return HtmlPage.fill("catalog.html", parts);
    }

    private static String subtitle(Catalog c) {
        return c.tasks().size() + (c.tasks().size() == 1 ? " task, " : " tasks, ")
                + c.variants().size() + " variants, " + c.provenance().source();
    }

    private static String warnings(Provenance p) {
        StringBuilder out = new StringBuilder();
        p.notes()
                .forEach(n -> out.append("<p class=\"warning\">")
                        .append(HtmlPage.escape(n))
                        .append("</p>\n"));
        return out.toString();
    }

    private static String environment(Provenance p) {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Source", p.source());
        if (p.board() != null) {
            facts.put("Board", p.board());
        }
        if (p.powerMode() != null) {
            facts.put("Power mode", p.powerMode());
        }
        if (p.date() != null) {
            facts.put("Date", p.date().toString());
        }
        facts.putAll(p.versions());
        return HtmlPage.list(facts);
    }
}
