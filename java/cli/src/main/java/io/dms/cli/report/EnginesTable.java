package io.dms.cli.report;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.backend.tensorrt.cache.EngineRecord;
import io.dms.backend.tensorrt.cache.StoredEngine;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Engines of a cache as a table and as JSON. */
public final class EnginesTable {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm");

    private EnginesTable() {}

    /** A table within {@code room} characters, then the faults, then the sum. Times are local. */
    public static List<String> lines(List<StoredEngine> engines, String folder, int room) {
        if (engines.isEmpty()) {
            return List.of("no engines in " + folder);
        }
        TextTable table = new TextTable(
                "<model", "<level", "<precision", "<TensorRT", "<device", "size", "<built", "<used", "<state");
        List<String> faults = new ArrayList<>();
        long bytes = 0;
        for (StoredEngine e : engines) {
            EngineRecord r = e.record();
            bytes += e.bytes();
            table.row(
                    r == null ? e.id().substring(0, 12) : r.model(),
                    r == null ? "-" : r.level(),
                    field(r, "precision"),
                    field(r, "tensorrt"),
                    field(r, "device"),
                    Figures.bytes(e.bytes()),
                    time(r == null ? null : r.built()),
                    time(e.used()),
                    e.fault() != null ? "unusable" : e.inUse() ? "in use" : "ok");
            if (e.fault() != null) {
                faults.add(e.name() + ": " + e.fault());
            }
        }
        List<String> lines = new ArrayList<>(table.lines(room));
        lines.add("");
        lines.addAll(faults);
        lines.add(count(engines.size()) + ", " + Figures.bytes(bytes) + ", in " + folder);
        return lines;
    }

    /** As in {@code 1 engine}. */
    public static String count(int engines) {
        return engines == 1 ? "1 engine" : engines + " engines";
    }

    private static String field(@Nullable EngineRecord r, String name) {
        return r == null ? "-" : r.key().fields().getOrDefault(name, "-");
    }

    private static String time(@Nullable Instant when) {
        return when == null ? "-" : TIME.format(when.atZone(ZoneId.systemDefault()));
    }

    /** One engine. What is not known is null. */
    public static void json(ObjectNode node, StoredEngine e) {
        EngineRecord r = e.record();
        node.put("id", e.id());
        node.put("bytes", e.bytes());
        node.put("used", e.used() == null ? null : e.used().toString());
        node.put("in_use", e.inUse());
        node.put("fault", e.fault());
        if (r == null) {
            node.putNull("model");
            node.putNull("level");
        } else {
            json(node, r);
        }
    }

    /** What is known about an engine. */
    public static void json(ObjectNode node, EngineRecord r) {
        node.put("model", r.model());
        node.put("level", r.level());
        node.put("plan_bytes", r.planBytes());
        node.put("built", r.built().toString());
        node.put("build_ms", r.buildMillis());
        node.put("check", r.check());
        node.put("layers", r.facts().layers());
        node.put("activation_bytes", r.facts().activationBytes());
        r.facts().gpuFallbacks().forEach(node.putArray("gpu_fallbacks")::add);
        ObjectNode key = node.putObject("key");
        r.key().fields().forEach(key::put);
    }
}
