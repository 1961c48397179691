package io.dms.model;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * A model whose channel groups are ordered, with its width levels and each level's normalisation. Immutable.
 *
 * <p>A <em>normalisation site</em> is a BatchNormalization node, or a Conv, ConvTranspose or Gemm node that no
 * BatchNormalization follows; its name is the node's. {@link #graphAt} puts a level's scale and shift there: a
 * BatchNormalization node gets them as its parameters (mean 0, variance 1, epsilon 0), and behind another site such a
 * node is inserted.
 */
public final class ScalableModel {
    private final String name;
    private final Graph graph;
    private final ChannelGroups groups;
    private final List<WidthLevel> levels;
    private final @Nullable Preprocessing preprocessing;
    private final Map<String, String> provenance;
    /** By place of its level, null until it is asked for. */
    private final AtomicReferenceArray<@Nullable Graph> graphs;

    /**
     * @param name for people
     * @param graph the full-width graph, groups ordered
     * @param groups its channel groups
     * @param levels widest first, nested
     * @param preprocessing how RGB bytes become the input, where that is known
     * @param provenance where it came from and how it was made, by key
     */
    public ScalableModel(
            String name,
            Graph graph,
            ChannelGroups groups,
            List<WidthLevel> levels,
            @Nullable Preprocessing preprocessing,
            Map<String, String> provenance) {
        this.name = name;
        this.graph = graph;
        this.groups = groups;
        this.levels = List.copyOf(levels);
        this.preprocessing = preprocessing;
        this.provenance = Map.copyOf(provenance);
        this.graphs = new AtomicReferenceArray<>(this.levels.size());
    }

    /** A graph as it is: no groups, one level of width 1. */
    public static ScalableModel plain(Graph graph) {
        return new ScalableModel(
                graph.name(),
                graph,
                ChannelGroups.none(),
                List.of(new WidthLevel("1.00", 1, new int[0], Map.of())),
                null,
                Map.of());
    }

    /** Name, for people. */
    public String name() {
        return name;
    }

    /** The full-width graph. */
    public Graph graph() {
        return graph;
    }

    /** Its channel groups. */
    public ChannelGroups groups() {
        return groups;
    }

    /** The levels of the file, widest first. */
    public List<WidthLevel> levels() {
        return levels;
    }

    /** How RGB bytes become the input, or null where that is not known. */
    public @Nullable Preprocessing preprocessing() {
        return preprocessing;
    }

    /** Where it came from and how it was made. */
    public Map<String, String> provenance() {
        return provenance;
    }

    /** The full-width level. */
    public WidthLevel full() {
        return levels.get(0);
    }

    /**
     * The level of this width: the file's own where it has one, else a uniform one made by the rounding rule, with the
     * normalisation of the file's next wider level.
     *
     * @throws UserException if the width is not in (0, 1]
     */
    public WidthLevel level(double width) {
        WidthLevel wider = full();
        for (WidthLevel l : levels) {
            if (Math.abs(l.width() - width) < 1e-9) {
                return l;
            }
            if (l.width() > width) {
                wider = l;
            }
        }
        WidthLevel made = WidthLevels.uniform(groups, width);
        int[] counts = made.counts();
        for (int g = 0; g < counts.length; g++) {
            counts[g] = Math.min(counts[g], wider.count(g));
        }
        made = new WidthLevel(made.name(), width, counts, Map.of());
        return made.withNormalization(narrowed(wider, counts));
    }

    private Map<String, Affine> narrowed(WidthLevel wider, int[] counts) {
        Map<String, Affine> out = new LinkedHashMap<>();
        for (Node node : graph.nodes()) {
            Affine affine = wider.normalization().get(node.name());
            if (affine == null) {
                continue;
            }
            int size = graph.shape(node.output()).dim(1);
            int[] there = groups.cut(node.output(), 1, size, wider.counts()).indices();
            int[] kept = groups.cut(node.output(), 1, size, counts).indices();
            float[] scale = new float[kept.length];
            float[] shift = new float[kept.length];
            for (int i = 0; i < kept.length; i++) {
                int at = Arrays.binarySearch(there, kept[i]);
                scale[i] = affine.scale()[at];
                shift[i] = affine.shift()[at];
            }
            out.put(node.name(), new Affine(scale, shift));
        }
        return out;
    }

    /**
     * The ordinary graph of one level: weights are views of the full-width constants, channel counts in attributes and
     * shapes are the level's, its normalisation is in place. Those of the file's own levels are made once and kept: what
     * is kept are the views, not their elements.
     */
    public Graph graphAt(WidthLevel level) {
        int own = 0;
        while (own < levels.size() && levels.get(own) != level) {
            own++;
        }
        if (own == levels.size()) {
            return LevelGraph.of(graph, groups, level);
        }
        Graph g = graphs.get(own);
        if (g == null) {
            g = LevelGraph.of(graph, groups, level);
            graphs.set(own, g);
        }
        return g;
    }
}
