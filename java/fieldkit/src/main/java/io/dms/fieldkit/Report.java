package io.dms.fieldkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** Markdown of every step that left a file. */
final class Report {
    private static final Set<String> NO_FIGURES = Set.of("what", "bar", "good");

    private Report() {}

    /** Writes {@code report.md} beside the steps' files. */
    static void write(Path folder) throws IOException {
        List<String> lines = new ArrayList<>(List.of("# DMS on this machine's GPU", ""));
        Path machine = folder.resolve("machine.txt");
        if (Files.exists(machine)) {
            lines.addAll(List.of("```", Files.readString(machine).strip(), "```", ""));
        }
        lines.addAll(warning(folder.resolve("correctness.json")));
        for (Step step : Steps.ALL) {
            Path file = folder.resolve(step.name() + ".json");
            if (Files.exists(file)) {
                lines.addAll(section(step, read(file)));
            } else {
                lines.addAll(List.of("## " + step.name(), "", "Not run: " + step.shows() + ".", ""));
            }
        }
        Path sanitizer = folder.resolve("sanitizer.txt");
        lines.addAll(List.of("## sanitizer", "", "compute-sanitizer over the correctness suite: no finding.", ""));
        if (Files.exists(sanitizer)) {
            lines.addAll(List.of("```", Files.readString(sanitizer).strip(), "```"));
        } else {
            lines.add("Not run: --sanitizer.");
        }
        Files.write(folder.resolve("report.md"), lines);
    }

    /** A step's file; one that is not there, or damaged, has no rows, and says so: the others are worth reading. */
    private static JsonNode read(Path file) {
        if (!Files.exists(file)) {
            return MissingNode.getInstance();
        }
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            return new ObjectMapper().createObjectNode().put("error", file + " can't be read: run the step again");
        }
    }

    /** What stands above all figures where outputs are wrong. */
    private static List<String> warning(Path correctness) {
        JsonNode rows = read(correctness).path("rows");
        if (rows.isEmpty()) {
            return List.of("**Outputs were not checked in this run: the figures below say nothing of them.**", "");
        }
        int wrong = 0;
        for (JsonNode row : rows) {
            boolean bad = !row.path("good").asBoolean(true) || row.path("error").isTextual();
            wrong += bad ? 1 : 0;
        }
        return wrong == 0
                ? List.of()
                : List.of(
                        "**" + wrong + " rows of correctness missed their bars or failed: figures below may be of wrong"
                                + " outputs.**",
                        "");
    }

    private static List<String> section(Step step, JsonNode root) {
        List<String> lines = new ArrayList<>(List.of("## " + step.name(), "", step.shows() + ".", ""));
        root.properties().forEach(f -> {
            boolean known = f.getKey().equals("step") || f.getKey().equals("shows");
            if (f.getValue().isValueNode() && !known) {
                lines.add("- " + f.getKey() + ": " + f.getValue().asText());
            }
        });
        lines.addAll(List.of("", "| what | figures | bar | |", "| --- | --- | --- | --- |"));
        for (JsonNode row : root.path("rows")) {
            String good =
                    row.path("good").isMissingNode() ? "" : row.path("good").asBoolean() ? "holds" : "**missed**";
            lines.add("| " + cell(row.path("what").asText()) + " | " + figures(row) + " | "
                    + (row.has("bar") ? number(row.path("bar").asDouble()) : "") + " | " + good + " |");
        }
        lines.add("");
        return lines;
    }

    private static String figures(JsonNode row) {
        return row.properties().stream()
                .filter(f -> !NO_FIGURES.contains(f.getKey()) && !f.getValue().isNull())
                .map(f -> f.getKey() + " "
                        + (f.getValue().isNumber()
                                ? number(f.getValue().asDouble())
                                : cell(f.getValue().asText())))
                .collect(Collectors.joining(", "));
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace('\n', ' ');
    }

    /** Whole numbers as they are, others with four digits. */
    static String number(double v) {
        if (Double.isNaN(v)) {
            return "-";
        }
        boolean whole = v == Math.rint(v) && Math.abs(v) < 1e15;
        return whole ? String.valueOf((long) v) : String.format(Locale.ROOT, "%.4g", v);
    }
}
