package io.dms.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Union-find over the single indices of tensor axes, and the channel groups that come out of it.
 *
 * <p>Indices that must be permuted and cut together are united into a class. Two classes follow each other if every run
 * of the second lies directly behind the corresponding run of the first, on the same axis and of the same length; a
 * longest chain of classes that follow each other is a channel group, each class one of its units. Within a chain any
 * permutation keeps every axis consistent, because each axis carries the chain as a whole. A class that holds a frozen
 * index is frozen, and so is a chain too short to be worth cutting.
 *
 * <p>What is united are atoms. Axes that are tied as a whole, before anything else happened to one of them, share theirs: an
 * activation, the four parameters of its normalisation and what a Relu makes of it cost no more than one axis.
 *
 * <p>The rules that unite are those of the dependency graph (Fang et al. 2023, "DepGraph: Towards Any Structural
 * Pruning", section 3); working on indices instead of layers makes concat offsets, splits, flattening and interleaving
 * fall out of one rule.
 */
final class AxisClasses {
    /** One axis of a tensor. */
    static final class Axis {
        final String tensor;
        final int axis;
        /** How many indices the axes have that were known before: places of all indices in the order of their axes. */
        final int first;

        final int size;
        final boolean activation;
        /** Its first atom, -1 as long as none of its indices was tied or frozen. */
        int base = -1;

        Axis(String tensor, int axis, int first, int size, boolean activation) {
            this.tensor = tensor;
            this.axis = axis;
            this.first = first;
            this.size = size;
            this.activation = activation;
        }
    }

    private final List<Axis> axes = new ArrayList<>();
    private final Map<String, Map<Integer, Axis>> byTensor = new HashMap<>();
    private int indices;
    /** By atom: another one of the same class, itself for the root of a class. */
    private int[] parent = new int[1024];
    /** By root of a class: the first index that belongs to it, counted over all axes. */
    private int[] earliest = new int[1024];
    /** By root of a class: why it is kept whole. */
    private @Nullable String[] frozen = new String[1024];

    private int atoms;

    /** Makes the indices of an axis known; does nothing where they are. */
    void add(String tensor, int axis, int size, boolean activation) {
        Map<Integer, Axis> of = byTensor.computeIfAbsent(tensor, k -> new HashMap<>());
        if (of.containsKey(axis)) {
            return;
        }
        Axis a = new Axis(tensor, axis, indices, size, activation);
        indices = Math.addExact(indices, size);
        of.put(axis, a);
        axes.add(a);
    }

    boolean has(String tensor, int axis) {
        return byTensor.getOrDefault(tensor, Map.of()).containsKey(axis);
    }

    private Axis axis(String tensor, int axis, int from, int count) {
        Axis a = byTensor.getOrDefault(tensor, Map.of()).get(axis);
        if (a == null || from < 0 || from > a.size - count) {
            throw new IllegalStateException(
                    "no indices " + from + " to " + (from + count) + " on axis " + axis + " of " + tensor);
        }
        return a;
    }

    /** The first atom of an axis. */
    private int base(Axis a) {
        if (a.base < 0) {
            a.base = atoms;
            atoms = Math.addExact(atoms, a.size);
            if (atoms > parent.length) {
                parent = Arrays.copyOf(parent, Math.max(atoms, parent.length * 2));
                earliest = Arrays.copyOf(earliest, parent.length);
                frozen = Arrays.copyOf(frozen, parent.length);
            }
            for (int i = a.base; i < atoms; i++) {
                parent[i] = i;
                earliest[i] = a.first + i - a.base;
            }
        }
        return a.base;
    }

    /** Gives an axis that has no atoms those of another one of its size. */
    private void share(Axis fresh, Axis other) {
        fresh.base = base(other);
        for (int i = 0; fresh.first < other.first && i < fresh.size; i++) {
            int root = find(fresh.base + i);
            earliest[root] = Math.min(earliest[root], fresh.first + i);
        }
    }

    private int find(int x) {
        int root = x;
        while (parent[root] != root) {
            root = parent[root];
        }
        while (parent[x] != root) {
            int next = parent[x];
            parent[x] = root;
            x = next;
        }
        return root;
    }

    /** Unites one index of an axis with one of another. */
    void tie(String a, int axisA, int indexA, String b, int axisB, int indexB) {
        tieRange(a, axisA, indexA, b, axisB, indexB, 1);
    }

    /** Unites {@code count} indices pairwise. */
    void tieRange(String a, int axisA, int fromA, String b, int axisB, int fromB, int count) {
        if (count > 0) {
            Axis x = axis(a, axisA, fromA, count);
            Axis y = axis(b, axisB, fromB, count);
            boolean whole = x.size == count && y.size == count;
            if (whole && y.base < 0) {
                share(y, x);
            } else if (whole && x.base < 0) {
                share(x, y);
            } else {
                int atX = base(x) + fromA;
                int atY = base(y) + fromB;
                for (int i = 0; i < count; i++) {
                    unite(atX + i, atY + i);
                }
            }
        }
    }

    private void unite(int a, int b) {
        int x = find(a);
        int y = find(b);
        if (x == y) {
            return;
        }
        int low = earliest[x] < earliest[y] ? x : y;
        int high = low == x ? y : x;
        parent[high] = low;
        if (frozen[low] == null) {
            frozen[low] = frozen[high];
        }
    }

    /** Keeps a range of indices whole and in place. */
    void freeze(String tensor, int axis, int from, int count, String reason) {
        int first = count > 0 ? base(axis(tensor, axis, from, count)) + from : 0;
        for (int i = first; i < first + count; i++) {
            int root = find(i);
            if (frozen[root] == null) {
                frozen[root] = reason;
            }
        }
    }

    /** Keeps all indices of an axis whole and in place. */
    void freeze(String tensor, int axis, String reason) {
        Axis a = byTensor.getOrDefault(tensor, Map.of()).get(axis);
        if (a != null) {
            freeze(tensor, axis, 0, a.size, reason);
        }
    }

    /** The groups, each named by {@code names} from the first axis that carries it. */
    ChannelGroups groups(UnaryOperator<String> names) {
        List<List<Axis>> bundles = bundles();
        int[] classOf = new int[atoms];
        int[] ofRoot = new int[atoms];
        @Nullable String[] reasons = new String[atoms];
        int classes = 0;
        for (List<Axis> bundle : bundles) {
            Axis axis = bundle.get(0);
            for (int i = axis.base, end = i + axis.size; i < end; i++) {
                int root = find(i);
                if (ofRoot[root] == 0) {
                    reasons[classes++] = frozen[root];
                    ofRoot[root] = classes;
                }
                classOf[i] = ofRoot[root] - 1;
            }
        }
        return new AxisChains(bundles, classOf, Arrays.copyOf(reasons, classes)).groups(names);
    }

    /** Axes that share their atoms, in the order of the first of each. */
    private List<List<Axis>> bundles() {
        Map<Integer, List<Axis>> byBase = new LinkedHashMap<>();
        for (Axis axis : axes) {
            if (axis.size > 0) {
                byBase.computeIfAbsent(base(axis), k -> new ArrayList<>()).add(axis);
            }
        }
        return List.copyOf(byBase.values());
    }
}
