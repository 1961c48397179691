package io.dms.compiler;

import io.dms.model.AxisSegment;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The weights that belong to each unit of each group: for a convolution or linear layer that writes a unit its filter,
 * for one that reads it the slices of all filters that meet it.
 *
 * <p>A BatchNormalization directly behind a convolution counts as folded into it, so that a network ranks the same
 * whether its exporter folded or not. Biases and statistics are no part of a unit's weights.
 */
final class GroupWeights {
    /**
     * Weights of one layer along one of its axes, where the axis holds a run of one group.
     *
     * @param filterAxis axis on which the layer's filters lie
     * @param filterFactors what each filter is multiplied with, or null
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Member(Tensor tensor, int axis, AxisSegment segment, int filterAxis, float @Nullable [] filterFactors) {
        /** The weights of all units, one row for each unit. */
        float[][] rows(int units) {
            float[] all = tensor.floats();
            multiply(all);
            Shape shape = tensor.shape();
            int inner = Math.toIntExact(shape.elements(axis + 1, shape.rank()));
            int outer = Math.toIntExact(shape.elements(0, axis));
            int run = segment.unit() * inner;
            float[][] rows = new float[units][outer * run];
            for (int u = 0; u < units; u++) {
                int first = (segment.start() + u * segment.unit()) * inner;
                for (int o = 0; o < outer; o++) {
                    System.arraycopy(all, o * shape.dim(axis) * inner + first, rows[u], o * run, run);
                }
            }
            return rows;
        }

        private void multiply(float[] all) {
            if (filterFactors == null) {
                return;
            }
            Shape shape = tensor.shape();
            int behind = Math.toIntExact(shape.elements(filterAxis + 1, shape.rank()));
            for (int i = 0; i < all.length; i++) {
                all[i] *= filterFactors[i / behind % filterFactors.length];
            }
        }
    }

    private final ChannelGroups groups;
    private final List<List<Member>> members = new ArrayList<>();
    private final List<List<Member>> scales = new ArrayList<>();
    private final Set<String> seen = new HashSet<>();

    GroupWeights(Graph graph, ChannelGroups groups) {
        this.groups = groups;
        groups.groups().forEach(g -> {
            members.add(new ArrayList<>());
            scales.add(new ArrayList<>());
        });
        for (Node node : graph.nodes()) {
            switch (node.domain().isEmpty() ? node.op() : "") {
                case "Conv" -> layer(graph, node, 0);
                case "ConvTranspose" -> layer(graph, node, 1);
                case "Gemm" -> layer(graph, node, node.intAttr("transB", 0) != 0 ? 0 : 1);
                case "MatMul" -> layer(graph, node, 1);
                case "BatchNormalization" -> {
                    Tensor scale = graph.initializer(node.input(1));
                    if (scale != null && seen.add(node.input(1))) {
                        add(scales, node.input(1), scale, null, 0);
                    }
                }
                default -> {}
            }
        }
    }

    private void layer(Graph graph, Node node, int filterAxis) {
        for (String input : node.inputs().subList(0, Math.min(2, node.inputs().size()))) {
            Tensor w = graph.initializer(input);
            if (w != null && w.shape().rank() >= 2 && seen.add(input)) {
                add(members, input, w, folded(graph, node, w.shape().dim(filterAxis)), filterAxis);
            }
        }
    }

    private void add(List<List<Member>> to, String name, Tensor tensor, float @Nullable [] factors, int filterAxis) {
        groups.axes()
                .getOrDefault(name, Map.of())
                .forEach((axis, segments) -> segments.forEach(s -> {
                    if (!groups.groups().get(s.group()).frozen()) {
                        to.get(s.group()).add(new Member(tensor, axis, s, filterAxis, factors));
                    }
                }));
    }

    /** What the BatchNormalization that alone reads a convolution multiplies each filter with, or null. */
    static float @Nullable [] folded(Graph graph, Node node, int filters) {
        Node next = BatchNorms.directlyBehind(graph, node);
        if (next == null) {
            return null;
        }
        float[] factors = BatchNorms.affine(graph, next).scale();
        return factors.length == filters ? factors : null;
    }

    /** Layers whose weights meet a group, each axis by itself. */
    List<Member> members(int group) {
        return members.get(group);
    }

    /** Scale parameters of the BatchNormalization nodes on a group. */
    List<Member> scales(int group) {
        return scales.get(group);
    }
}
