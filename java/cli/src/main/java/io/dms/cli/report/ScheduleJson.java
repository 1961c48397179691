package io.dms.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.schedule.sim.Experiments.Row;
import io.dms.schedule.sim.Summary;
import io.dms.schedule.sim.Tally;
import java.util.List;

/**
 * Simulated schedulers as JSON, schema 1. Field names are an interface: a new meaning or a field that goes away needs a
 * new schema number, a field that is added does not.
 */
public final class ScheduleJson {
    private static final int SCHEMA = 1;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ScheduleJson() {}

    /** The one object. */
    public static ObjectNode of(ScheduleResult r) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("schema", SCHEMA);
        root.put("tool", "dms");
        root.put("version", r.version());
        root.put("command", r.command());
        root.put("date", r.date().toString());
        root.put("simulated", true);
        root.put("interrupted", r.interrupted());
        root.put("catalog", r.catalogName());
        root.put("requests", r.requests());
        root.put("traces", r.traces());
        root.put("seed", r.seed());
        root.put("simulation_seconds", rounded(r.computedSeconds()));
        rows(root, "caching", "load_mb_per_request", "", r.caching());
        rows(root, "location", "context_share", "send_joules", r.location());
        rows(root, "day", "", "", r.dayRows());
        root.putArray("timelines");
        for (Tally t : r.day()) {
            ObjectNode node = root.withArray("timelines").addObject();
            node.put("scheduler", t.scheduler());
            node.putArray("second");
            node.putArray("accuracy");
            for (int b = 0; b < Tally.BINS; b++) {
                node.withArray("second").add(rounded(t.binSecond(b)));
                node.withArray("accuracy").add(rounded(t.binAccuracy(b)));
            }
        }
        root.putArray("outages");
        r.outages()
                .forEach(o -> root.withArray("outages")
                        .addObject()
                        .put("from_s", rounded(o[0]))
                        .put("to_s", rounded(o[1])));
        return root;
    }

    private static void rows(ObjectNode root, String name, String x, String group, List<Row> rows) {
        root.putArray(name);
        for (Row row : rows) {
            ObjectNode node = root.withArray(name).addObject();
            if (!group.isEmpty()) {
                node.put(group, row.group());
            }
            if (!x.isEmpty()) {
                node.put(x, row.x());
            }
            put(row.summary(), node);
        }
    }

    private static void put(Summary s, ObjectNode node) {
        node.put("scheduler", s.scheduler());
        node.put("traces", s.traces());
        node.put("requests", s.requests());
        node.put("served", rounded(s.served()));
        node.put("served_least", rounded(s.leastServed()));
        node.put("served_most", rounded(s.mostServed()));
        node.put("degraded", rounded(s.degraded()));
        node.put("late", rounded(s.late()));
        ObjectNode refused = node.putObject("refused");
        s.refused().forEach((why, share) -> refused.put(why.word(), rounded(share)));
        node.put("accuracy", rounded(s.accuracy()));
        node.put("accuracy_served", rounded(s.accuracyServed()));
        node.put("joules_per_served", rounded(s.joulesServed()));
        node.put("joules", rounded(s.joules()));
        node.put("dollars", rounded(s.dollars()));
        node.put("loads_per_request", rounded(s.loads()));
        node.put("last_served_s", rounded(s.lastServedSeconds()));
    }

    private static @org.jspecify.annotations.Nullable Double rounded(double v) {
        return Double.isNaN(v) ? null : Math.rint(v * 1e6) / 1e6;
    }
}
