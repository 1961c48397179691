package io.dms.compiler;

import io.dms.model.AxisSegment;
import io.dms.model.ChannelGroup;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.LevelExport;
import io.dms.model.ModelCosts;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Collects the parts of a {@link CompileReport}. */
final class Reports {
    private Reports() {}

    static List<CompileReport.Group> groups(Graph graph, ChannelGroups groups) {
        List<Set<String>> layers = new ArrayList<>();
        groups.groups().forEach(g -> layers.add(new LinkedHashSet<>()));
        for (Node node : graph.nodes()) {
            for (String input : node.inputs()) {
                if (graph.initializer(input) != null) {
                    for (List<AxisSegment> segments :
                            groups.axes().getOrDefault(input, Map.of()).values()) {
                        segments.forEach(s -> layers.get(s.group()).add(node.name()));
                    }
                }
            }
        }
        List<CompileReport.Group> out = new ArrayList<>();
        for (int g = 0; g < layers.size(); g++) {
            ChannelGroup group = groups.groups().get(g);
            out.add(new CompileReport.Group(
                    group.name(),
                    group.size(),
                    group.channelsPerUnit(),
                    List.copyOf(layers.get(g)),
                    group.frozenBecause()));
        }
        return List.copyOf(out);
    }

    static List<CompileReport.Level> levels(
            ScalableModel model, Map<String, Accuracy> before, Map<String, Accuracy> after) {
        List<CompileReport.Level> out = new ArrayList<>();
        for (WidthLevel level : model.levels()) {
            Graph own = LevelExport.graph(model, level);
            out.add(new CompileReport.Level(
                    level.name(),
                    level.width(),
                    ModelCosts.macs(own),
                    ModelCosts.parameters(own),
                    level.normalization().size(),
                    before.get(level.name()),
                    after.get(level.name())));
        }
        return List.copyOf(out);
    }
}
