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
 * <p>The rules that unite are those of the dependency graph (Fang et al. 2023, "DepGraph: Towards Any Structural
 * Pruning", section 3); working on indices instead of layers makes concat offsets, splits, flattening and interleaving
 * fall out of one rule.
 */
final class AxisClasses {
    /** A chain with fewer channels than this is kept whole: no level could cut it. */
    static final int SMALLEST_GROUP = 8;

    private record Axis(String tensor, int axis, int base, int size, boolean activation) {}

    /** Runs of indices of one class that lie side by side on an axis: those of class c from {@code first[c]} on, by axis. */
    private record Runs(int[] first, int[] axis, int[] start, int[] length) {
        int classes() {
            return first.length - 1;
        }

        /** True where each run of a class lies directly behind one of another class and is as long. */
        boolean follow(int before, int behind) {
            int m = first[before];
            int t = first[behind];
            if (first[before + 1] - m != first[behind + 1] - t) {
                return false;
            }
            for (int end = first[before + 1]; m < end; m++, t++) {
                if (axis[t] != axis[m] || start[t] != start[m] + length[m] || length[t] != length[m]) {
                    return false;
                }
            }
            return true;
        }
    }

    private final List<Axis> axes = new ArrayList<>();
    private final Map<String, Map<Integer, Axis>> byTensor = new HashMap<>();
    /** By index: one of the same class with a lower number, itself for the lowest of a class, its root. */
    private int[] parent = new int[1024];
    /** By root of a class: why it is kept whole. */
    private @Nullable String[] frozen = new String[1024];

    private int atoms;

    /** Makes the indices of an axis known; does nothing where they are. */
    void add(String tensor, int axis, int size, boolean activation) {
        Map<Integer, Axis> of = byTensor.computeIfAbsent(tensor, k -> new HashMap<>());
        if (of.containsKey(axis)) {
            return;
        }
        Axis a = new Axis(tensor, axis, atoms, size, activation);
        of.put(axis, a);
        axes.add(a);
        atoms = Math.addExact(atoms, size);
        if (atoms > parent.length) {
            parent = Arrays.copyOf(parent, Math.max(atoms, parent.length * 2));
            frozen = Arrays.copyOf(frozen, parent.length);
        }
        for (int i = a.base; i < atoms; i++) {
            parent[i] = i;
        }
    }

    boolean has(String tensor, int axis) {
        return byTensor.getOrDefault(tensor, Map.of()).containsKey(axis);
    }

    /** The first index of a range of an axis. */
    private int atoms(String tensor, int axis, int from, int count) {
        Axis a = byTensor.getOrDefault(tensor, Map.of()).get(axis);
        if (a == null || from < 0 || from > a.size - count) {
            throw new IllegalStateException(
                    "no indices " + from + " to " + (from + count) + " on axis " + axis + " of " + tensor);
        }
        return a.base + from;
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
            int x = atoms(a, axisA, fromA, count);
            int y = atoms(b, axisB, fromB, count);
            for (int i = 0; i < count; i++) {
                unite(x + i, y + i);
            }
        }
    }

    private void unite(int a, int b) {
        int x = find(a);
        int y = find(b);
        if (x == y) {
            return;
        }
        int low = Math.min(x, y);
        int high = Math.max(x, y);
        parent[high] = low;
        if (frozen[low] == null) {
            frozen[low] = frozen[high];
        }
    }

    /** Keeps a range of indices whole and in place. */
    void freeze(String tensor, int axis, int from, int count, String reason) {
        int first = count > 0 ? atoms(tensor, axis, from, count) : 0;
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
        int[] classOf = new int[atoms];
        int[] roots = new int[atoms];
        int classes = 0;
        for (int i = 0; i < atoms; i++) {
            int root = find(i);
            if (root == i) {
                roots[classes] = i;
                classOf[i] = classes++;
            } else {
                classOf[i] = classOf[root];
            }
        }
        @Nullable String[] reasons = new String[classes];
        for (int c = 0; c < classes; c++) {
            reasons[c] = frozen[roots[c]];
        }
        return chains(classOf, runs(classOf, classes), reasons, names);
    }

    private Runs runs(int[] classOf, int classes) {
        int[] first = new int[classes + 1];
        for (Axis axis : axes) {
            for (int i = axis.base, end = i + axis.size; i < end; i++) {
                if (i == axis.base || classOf[i] != classOf[i - 1]) {
                    first[classOf[i] + 1]++;
                }
            }
        }
        for (int c = 0; c < classes; c++) {
            first[c + 1] += first[c];
        }
        int[] next = Arrays.copyOf(first, classes);
        Runs runs = new Runs(first, new int[first[classes]], new int[first[classes]], new int[first[classes]]);
        for (int a = 0; a < axes.size(); a++) {
            Axis axis = axes.get(a);
            int run = 0;
            for (int i = axis.base, end = i + axis.size; i < end; i++) {
                if (i == axis.base || classOf[i] != classOf[i - 1]) {
                    run = next[classOf[i]]++;
                    runs.axis[run] = a;
                    runs.start[run] = i - axis.base;
                }
                runs.length[run]++;
            }
        }
        return runs;
    }

    /** The class behind another one, -1 where there is none. */
    private int follower(int c, int[] classOf, Runs runs, @Nullable String[] reasons) {
        int first = runs.first[c];
        Axis axis = axes.get(runs.axis[first]);
        int behind = runs.start[first] + runs.length[first];
        if (behind >= axis.size) {
            return -1;
        }
        int next = classOf[axis.base + behind];
        return next != c && reasons[next] == null && runs.follow(c, next) ? next : -1;
    }

    private ChannelGroups chains(int[] classOf, Runs runs, @Nullable String[] reasons, UnaryOperator<String> names) {
        int classes = runs.classes();
        int[] next = new int[classes];
        boolean[] followed = new boolean[classes];
        for (int c = 0; c < classes; c++) {
            next[c] = reasons[c] != null ? -1 : follower(c, classOf, runs, reasons);
            if (next[c] >= 0) {
                followed[next[c]] = true;
            }
        }
        List<ChannelGroup> groups = new ArrayList<>();
        Map<String, Map<Integer, List<AxisSegment>>> segments = new LinkedHashMap<>();
        Map<String, Map<String, Integer>> kept = new LinkedHashMap<>();
        Map<String, Integer> used = new HashMap<>();
        for (int c = 0; c < classes; c++) {
            if (followed[c]) {
                continue;
            }
            int size = 1;
            for (int n = next[c]; n >= 0; n = next[n]) {
                size++;
            }
            String name = names.apply(axes.get(runs.axis[runs.first[c]]).tensor);
            String reason = reasons[c];
            int perUnit = reason == null ? channelsPerUnit(runs, c) : 1;
            if (reason == null && (long) size * perUnit < SMALLEST_GROUP) {
                reason = "fewer than " + SMALLEST_GROUP
                        + " channels move together here (a small layer, or a shuffle or split that interleaves them)";
            }
            if (reason != null) {
                kept.computeIfAbsent(name, k -> new LinkedHashMap<>()).merge(reason, size, Integer::sum);
                continue;
            }
            int index = groups.size();
            groups.add(new ChannelGroup(unique(name, used), size, perUnit, null));
            for (int r = runs.first[c]; r < runs.first[c + 1]; r++) {
                Axis axis = axes.get(runs.axis[r]);
                segments.computeIfAbsent(axis.tensor, k -> new LinkedHashMap<>())
                        .computeIfAbsent(axis.axis, k -> new ArrayList<>())
                        .add(new AxisSegment(index, runs.start[r], runs.length[r]));
            }
        }
        segments.values()
                .forEach(m -> m.values().forEach(l -> l.sort((x, y) -> Integer.compare(x.start(), y.start()))));
        kept.forEach((name, byReason) ->
                byReason.forEach((reason, size) -> groups.add(new ChannelGroup(unique(name, used), size, 1, reason))));
        return new ChannelGroups(groups, segments);
    }

    private static String unique(String name, Map<String, Integer> used) {
        int n = used.merge(name, 1, Integer::sum);
        return n == 1 ? name : name + "#" + n;
    }

    private int channelsPerUnit(Runs runs, int c) {
        Map<Integer, Integer> byAxis = new HashMap<>();
        for (int r = runs.first[c]; r < runs.first[c + 1]; r++) {
            if (axes.get(runs.axis[r]).activation) {
                byAxis.merge(runs.axis[r], runs.length[r], Integer::sum);
            }
        }
        return byAxis.values().stream().mapToInt(Integer::intValue).min().orElse(1);
    }
}
