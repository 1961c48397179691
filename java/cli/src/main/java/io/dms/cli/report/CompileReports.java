package io.dms.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.compiler.Accuracy;
import io.dms.compiler.CompileReport;
import io.dms.compiler.SearchedLevel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What compiling found and did, for people and as JSON. */
public final class CompileReports {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MOST_LAYERS = 3;

    private CompileReports() {}

    /** All lines. */
    public static List<String> lines(CompileReport r) {
        List<String> out = new ArrayList<>();
        out.add("model        " + r.name());
        out.add("criterion    " + r.criterion());
        out.add("calibration  " + r.calibration());
        out.add("");
        out.addAll(groups(r.groups()));
        if (!r.foreignNodes().isEmpty()) {
            out.add(foreign(r.foreignNodes()));
        }
        out.add("");
        out.addAll(levels(r));
        if (r.accuracySet() != null) {
            out.add("top-1 on " + r.accuracySet());
        }
        if (!r.searched().isEmpty()) {
            out.add("");
            out.addAll(searched(r.searched()));
        }
        return out;
    }

    /** Searched levels beside the uniform ones of the same width. */
    private static List<String> searched(List<SearchedLevel> levels) {
        TextTable table =
                new TextTable("<searched", "ms uniform", "ms searched", "loss uniform", "loss searched", "<units kept");
        for (SearchedLevel l : levels.subList(1, levels.size())) {
            table.row(
                    l.level().name(),
                    String.format(Locale.ROOT, "%.3f", l.uniformMillis()),
                    String.format(Locale.ROOT, "%.3f", l.millis()),
                    String.format(Locale.ROOT, "%.3f", l.uniformLoss()),
                    String.format(Locale.ROOT, "%.3f", l.loss()),
                    Arrays.toString(l.level().counts()));
        }
        return table.lines();
    }

    /** Nodes that grouping has no rule for. */
    static String foreign(List<String> nodes) {
        return "no known operator, channels around it kept whole: " + layers(nodes);
    }

    /** The groups that can be cut as a table, those kept whole by their reason. */
    static List<String> groups(List<CompileReport.Group> groups) {
        List<CompileReport.Group> free =
                groups.stream().filter(g -> g.frozenBecause() == null).toList();
        List<String> out = new ArrayList<>();
        if (!free.isEmpty()) {
            TextTable table = new TextTable("<group", "size", "channels each", "<layers");
            free.forEach(g -> table.row(
                    g.name(), Integer.toString(g.size()), Integer.toString(g.channelsPerUnit()), layers(g.layers())));
            out.addAll(table.lines());
        }
        Map<String, List<CompileReport.Group>> frozen = new LinkedHashMap<>();
        for (CompileReport.Group g : groups) {
            String because = g.frozenBecause();
            if (because != null) {
                frozen.computeIfAbsent(because, k -> new ArrayList<>()).add(g);
            }
        }
        frozen.forEach((because, of) -> out.add("kept whole: "
                + layers(of.stream().map(g -> g.name() + " (" + g.size() + ")").toList()) + ": " + because));
        return out;
    }

    private static String layers(List<String> names) {
        int more = names.size() - MOST_LAYERS;
        return more <= 0
                ? String.join(", ", names)
                : String.join(", ", names.subList(0, MOST_LAYERS)) + " and " + more + " more";
    }

    private static List<String> levels(CompileReport r) {
        boolean accuracy = r.accuracySet() != null;
        TextTable table = accuracy
                ? new TextTable("<width", "MMAC", "params", "order only", "calibrated")
                : new TextTable("<width", "MMAC", "params");
        for (CompileReport.Level l : r.levels()) {
            List<String> row =
                    new ArrayList<>(List.of(l.name(), Figures.mega(l.macs()), Figures.millions(l.parameters())));
            if (accuracy) {
                row.add(percent(l.orderOnly()));
                row.add(percent(l.calibrated()));
            }
            table.row(row.toArray(String[]::new));
        }
        return table.lines();
    }

    private static String percent(@Nullable Accuracy a) {
        return Figures.percent(a == null ? null : a.top1());
    }

    /** The report as JSON. */
    public static ObjectNode json(CompileReport r) {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("model", r.name());
        root.put("criterion", r.criterion());
        root.put("calibration", r.calibration());
        root.put("accuracy_data", r.accuracySet());
        root.set("groups", groupsJson(r.groups()));
        r.foreignNodes().forEach(root.putArray("foreign_nodes")::add);
        root.putArray("levels");
        for (CompileReport.Level l : r.levels()) {
            ObjectNode node = root.withArray("levels").addObject();
            node.put("name", l.name());
            node.put("width", l.width());
            node.put("macs", l.macs());
            node.put("parameters", l.parameters());
            node.put("calibrated_sites", l.calibratedSites());
            accuracy(node, "order_only", l.orderOnly());
            accuracy(node, "calibrated", l.calibrated());
        }
        if (!r.searched().isEmpty()) {
            root.putArray("searched");
            for (SearchedLevel l : r.searched()) {
                ObjectNode node = root.withArray("searched").addObject();
                node.put("name", l.level().name());
                node.put("uniform_ms", l.uniformMillis());
                node.put("ms", l.millis());
                node.put("uniform_loss", l.uniformLoss());
                node.put("loss", l.loss());
                ArrayNode kept = node.putArray("units_kept");
                for (int count : l.level().counts()) {
                    kept.add(count);
                }
            }
        }
        r.warnings().forEach(root.putArray("warnings")::add);
        return root;
    }

    static ArrayNode groupsJson(List<CompileReport.Group> groups) {
        ArrayNode out = MAPPER.createArrayNode();
        for (CompileReport.Group g : groups) {
            ObjectNode node = out.addObject();
            node.put("name", g.name());
            node.put("size", g.size());
            node.put("channels_per_unit", g.channelsPerUnit());
            g.layers().forEach(node.putArray("layers")::add);
            node.put("frozen_because", g.frozenBecause());
        }
        return out;
    }

    private static void accuracy(ObjectNode level, String stage, @Nullable Accuracy a) {
        level.put("top1_" + stage, a == null ? null : a.top1());
        level.put("top5_" + stage, a == null ? null : a.top5());
    }
}
