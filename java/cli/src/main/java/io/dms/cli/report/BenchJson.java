package io.dms.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.cli.bench.BenchResult;
import io.dms.cli.bench.Latency;
import io.dms.cli.machine.Machine;
import io.dms.monitor.JetsonRelease;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A benchmark as JSON, schema 1. Field names are an interface: a new meaning or a field that goes away needs a new
 * schema number, a field that is added does not. What was not measured is null.
 */
public final class BenchJson {
    private static final int SCHEMA = 1;
    private static final Pattern ONEDNN = Pattern.compile("oneDNN ([\\d.]+)");
    private static final ObjectMapper MAPPER = new ObjectMapper();

    private BenchJson() {}

    /** The one object. */
    public static ObjectNode of(BenchResult r) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("schema", SCHEMA);
        root.put("tool", "dms");
        root.put("version", r.version());
        root.put("command", r.command());
        root.put("date", r.date().toString());
        root.put("interrupted", r.interrupted());
        root.put("model", r.model());
        root.put("backend", r.backendName());
        root.put("precision", r.precision());
        root.put("mode", r.mode());
        root.put("batch", r.batch());
        root.put("threads", r.threads());
        root.set("board", board(r));
        for (BenchResult.Level level : r.levels()) {
            root.withArray("levels").add(level(level));
        }
        BenchResult.Switches s = r.switches();
        if (s == null) {
            root.putNull("switch");
        } else {
            ObjectNode node = root.putObject("switch");
            node.put("first_over_steady_p50", rounded(s.firstOverSteadyP50()));
            node.put("first_over_steady_p90", rounded(s.firstOverSteadyP90()));
            node.put("pairs", s.pairs());
        }
        root.put("allocation_bytes_per_call", r.allocationBytesPerCall());
        ObjectNode memory = root.putObject("memory");
        memory.put("weights_held_bytes", r.weightsHeldBytes());
        memory.put("separate_models_bytes", r.separateModelsBytes());
        memory.put("arena_bytes", r.arenaBytes());
        root.put("start_to_first_inference_ms", rounded(r.startMillis()));
        root.put("accuracy_data", r.accuracyData());
        root.putArray("peers");
        for (BenchResult.Peer p : r.peers()) {
            ObjectNode node = root.withArray("peers").addObject();
            node.put("name", p.name());
            node.put("width", p.width());
            node.set("latency_ms", latency(p.latency()));
            node.put("ratio_p50", rounded(p.ratioP50()));
        }
        root.putArray("warnings");
        r.warnings().forEach(w -> root.withArray("warnings").add(w));
        return root;
    }

    private static ObjectNode board(BenchResult r) {
        Machine m = r.machine();
        JetsonRelease jetson = m.jetson();
        ObjectNode board = MAPPER.createObjectNode();
        board.put("name", m.board());
        board.put("power_mode", r.powerMode());
        BenchResult.Power power = r.power();
        board.put("power_scope", power == null ? null : power.scope());
        board.put("power_rule", power == null ? null : power.rule());
        board.put("cpu", m.cpu());
        board.put("cores", m.cores());
        board.put("memory_bytes", m.memoryBytes());
        ObjectNode versions = board.putObject("versions");
        versions.put("dms", r.version());
        Matcher dnnl = ONEDNN.matcher(r.backend());
        versions.put("onednn", dnnl.find() ? dnnl.group(1) : null);
        versions.put("jdk", m.jdk());
        versions.put("os", m.os());
        versions.put("l4t", jetson == null ? null : jetson.l4t());
        return board;
    }

    private static ObjectNode level(BenchResult.Level l) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("name", l.name());
        node.put("width", l.width());
        node.put("macs", l.macs());
        node.put("parameters", l.parameters());
        node.put("weight_bytes", l.weightBytes());
        node.set("latency_ms", latency(l.latency()));
        node.put("throughput_per_s", rounded(l.throughputPerSecond()));
        BenchResult.Energy energy = l.energy();
        if (energy == null || energy.millijoules() == null) {
            List.of("energy_mj", "energy_error_mj", "energy_scope", "energy_calls")
                    .forEach(node::putNull);
        } else {
            node.put("energy_mj", rounded(energy.millijoules()));
            node.put("energy_error_mj", rounded(energy.errorMillijoules()));
            node.put("energy_scope", energy.scope());
            node.put("energy_calls", energy.calls());
        }
        node.put("top1", l.top1());
        node.put("accuracy_samples", l.accuracySamples());
        node.put("own_model_ratio", rounded(l.ownModelRatio()));
        return node;
    }

    private static ObjectNode latency(Latency l) {
        ObjectNode node = MAPPER.createObjectNode();
        node.put("mean", rounded(l.mean()));
        node.put("p50", rounded(l.p50()));
        node.put("p90", rounded(l.p90()));
        node.put("p95", rounded(l.p95()));
        node.put("p99", rounded(l.p99()));
        node.put("cv", rounded(l.variation()));
        node.put("samples", l.samples());
        return node;
    }

    /** Six significant digits; null for what is not a number. */
    private static @Nullable Double rounded(@Nullable Double v) {
        if (v == null || v.isNaN() || v.isInfinite()) {
            return null;
        }
        return new java.math.BigDecimal(v).round(new java.math.MathContext(6)).doubleValue();
    }
}
