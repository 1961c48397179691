package io.dms.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.select.evaluate.Baselines;
import io.dms.select.evaluate.Front;
import io.dms.select.evaluate.Interval;
import io.dms.select.evaluate.Report;
import org.jspecify.annotations.Nullable;

/**
 * An evaluation of selectors as JSON, schema 1. Field names are an interface: a new meaning or a field that goes away needs
 * a new schema number, a field that is added does not. Intervals are {@code [value, 2.5 %, 97.5 %]}.
 */
public final class SelectJson {
    private static final int SCHEMA = 1;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private SelectJson() {}

    /** The one object. */
    public static ObjectNode of(SelectResult result) {
        Report r = result.report();
        ObjectNode root = MAPPER.createObjectNode();
        root.put("schema", SCHEMA);
        root.put("tool", "dms");
        root.put("version", result.version());
        root.put("command", result.command());
        root.put("date", result.date().toString());
        root.put("samples_file", result.file());
        root.put("data", r.data());
        root.put("machine", result.origin().machine());
        root.put("backend", result.origin().backend());
        root.put("threads", result.origin().threads());
        root.put("profiled", result.origin().date().toString());
        root.put("samples", r.samples());
        root.put("folds", r.folds());
        root.put("resamples", r.resamples());
        root.put("seed", result.seed());
        root.put("image_features_ms", result.imageMillis() == 0 ? null : (Double) result.imageMillis());
        Baselines b = r.baselines();
        ArrayNode candidates = root.putArray("candidates");
        for (int c = 0; c < r.candidates().size(); c++) {
            ObjectNode node = candidates.addObject();
            node.put("id", r.candidates().get(c).id());
            node.put("ms", rounded(b.singles().get(c).millis()));
            put(node, "accuracy", r.singles().get(c));
        }
        root.put("cheapest", r.candidates().get(b.cheapest()).id());
        root.put("best", r.candidates().get(b.best()).id());
        root.put("any_right", rounded(r.anyRight()));
        put(root, "mix", b.mix());
        put(root, "best_mix", b.bestMix());
        put(root, "oracle", b.oracle());
        ArrayNode methods = root.putArray("methods");
        for (Report.OfMethod m : r.methods()) {
            ObjectNode node = methods.addObject();
            node.put("name", m.name());
            node.put("problem", m.problem());
            node.put("learning_s", rounded(m.learningSeconds()));
            put(node, "speedup_at_best", m.speedupAtBest());
            ArrayNode settings = node.putArray("settings");
            m.settings().forEach(p -> put(settings.addObject(), p));
            Report.Point usual = m.usual();
            if (usual == null) {
                node.putNull("usual");
            } else {
                put(node.putObject("usual"), usual);
            }
        }
        return root;
    }

    private static void put(ObjectNode node, Report.Point p) {
        node.put("setting", p.setting());
        put(node, "accuracy", p.accuracy());
        put(node, "ms", p.millis());
        node.put("refused", rounded(p.refused()));
        node.put("own_ms", rounded(p.ownMillis()));
        put(node, "lead", p.lead());
        put(node, "speedup", p.speedup());
        put(node, "gap_to_mix", p.ofMix());
        put(node, "gap_to_best_mix", p.ofBestMix());
        put(node, "gap_of_time", p.ofTime());
        ArrayNode runs = node.putArray("runs");
        p.runs().forEach(v -> runs.add(rounded(v)));
    }

    private static void put(ObjectNode node, String name, Front front) {
        ArrayNode points = node.putArray(name);
        for (Front.Point p : front.points()) {
            points.addObject().put("ms", rounded(p.millis())).put("accuracy", rounded(p.accuracy()));
        }
    }

    private static void put(ObjectNode node, String name, Interval i) {
        if (Double.isNaN(i.value())) {
            node.putNull(name);
        } else {
            node.putArray(name).add(rounded(i.value())).add(rounded(i.low())).add(rounded(i.high()));
        }
    }

    private static @Nullable Double rounded(double v) {
        return Double.isFinite(v) ? Math.rint(v * 1e6) / 1e6 : null;
    }
}
