package io.dms.fieldkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dms.model.DmsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** {@code Main STEP}: one step of the field kit; exit status 1 where a bar is missed, 3 where there is no GPU. */
public final class Main {
    private Main() {}

    /** Runs one step, or writes the report of those that ran. */
    public static void main(String[] args) throws IOException {
        Path out = Path.of(System.getProperty("dms.field.out", "."));
        if (args.length != 1) {
            throw new IllegalArgumentException("one step: correctness levels switch rebind memory endurance report");
        }
        if (args[0].equals("report")) {
            report(out);
            return;
        }
        System.exit(run(out, args[0]));
    }

    private static int run(Path out, String step) throws IOException {
        Result result = new Result(out, step);
        try {
            Steps steps = new Steps(Boolean.getBoolean("dms.field.quick"), result);
            Map<String, Runnable> all = Map.of(
                    "correctness", steps::correctness,
                    "levels", steps::levels,
                    "switch", steps::switches,
                    "rebind", steps::rebind,
                    "memory", steps::memory,
                    "endurance", steps::endurance);
            Runnable chosen = all.get(step);
            if (chosen == null) {
                throw new IllegalArgumentException("no step " + step);
            }
            chosen.run();
        } catch (DmsException e) {
            result.note("error", String.valueOf(e.getMessage()));
            System.out.println(e.getMessage());
            return e.exitStatus();
        }
        return result.failures() == 0 ? 0 : 1;
    }

    /** Markdown of every step that left a file. */
    private static void report(Path out) throws IOException {
        List<String> lines = new ArrayList<>(List.of("# DMS on this machine's GPU", ""));
        Path machine = out.resolve("machine.txt");
        if (Files.exists(machine)) {
            lines.addAll(List.of("```", Files.readString(machine).strip(), "```", ""));
        }
        try (Stream<Path> files = Files.list(out)) {
            for (Path file :
                    files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                JsonNode root = new ObjectMapper().readTree(file.toFile());
                lines.add("## " + file.getFileName().toString().replace(".json", ""));
                lines.add("");
                root.fields().forEachRemaining(f -> {
                    if (f.getValue().isValueNode()) {
                        lines.add("- " + f.getKey() + ": " + f.getValue().asText());
                    }
                });
                lines.addAll(List.of("", "| what | figures |", "| --- | --- |"));
                for (JsonNode row : root.path("rows")) {
                    lines.add("| " + row.path("what").asText(row.path("model").asText()) + " | " + figures(row) + " |");
                }
                lines.add("");
            }
        }
        Files.write(out.resolve("report.md"), lines);
    }

    private static String figures(JsonNode row) {
        return row.properties().stream()
                .filter(f -> !f.getKey().equals("what"))
                .map(f -> f.getKey() + " " + f.getValue().asText())
                .collect(Collectors.joining(", "));
    }
}
