package io.dms.cli.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.cli.run.RunResult;
import io.dms.cli.run.RunResult.Pass;
import io.dms.cli.run.RunResult.Sample;
import io.dms.cli.run.RunResult.StreamRun;
import io.dms.robotics.Trace;
import java.util.function.ToDoubleFunction;

/** What the charts of a run draw. Frames are thinned out where there are many; the slowest of its neighbours stays. */
final class RunCharts {
    private static final int MOST_POINTS = 2500;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private RunCharts() {}

    /** One JSON object. */
    static String data(RunResult r) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("seconds", r.passes().stream().mapToDouble(Pass::seconds).max().orElse(1));
        root.putArray("spans");
        if (!r.passes().isEmpty()) {
            r.passes()
                    .get(0)
                    .spans()
                    .forEach(s -> root.withArray("spans")
                            .addObject()
                            .put("label", s.label())
                            .put("from", s.from())
                            .put("to", s.to()));
        }
        root.putArray("streams");
        int count = r.passes().isEmpty() ? 0 : r.passes().get(0).streams().size();
        for (int s = 0; s < count; s++) {
            ObjectNode node = root.withArray("streams").addObject();
            StreamRun first = r.passes().get(0).streams().get(s);
            Double bound = first.goal().latencyMillis();
            node.put("goal", bound);
            node.putArray("widths");
            first.levels().forEach(l -> node.withArray("widths").add(l.width()));
            node.putArray("passes");
            for (Pass p : r.passes()) {
                if (s < p.streams().size()) {
                    stream(p.streams().get(s), node.withArray("passes").addObject());
                }
            }
        }
        root.putArray("board");
        for (Pass p : r.passes()) {
            ObjectNode node = root.withArray("board").addObject();
            node.put("name", p.controller());
            samples(p, node.putArray("power"), Sample::watts, 1);
            boolean gpu = p.samples().stream().anyMatch(x -> !Double.isNaN(x.gpuHertz()));
            node.put("clockOf", gpu ? "GPU" : "CPU");
            samples(p, node.putArray("clock"), gpu ? Sample::gpuHertz : Sample::cpuHertz, 1e-6);
            samples(p, node.putArray("heat"), Sample::celsius, 1);
        }
        try {
            return MAPPER.writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void samples(Pass p, ArrayNode out, ToDoubleFunction<Sample> what, double factor) {
        int every = Math.max(1, p.samples().size() / MOST_POINTS);
        for (int i = 0; i < p.samples().size(); i += every) {
            Sample s = p.samples().get(i);
            double v = what.applyAsDouble(s) * factor;
            if (!Double.isNaN(v)) {
                out.addObject().put("x", short6(s.second())).put("y", short6(v));
            }
        }
    }

    private static void stream(StreamRun s, ObjectNode node) {
        node.put("name", s.controller());
        ArrayNode kept = node.putArray("kept");
        ArrayNode missed = node.putArray("missed");
        ArrayNode dropped = node.putArray("dropped");
        ArrayNode level = node.putArray("level");
        Trace t = s.trace();
        int every = Math.max(1, (t.size() + MOST_POINTS - 1) / MOST_POINTS);
        int shown = Trace.DROPPED;
        for (int from = 0; from < t.size(); from += every) {
            int slowest = from;
            for (int i = from; i < Math.min(t.size(), from + every); i++) {
                slowest = t.latencyNanos(i) > t.latencyNanos(slowest) ? i : slowest;
                int now = t.level(i);
                if (now >= 0 && now != shown) {
                    level.addObject()
                            .put("x", short6(s.second(i)))
                            .put("y", s.levels().get(now).width());
                    shown = now;
                }
            }
            ArrayNode to = t.level(slowest) < 0 ? dropped : t.missed(slowest) ? missed : kept;
            to.addObject().put("x", short6(s.second(slowest))).put("y", short6(t.latencyNanos(slowest) / 1e6));
        }
        if (shown >= 0) {
            level.addObject()
                    .put("x", short6(s.second(t.size() - 1)))
                    .put("y", s.levels().get(shown).width());
        }
    }

    private static double short6(double v) {
        return Math.rint(v * 1e4) / 1e4;
    }
}
