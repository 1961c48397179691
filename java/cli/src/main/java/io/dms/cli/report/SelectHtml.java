package io.dms.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dms.select.evaluate.Baselines;
import io.dms.select.evaluate.Front;
import io.dms.select.evaluate.Report;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An evaluation of selectors as one HTML file that needs no network: the curve of every method among the baselines. */
public final class SelectHtml {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private SelectHtml() {}

    /** The whole page. */
    public static String of(SelectResult result) {
        Report r = result.report();
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("title", "Which model for which input");
        parts.put(
                "subtitle",
                HtmlPage.escape(r.samples() + " samples of " + r.data() + ", "
                        + DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.UK)
                                .withZone(ZoneOffset.UTC)
                                .format(result.date())));
        StringBuilder warnings = new StringBuilder();
        SelectText.problems(result)
                .forEach(p -> warnings.append("<p class=\"warning\">")
                        .append(HtmlPage.escape(p))
                        .append("</p>\n"));
        parts.put("warnings", warnings.toString());
        parts.put("summary", summary(r));
        parts.put("baselines", baselines(r));
        parts.put("methods", methods(r));
        parts.put("facts", facts(result));
        parts.put("command", HtmlPage.command(result.command()));
        try {
            parts.put("data", MAPPER.writeValueAsString(SelectJson.of(result)).replace("<", "\\u003c"));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        return HtmlPage.fill("select.html", parts);
    }

    /** One sentence for each method, the figure with its interval first. */
    private static String summary(Report r) {
        StringBuilder out = new StringBuilder();
        String best = r.candidates().get(r.baselines().best()).id();
        for (Report.OfMethod m : r.methods()) {
            Report.Point usual = m.usual();
            if (usual == null) {
                continue;
            }
            String reached = Double.isNaN(m.speedupAtBest().value())
                    ? "does not reach the accuracy of " + best + " at any setting"
                    : "reaches the accuracy of " + best + " in " + SelectText.interval(m.speedupAtBest(), "%.2f")
                            + " times less time";
            out.append("<p><strong>")
                    .append(HtmlPage.escape(m.name()))
                    .append("</strong> ")
                    .append(HtmlPage.escape(reached + ". At the setting it would have taken itself: "
                            + Figures.percent(usual.accuracy().value()) + " right in "
                            + Figures.millis(usual.millis().value()) + " ms; of the accuracy between a random mix of"
                            + " cheapest and best and the oracle it captures " + SelectText.share(usual.ofMix())
                            + ", from the best random mix " + SelectText.share(usual.ofBestMix()) + "."))
                    .append("</p>\n");
        }
        return out.toString();
    }

    private static String baselines(Report r) {
        StringBuilder out = head(List.of("Baseline", "Accuracy", "95 %", "ms"));
        Baselines b = r.baselines();
        for (int c = 0; c < r.candidates().size(); c++) {
            String id = r.candidates().get(c).id();
            row(
                    out,
                    c == b.cheapest()
                            ? "always cheapest: " + id
                            : c == b.best() ? "always best: " + id : "always " + id,
                    List.of(
                            Figures.percent(r.singles().get(c).value()),
                            SelectText.range(r.singles().get(c), 100, "%.2f"),
                            Figures.millis(b.singles().get(c).millis())));
        }
        List<Front.Point> oracle = b.oracle().points();
        Front.Point last = oracle.get(oracle.size() - 1);
        row(out, "oracle", List.of(Figures.percent(last.accuracy()), "", Figures.millis(last.millis())));
        return out.append("</tbody>\n</table>").toString();
    }

    private static String methods(Report r) {
        StringBuilder out = head(List.of(
                "Method and setting",
                "Accuracy",
                "95 %",
                "ms",
                "95 %",
                "Faster than best",
                "Gap, mix",
                "Gap, best mix",
                "Gap in time",
                "Refused"));
        for (Report.OfMethod m : r.methods()) {
            m.settings().forEach(p -> point(out, m.name() + " " + p.setting(), p));
            Report.Point usual = m.usual();
            if (usual != null) {
                point(out, m.name() + " usual", usual);
            }
        }
        return out.append("</tbody>\n</table>").toString();
    }

    private static void point(StringBuilder out, String name, Report.Point p) {
        row(
                out,
                name,
                List.of(
                        Figures.percent(p.accuracy().value()),
                        SelectText.range(p.accuracy(), 100, "%.2f"),
                        Figures.millis(p.millis().value()),
                        SelectText.range(p.millis(), 1, "%.3f"),
                        Figures.ratio(p.speedup().value()),
                        SelectText.share(p.ofMix()),
                        SelectText.share(p.ofBestMix()),
                        SelectText.share(p.ofTime()),
                        p.refused() == 0 ? "" : Figures.percent(p.refused())));
    }

    private static StringBuilder head(List<String> titles) {
        StringBuilder out = new StringBuilder("<table>\n<thead><tr>");
        titles.forEach(t -> out.append("<th scope=\"col\">").append(t).append("</th>"));
        return out.append("</tr></thead>\n<tbody>\n");
    }

    private static void row(StringBuilder out, String name, List<String> cells) {
        out.append("<tr><th scope=\"row\">").append(HtmlPage.escape(name)).append("</th>");
        cells.forEach(c -> out.append("<td>")
                .append(c.equals(Figures.UNMEASURED) || c.isEmpty() ? "&ndash;" : HtmlPage.escape(c))
                .append("</td>"));
        out.append("</tr>\n");
    }

    private static String facts(SelectResult result) {
        Map<String, String> facts = new LinkedHashMap<>();
        Report r = result.report();
        facts.put("Samples", result.file() + ", " + r.samples() + " of " + r.data());
        facts.put(
                "Times",
                result.origin().machine() + ", " + result.origin().backend() + ", "
                        + result.origin().threads() + (result.origin().threads() == 1 ? " thread" : " threads") + ", "
                        + result.origin().date());
        facts.put(
                "Features of an image",
                result.imageMillis() == 0 ? "none in the samples" : Figures.millis(result.imageMillis()) + " ms");
        facts.put(
                "Judged by",
                r.folds() + "-fold cross-validation, folds are stretches of the stream, seed " + result.seed());
        facts.put("Intervals", "95 %, bootstrap over samples, " + r.resamples() + " resamples");
        facts.put("DMS", result.version());
        facts.put("Date", DateTimeFormatter.ISO_INSTANT.format(result.date()));
        return HtmlPage.list(facts);
    }
}
