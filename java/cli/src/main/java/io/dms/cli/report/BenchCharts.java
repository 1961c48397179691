package io.dms.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.cli.bench.BenchResult;
import io.dms.cli.bench.Latency;
import org.jspecify.annotations.Nullable;

/** What the charts of the HTML report draw. */
final class BenchCharts {
    /** The slowest calls are left out of the drawing: one of them would squeeze all others into a corner. */
    private static final double CHART_SHARE = 0.995;

    private static final ObjectMapper MAPPER = new ObjectMapper();

    private BenchCharts() {}

    /** True where some level has an accuracy, so that there is a front to draw. */
    static boolean hasAccuracy(BenchResult result) {
        return result.levels().stream().anyMatch(l -> l.top1() != null);
    }

    /** Series for the front, steps for the distribution, as one JSON object. */
    static String data(BenchResult result) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("accuracy", hasAccuracy(result));
        ArrayNode own = series(root, "DMS, one model");
        for (BenchResult.Level l : result.levels()) {
            point(own, l.name(), l.latency().p50(), l.top1());
        }
        if (!result.peers().isEmpty()) {
            ArrayNode other = series(root, result.peers().get(0).name() + ", a model for each width");
            for (BenchResult.Level l : result.levels()) {
                BenchResult.Peer p = result.peerOf(l);
                if (p != null) {
                    point(other, l.name(), p.latency().p50(), l.top1());
                }
            }
        }
        root.putArray("spread");
        result.levels().forEach(l -> spread(root, "width " + l.name(), l.latency()));
        return json(root);
    }

    private static ArrayNode series(ObjectNode root, String label) {
        ObjectNode node = root.withArray("series").addObject();
        node.put("label", label);
        return node.putArray("points");
    }

    private static void point(ArrayNode points, String name, double x, @Nullable Double top1) {
        points.addObject().put("name", name).put("x", x).put("y", top1 == null ? null : 100 * top1);
    }

    private static void spread(ObjectNode root, String label, Latency latency) {
        ObjectNode node = root.withArray("spread").addObject();
        node.put("label", label);
        ArrayNode points = node.putArray("points");
        for (Latency.Step s : latency.steps()) {
            if (s.share() <= CHART_SHARE || points.isEmpty()) {
                points.addObject().put("x", s.millis()).put("y", 100 * s.share());
            }
        }
    }

    private static String json(ObjectNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
