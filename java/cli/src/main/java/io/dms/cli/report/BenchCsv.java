package io.dms.cli.report;

import com.fasterxml.jackson.databind.JsonNode;
import io.dms.cli.bench.BenchResult;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A benchmark as CSV: one line for each level and each peer, columns named as in the JSON; unmeasured cells are empty. */
public final class BenchCsv {
    private static final List<String> LATENCY = List.of("mean", "p50", "p90", "p95", "p99", "cv", "samples");
    private static final List<String> LEVEL = List.of(
            "macs",
            "parameters",
            "weight_bytes",
            "throughput_per_s",
            "energy_mj",
            "energy_scope",
            "top1",
            "accuracy_samples",
            "own_model_ratio");

    private BenchCsv() {}

    /** The whole file, lines ended by a newline. */
    public static String of(BenchResult result) {
        JsonNode root = BenchJson.of(result);
        List<String> head = new ArrayList<>(List.of("model", "engine", "batch", "threads", "width"));
        LATENCY.forEach(c -> head.add("latency_ms_" + c));
        head.addAll(LEVEL);
        head.add("ratio_p50");
        StringBuilder out = new StringBuilder(String.join(",", head)).append('\n');
        root.path("levels")
                .forEach(l -> out.append(line(root, root.path("backend").asText(), l)));
        root.path("peers").forEach(p -> out.append(line(root, p.path("name").asText(), p)));
        return out.toString();
    }

    private static String line(JsonNode root, String engine, JsonNode row) {
        List<String> cells = new ArrayList<>(List.of(
                root.path("model").asText(),
                engine,
                root.path("batch").asText(),
                root.path("threads").asText(),
                row.path("width").asText()));
        LATENCY.forEach(c -> cells.add(cell(row.path("latency_ms").path(c))));
        LEVEL.forEach(c -> cells.add(cell(row.path(c))));
        cells.add(cell(row.path("ratio_p50")));
        return cells.stream().map(BenchCsv::quoted).collect(Collectors.joining(",")) + "\n";
    }

    private static String cell(JsonNode value) {
        return value.isNull() || value.isMissingNode() ? "" : value.asText();
    }

    /** By RFC 4180. */
    private static String quoted(String cell) {
        return cell.matches("(?s).*[\",\\r\\n].*") ? '"' + cell.replace("\"", "\"\"") + '"' : cell;
    }
}
