package io.dms.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Simulated schedulers as CSV: one line for each point of each experiment, columns named as in the JSON. */
public final class ScheduleCsv {
    private static final List<String> COLUMNS = List.of(
            "load_mb_per_request",
            "context_share",
            "send_joules",
            "scheduler",
            "traces",
            "requests",
            "served",
            "degraded",
            "late",
            "accuracy",
            "accuracy_served",
            "joules_per_served",
            "joules",
            "dollars",
            "loads_per_request",
            "last_served_s");

    private ScheduleCsv() {}

    /** The whole file, lines ended by a newline. */
    public static String of(ScheduleResult r) {
        JsonNode root = ScheduleJson.of(r);
        StringBuilder out = new StringBuilder("experiment," + String.join(",", COLUMNS) + "\n");
        for (String experiment : List.of("caching", "location", "day")) {
            for (JsonNode row : root.path(experiment)) {
                out.append(experiment);
                for (String c : COLUMNS) {
                    JsonNode v = row.path(c);
                    out.append(',').append(v.isMissingNode() || v.isNull() ? "" : v.asText());
                }
                out.append('\n');
            }
        }
        return out.toString();
    }
}
