package io.dms.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Applies an order to every axis of every channel group. The network computes the same function afterwards. */
public final class ChannelOrder {
    private ChannelOrder() {}

    /**
     * The graph with its constants permuted.
     *
     * @param permutations for each group, {@code permutations[g][place] = unit}: which unit of the old order comes to
     *     which place; an empty array leaves the group as it is
     * @throws IllegalArgumentException if an array is not a permutation, or would move a frozen group
     */
    public static Graph apply(Graph graph, ChannelGroups groups, int[][] permutations) {
        check(groups, permutations);
        Map<String, Tensor> out = new LinkedHashMap<>();
        graph.initializers().forEach((name, tensor) -> {
            Map<Integer, List<AxisSegment>> axes = groups.axes().getOrDefault(name, Map.of());
            boolean moves =
                    axes.values().stream().anyMatch(l -> l.stream().anyMatch(s -> permutations[s.group()].length > 0));
            out.put(name, moves ? permute(tensor, axes, permutations) : tensor);
        });
        return graph.withInitializers(out);
    }

    private static void check(ChannelGroups groups, int[][] permutations) {
        if (permutations.length != groups.groups().size()) {
            throw new IllegalArgumentException("one permutation per group: " + permutations.length + " for "
                    + groups.groups().size());
        }
        for (int g = 0; g < permutations.length; g++) {
            ChannelGroup group = groups.groups().get(g);
            int[] p = permutations[g];
            if (p.length == 0) {
                continue;
            }
            boolean[] seen = new boolean[group.size()];
            boolean valid = p.length == group.size();
            for (int i = 0; valid && i < p.length; i++) {
                valid = p[i] >= 0 && p[i] < seen.length && !seen[p[i]] && (!group.frozen() || p[i] == i);
                if (valid) {
                    seen[p[i]] = true;
                }
            }
            if (!valid) {
                throw new IllegalArgumentException(
                        "not a permutation that group " + group.name() + " of " + group.size() + " units allows");
            }
        }
    }

    private static Tensor permute(Tensor tensor, Map<Integer, List<AxisSegment>> axes, int[][] permutations) {
        Shape shape = tensor.shape();
        int[][] from = new int[shape.rank()][];
        for (int axis = 0; axis < from.length; axis++) {
            from[axis] = new int[shape.dim(axis)];
            for (int i = 0; i < from[axis].length; i++) {
                from[axis][i] = i;
            }
            for (AxisSegment s : axes.getOrDefault(axis, List.of())) {
                int[] p = permutations[s.group()];
                for (int place = 0; place < p.length; place++) {
                    for (int u = 0; u < s.unit(); u++) {
                        from[axis][s.start() + place * s.unit() + u] = s.start() + p[place] * s.unit() + u;
                    }
                }
            }
        }
        ByteBuffer bytes = ByteBuffer.allocateDirect(Math.toIntExact(tensor.elements() * 4))
                .order(ByteOrder.LITTLE_ENDIAN);
        FloatBuffer out = bytes.asFloatBuffer();
        gather(tensor.bytes().asFloatBuffer(), out, shape, from, 0, 0);
        return Tensor.of(DataType.FLOAT32, shape, bytes);
    }

    private static void gather(FloatBuffer in, FloatBuffer out, Shape shape, int[][] from, int axis, int offset) {
        if (axis == from.length) {
            out.put(in.get(offset));
            return;
        }
        for (int i : from[axis]) {
            gather(in, out, shape, from, axis + 1, offset * shape.dim(axis) + i);
        }
    }
}
