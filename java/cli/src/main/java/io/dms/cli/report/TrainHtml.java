package io.dms.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.compiler.tuning.TuningListener.Epoch;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A training as one HTML file that needs no network: accuracy and loss of each level over the epochs. */
public final class TrainHtml {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private TrainHtml() {}

    /** The whole page. */
    public static String of(TrainResult r) {
        Map<String, String> parts = new LinkedHashMap<>();
        int done = r.epochs().size();
        parts.put("title", HtmlPage.escape("Training of " + r.model()));
        parts.put(
                "subtitle",
                HtmlPage.escape((r.output() == null ? "so far " : "") + done + (done == 1 ? " epoch, " : " epochs, ")
                        + "levels " + String.join(", ", r.levels())));
        parts.put("stages", stages(r));
        parts.put("table", table(r));
        parts.put("facts", HtmlPage.list(r.facts()));
        parts.put("command", HtmlPage.command(r.command()));
        parts.put("data", data(r).replace("<", "\\u003c"));
        return HtmlPage.fill("train.html", parts);
    }

    private static String stages(TrainResult r) {
        if (r.stages().isEmpty()) {
            return "";
        }
        StringBuilder out = new StringBuilder("<section aria-labelledby=\"stages-title\">\n"
                + "<h2 id=\"stages-title\">Three stages</h2>\n"
                + "<p class=\"soft\">Top-1 on the test images: channels cut by their order alone, with each"
                + " level&rsquo;s own normalisation but no weight changed, and tuned.</p>\n"
                + "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"Stages\"><table><thead><tr><th"
                + " scope=\"col\">Stage</th>");
        r.levels()
                .forEach(l -> out.append("<th scope=\"col\">")
                        .append(HtmlPage.escape(l))
                        .append("</th>"));
        out.append("</tr></thead><tbody>\n");
        for (TrainResult.Stage s : r.stages()) {
            out.append("<tr><th scope=\"row\">")
                    .append(HtmlPage.escape(s.name()))
                    .append("</th>");
            s.top1().forEach(t -> out.append("<td>").append(Figures.percent(t)).append("</td>"));
            out.append("</tr>\n");
        }
        return out.append("</tbody></table></div>\n</section>\n").toString();
    }

    private static String table(TrainResult r) {
        StringBuilder out = new StringBuilder("<table><thead><tr><th scope=\"col\">Epoch</th>");
        for (String what : List.of("Loss ", "Top-1 ")) {
            r.levels()
                    .forEach(l -> out.append("<th scope=\"col\">")
                            .append(what)
                            .append(HtmlPage.escape(l))
                            .append("</th>"));
        }
        out.append("<th scope=\"col\">Seconds</th></tr></thead><tbody>\n");
        for (Epoch e : r.epochs()) {
            out.append("<tr><th scope=\"row\">").append(e.number()).append("</th>");
            e.losses().forEach(v -> out.append(String.format(Locale.ROOT, "<td>%.4f</td>", v)));
            for (int l = 0; l < r.levels().size(); l++) {
                out.append("<td>")
                        .append(Figures.percent(
                                e.top1().isEmpty() ? null : e.top1().get(l)))
                        .append("</td>");
            }
            out.append(String.format(Locale.ROOT, "<td>%.1f</td></tr>%n", e.seconds()));
        }
        return out.append("</tbody></table>\n").toString();
    }

    private static String data(TrainResult r) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("accuracy", r.epochs().stream().anyMatch(e -> !e.top1().isEmpty()));
        root.putArray("levels");
        for (int l = 0; l < r.levels().size(); l++) {
            ObjectNode level = root.withArray("levels").addObject();
            level.put("name", "width " + r.levels().get(l));
            ArrayNode loss = level.putArray("loss");
            ArrayNode top1 = level.putArray("top1");
            for (Epoch e : r.epochs()) {
                loss.addObject().put("x", e.number()).put("y", e.losses().get(l));
                if (!e.top1().isEmpty()) {
                    top1.addObject()
                            .put("x", e.number())
                            .put("y", 100 * e.top1().get(l));
                }
            }
        }
        try {
            return MAPPER.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
