package io.dms.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** An evaluation of selectors as CSV: a line for each candidate, curve point and setting; columns named as in the JSON. */
public final class SelectCsv {
    private SelectCsv() {}

    /** The whole file, lines ended by a newline. */
    public static String of(SelectResult result) {
        JsonNode root = SelectJson.of(result);
        StringBuilder out = new StringBuilder(
                "method,setting,accuracy,accuracy_low,accuracy_high,ms,ms_low,ms_high,refused,own_ms,speedup,gap_to_mix,"
                        + "gap_to_best_mix,gap_of_time\n");
        for (JsonNode c : root.path("candidates")) {
            out.append("always,").append(c.path("id").asText()).append(',');
            interval(out, c.path("accuracy"));
            out.append(c.path("ms").asText()).append(",,,,,,,,\n");
        }
        for (String curve : List.of("mix", "best_mix", "oracle")) {
            for (JsonNode p : root.path(curve)) {
                out.append(curve)
                        .append(",,")
                        .append(p.path("accuracy").asText())
                        .append(",,,");
                out.append(p.path("ms").asText()).append(",,,,,,,,\n");
            }
        }
        for (JsonNode m : root.path("methods")) {
            for (JsonNode p : m.path("settings")) {
                line(out, m.path("name").asText(), p);
            }
            if (m.path("usual").isObject()) {
                line(out, m.path("name").asText(), m.path("usual"));
            }
        }
        return out.toString();
    }

    private static void line(StringBuilder out, String method, JsonNode p) {
        out.append(method).append(',').append(p.path("setting").asText()).append(',');
        interval(out, p.path("accuracy"));
        interval(out, p.path("ms"));
        out.append(text(p.path("refused"))).append(',').append(text(p.path("own_ms")));
        for (String name : List.of("speedup", "gap_to_mix", "gap_to_best_mix", "gap_of_time")) {
            out.append(',').append(text(p.path(name).path(0)));
        }
        out.append('\n');
    }

    private static void interval(StringBuilder out, JsonNode i) {
        for (int k = 0; k < 3; k++) {
            out.append(text(i.path(k))).append(',');
        }
    }

    private static String text(JsonNode v) {
        return v.isNumber() ? v.asText() : "";
    }
}
