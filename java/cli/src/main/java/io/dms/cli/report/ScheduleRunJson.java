package io.dms.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.cli.catalog.RunAccount;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A stream that was really served, as JSON, schema 1. Field names are an interface: a new meaning or a field that goes away
 * needs a new schema number, a field that is added does not.
 */
public final class ScheduleRunJson {
    private static final int SCHEMA = 1;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private ScheduleRunJson() {}

    /** The one object. */
    public static ObjectNode of(ScheduleRunResult r) {
        RunAccount a = r.account();
        ObjectNode root = MAPPER.createObjectNode();
        root.put("schema", SCHEMA);
        root.put("tool", "dms");
        root.put("version", r.version());
        root.put("command", r.command());
        root.put("date", r.date().toString());
        root.put("simulated", false);
        root.put("interrupted", r.interrupted());
        root.put("catalog", r.catalogName());
        root.put("scheduler", a.scheduler());
        root.put("rate_per_s", r.rate());
        root.put("context", r.context());
        root.put("seed", r.seed());
        root.put("requests", a.requests());
        root.put("answered", a.answered());
        root.put("late", a.late());
        a.refused().forEach(root.putObject("refused")::put);
        root.put("judged", a.judged());
        root.put("right", a.right());
        root.put("mean_ms", rounded(a.meanMillis()));
        root.put("memory_bytes", a.mostBytes());
        root.put("loads", a.loads());
        root.putArray("variants");
        a.variants()
                .forEach(v -> root.withArray("variants")
                        .addObject()
                        .put("id", v.id())
                        .put("place", v.place())
                        .put("chosen", v.chosen())
                        .put("answered", v.itself())
                        .put("stood_in", v.stoodIn())
                        .put("refused", v.refused()));
        root.putArray("servers");
        for (RunAccount.Server s : a.servers()) {
            ObjectNode node = root.withArray("servers").addObject();
            node.put("address", s.address()).put("asked", s.asked()).put("answered", s.answered());
            s.losses().forEach(node.putObject("lost")::put);
            node.put("round_trip_ms", rounded(s.roundTripMillis()));
        }
        root.putArray("specialised");
        for (RunAccount.Stream s : a.streams()) {
            root.withArray("specialised")
                    .addObject()
                    .put("task", s.task())
                    .put("general", s.general())
                    .put("frames", s.frames())
                    .put("by_head", s.byHead())
                    .put("general_runs", s.generalRuns())
                    .put("trained", s.trained())
                    .put("train_s", rounded(s.trainSeconds()))
                    .put("entered", s.entered())
                    .put("left", s.left());
        }
        root.putArray("notes");
        a.notes().forEach(root.withArray("notes")::add);
        return root;
    }

    /** Every request that is remembered, for the chart. */
    static ObjectNode samples(RunAccount a) {
        ObjectNode root = MAPPER.createObjectNode();
        for (RunAccount.Sample s : a.samples()) {
            root.withArray(s.end().name().toLowerCase(Locale.ROOT))
                    .addArray()
                    .add(Math.rint(s.seconds() * 1e4) / 1e4)
                    .add(Math.rint(s.millis() * 1e3) / 1e3);
        }
        return root;
    }

    private static @Nullable Double rounded(double v) {
        return Double.isNaN(v) ? null : Math.rint(v * 1e6) / 1e6;
    }
}
