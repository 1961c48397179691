package io.dms.cli.report;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.compiler.CompileReport;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.LevelExport;
import io.dms.model.ModelCosts;
import io.dms.model.Node;
import io.dms.model.Preprocessing;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.onnx.ImportedModel;
import io.dms.runtime.Backend;
import io.dms.runtime.Backends;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What is in a model, for people and as JSON. */
public final class Inspection {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final int MOST_REFUSALS = 5;

    private final String name;
    private final Graph graph;
    private final ChannelGroups groups;
    private final @Nullable ScalableModel scalable;
    private final List<String> foreignNodes;
    private final Map<String, List<String>> refusals = new LinkedHashMap<>();

    private Inspection(
            String name,
            Graph graph,
            ChannelGroups groups,
            @Nullable ScalableModel scalable,
            List<String> foreignNodes) {
        this.name = name;
        this.graph = graph;
        this.groups = groups;
        this.scalable = scalable;
        this.foreignNodes = foreignNodes;
        for (Backend b : Backends.all()) {
            refusals.put(b.name(), b.refusals(graph));
        }
    }

    /** An ordinary model, with the groups that compiling would find. */
    public static Inspection of(ImportedModel model, String name) {
        return new Inspection(name, model.graph(), GroupAnalysis.analyze(model.graph()), null, model.foreignNodes());
    }

    /** A scalable model. */
    public static Inspection of(ScalableModel model, List<String> foreignNodes) {
        return new Inspection(model.name(), model.graph(), model.groups(), model, foreignNodes);
    }

    /** Operator types with how often they occur. */
    private Map<String, Integer> operators() {
        Map<String, Integer> out = new TreeMap<>();
        for (Node n : graph.nodes()) {
            out.merge(n.domain().isEmpty() ? n.op() : n.domain() + "." + n.op(), 1, Integer::sum);
        }
        return out;
    }

    /** All lines. */
    public List<String> lines() {
        List<String> out = new ArrayList<>();
        ScalableModel model = scalable;
        out.add("model       " + name
                + (model == null
                        ? ", an ordinary ONNX model"
                        : ", scalable, " + model.levels().size() + " levels"));
        graph.inputs().forEach(v -> out.add("input       " + v.name() + " " + v.shape()));
        graph.outputs().forEach(v -> out.add("output      " + v.name() + " " + v.shape()));
        out.add("size        " + Figures.millions(ModelCosts.parameters(graph)) + " parameters, "
                + Figures.mega(ModelCosts.macs(graph)) + " MMAC, weights "
                + Figures.bytes(ModelCosts.weightBytes(graph)));
        Preprocessing p = model == null ? null : model.preprocessing();
        if (p != null) {
            out.add("input as    (byte / 255 - mean) / std, mean " + Arrays.toString(p.mean()) + ", std "
                    + Arrays.toString(p.std()));
        }
        out.add("");
        TextTable operators = new TextTable("<operator", "nodes");
        operators().forEach((op, n) -> operators.row(op, Integer.toString(n)));
        out.addAll(operators.lines());
        if (!foreignNodes.isEmpty()) {
            Set<String> names = Set.copyOf(foreignNodes);
            out.add(CompileReports.foreign(graph.nodes().stream()
                    .filter(n -> names.contains(n.name()))
                    .map(n -> n.op() + " (node " + n.name() + ")")
                    .toList()));
        }
        out.add("");
        refusals.forEach((backend, why) -> {
            out.add("backend " + backend + (why.isEmpty() ? " runs it" : " can't run it:"));
            why.stream().limit(MOST_REFUSALS).forEach(w -> out.add("  " + w));
            if (why.size() > MOST_REFUSALS) {
                out.add("  and " + (why.size() - MOST_REFUSALS) + " more");
            }
        });
        out.add("");
        out.addAll(CompileReports.groups(CompileReport.groupsOf(graph, groups)));
        if (model != null) {
            out.add("");
            out.addAll(levels(model));
            if (!model.provenance().isEmpty()) {
                out.add("");
                new TreeMap<>(model.provenance()).forEach((k, v) -> out.add(k + ": " + v));
            }
        }
        return out;
    }

    private static List<String> levels(ScalableModel model) {
        TextTable table = new TextTable("<width", "MMAC", "params", "calibrated layers", "<channels of each group");
        for (WidthLevel l : model.levels()) {
            Graph at = LevelExport.graph(model, l);
            table.row(
                    l.name(),
                    Figures.mega(ModelCosts.macs(at)),
                    Figures.millions(ModelCosts.parameters(at)),
                    Integer.toString(l.normalization().size()),
                    counts(model, l));
        }
        return table.lines();
    }

    /** Units kept of the groups that can be cut. */
    private static String counts(ScalableModel model, WidthLevel level) {
        List<String> out = new ArrayList<>();
        for (int g = 0; g < model.groups().groups().size(); g++) {
            if (!model.groups().groups().get(g).frozen()) {
                out.add(Integer.toString(level.count(g)));
            }
        }
        int more = out.size() - 8;
        return more <= 0 ? String.join(" ", out) : String.join(" ", out.subList(0, 8)) + " and " + more + " more";
    }

    /** The same as JSON. */
    public ObjectNode json() {
        ObjectNode root = MAPPER.createObjectNode();
        root.put("model", name);
        root.put("scalable", scalable != null);
        values(root, "inputs", graph.inputs());
        values(root, "outputs", graph.outputs());
        root.put("parameters", ModelCosts.parameters(graph));
        root.put("macs", ModelCosts.macs(graph));
        root.put("weight_bytes", ModelCosts.weightBytes(graph));
        ObjectNode operators = root.putObject("operators");
        operators().forEach(operators::put);
        foreignNodes.forEach(root.putArray("foreign_nodes")::add);
        ObjectNode backends = root.putObject("backends");
        refusals.forEach((backend, why) -> {
            ObjectNode node = backends.putObject(backend);
            node.put("runs", why.isEmpty());
            why.forEach(node.putArray("refusals")::add);
        });
        root.set("groups", CompileReports.groupsJson(CompileReport.groupsOf(graph, groups)));
        ScalableModel model = scalable;
        Preprocessing p = model == null ? null : model.preprocessing();
        if (p == null) {
            root.putNull("preprocessing");
        } else {
            ObjectNode node = root.putObject("preprocessing");
            for (float m : p.mean()) {
                node.withArray("mean").add(m);
            }
            for (float s : p.std()) {
                node.withArray("std").add(s);
            }
        }
        root.putArray("levels");
        ObjectNode provenance = root.putObject("provenance");
        if (model != null) {
            for (WidthLevel l : model.levels()) {
                Graph at = LevelExport.graph(model, l);
                ObjectNode node = root.withArray("levels").addObject();
                node.put("name", l.name());
                node.put("width", l.width());
                node.put("macs", ModelCosts.macs(at));
                node.put("parameters", ModelCosts.parameters(at));
                node.put("calibrated_sites", l.normalization().size());
                for (int c : l.counts()) {
                    node.withArray("counts").add(c);
                }
            }
            new TreeMap<>(model.provenance()).forEach(provenance::put);
        }
        return root;
    }

    private static void values(ObjectNode root, String name, List<Graph.Value> values) {
        root.putArray(name);
        for (Graph.Value v : values) {
            ObjectNode node = root.withArray(name).addObject();
            node.put("name", v.name());
            for (int d : v.shape().dims()) {
                node.withArray("shape").add(d);
            }
        }
    }
}
