package io.dms.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.cli.run.RunResult;
import io.dms.cli.run.RunResult.Pass;
import io.dms.cli.run.RunResult.StreamRun;
import io.dms.cli.run.StreamFigures;
import io.dms.model.Profile;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A run as JSON, schema 1. Field names are an interface: a new meaning or a field that goes away needs a new schema
 * number, a field that is added does not. What was not measured is null.
 */
public final class RunJson {
    private static final int SCHEMA = 1;
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private RunJson() {}

    /** The one object. */
    public static ObjectNode of(RunResult r) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("schema", SCHEMA);
        root.put("tool", "dms");
        root.put("version", r.version());
        root.put("command", r.command());
        root.put("date", r.date().toString());
        root.put("interrupted", r.interrupted());
        root.put("simulated", r.simulated());
        root.put("simulation_seconds", rounded(r.computedSeconds()));
        root.put("backend", r.backend());
        ObjectNode board = root.putObject("board");
        board.put("name", r.board());
        board.put("power_mode", r.powerMode());
        // a simulated board has no processor of its own; what computed it stands apart
        board.put("cpu", r.simulated() == null ? r.machine().cpu() : null);
        board.put("cores", r.simulated() == null ? r.machine().cores() : null);
        if (r.simulated() != null) {
            ObjectNode computed = root.putObject("computed_on");
            computed.put("name", r.machine().board());
            computed.put("cpu", r.machine().cpu());
            computed.put("cores", r.machine().cores());
        }
        root.putArray("passes");
        for (Pass p : r.passes()) {
            pass(p, root.withArray("passes").addObject());
        }
        return root;
    }

    private static void pass(Pass p, ObjectNode node) {
        node.put("controller", p.controller());
        node.put("seconds", rounded(p.seconds()));
        ObjectNode energy = node.putObject("energy");
        energy.put("joules", rounded(p.energy().joules()));
        energy.put("error_joules", rounded(p.energy().errorJoules()));
        energy.put("scope", p.energy().scope());
        energy.put("why_absent", p.energy().whyAbsent());
        node.putArray("disturbances");
        p.spans()
                .forEach(s -> node.withArray("disturbances")
                        .addObject()
                        .put("what", s.label())
                        .put("from_s", rounded(s.from()))
                        .put("to_s", rounded(s.to()))
                        .put("step", s.step()));
        node.putArray("notes");
        p.notes()
                .forEach(n -> node.withArray("notes")
                        .addObject()
                        .put("at_s", rounded(n.second()))
                        .put("text", n.text()));
        node.putArray("streams");
        p.streams().forEach(s -> stream(p, s, node.withArray("streams").addObject()));
    }

    private static void stream(Pass p, StreamRun s, ObjectNode node) {
        StreamFigures f = StreamFigures.of(p, s);
        boolean bound = s.goal().latencyMillis() != null;
        node.put("name", s.name());
        node.put("model", s.model());
        node.put("source", s.source());
        node.put("goal", s.goal().toString());
        node.put("controller", s.controller());
        node.put("batch", s.batch());
        node.put("threads", s.threads());
        node.put("profile_measured_at_opening", s.profiledAtOpening());
        node.put("frames", f.frames() + s.trace().forgotten());
        node.put("frames_counted", f.frames());
        node.put("served", f.served());
        node.put("dropped", f.dropped());
        node.put("replaced_by_newer", s.replaced());
        node.put("missed", bound ? f.missed() : null);
        node.put("miss_rate", bound ? rounded(f.missShare()) : null);
        ObjectNode steady = node.putObject("steady");
        steady.put("frames", f.steadyFrames());
        steady.put("missed", bound ? f.steadyMissed() : null);
        steady.put("miss_rate", bound ? rounded(f.steadyMissShare()) : null);
        ObjectNode latency = node.putObject("latency_ms");
        latency.put("mean", rounded(f.latency().meanMillis()));
        for (int percent : new int[] {50, 90, 95, 99}) {
            latency.put("p" + percent, rounded(f.percentile(percent)));
        }
        latency.put("max", rounded(f.maxMillis()));
        latency.put("at_goal_percentile", rounded(f.boundPercentileMillis()));
        latency.put("samples", f.latency().count());
        Double limit = s.goal().latencyMillis();
        Boolean kept = null;
        if (limit != null && !Double.isNaN(f.boundPercentileMillis())) {
            kept = f.boundPercentileMillis() <= limit;
        }
        node.put("latency_goal_kept", kept);
        node.put("mean_accuracy", rounded(f.meanAccuracy()));
        node.put("mean_width", rounded(f.meanWidth()));
        node.put("mean_level", rounded(f.meanLevel()));
        node.putArray("levels");
        List<Profile.Level> levels = s.levels();
        for (int l = 0; l < levels.size(); l++) {
            Profile.Level level = levels.get(l);
            node.withArray("levels")
                    .addObject()
                    .put("name", level.name())
                    .put("width", level.width())
                    .put("profile_p50_ms", rounded(level.latency().p50()))
                    .put("profile_p95_ms", rounded(level.latency().p95()))
                    .put("accuracy", rounded(level.accuracy()))
                    .put("frames", f.levelFrames()[l])
                    .put("share", f.served() == 0 ? null : rounded((double) f.levelFrames()[l] / f.served()));
        }
        node.put("switches", f.switches());
        node.put("most_switches_in_100_frames", f.mostSwitches());
        node.put("longest_undisturbed_cycle_in_100_frames", f.longestCycle());
        node.putArray("recoveries");
        if (bound) {
            f.recoveries()
                    .forEach(x -> node.withArray("recoveries")
                            .addObject()
                            .put("at_s", rounded(x.second()))
                            .put("what", x.label())
                            .put("frames_until_back", x.frames()));
        }
        node.putArray("failures");
        s.failures().forEach(x -> node.withArray("failures").add(x));
        node.put("infeasible", s.infeasible());
        node.put("status_at_end", s.status());
    }

    /** Six significant digits; null for what is not a number. */
    private static @Nullable Double rounded(@Nullable Double v) {
        if (v == null || v.isNaN() || v.isInfinite()) {
            return null;
        }
        return new java.math.BigDecimal(v).round(new java.math.MathContext(6)).doubleValue();
    }
}
