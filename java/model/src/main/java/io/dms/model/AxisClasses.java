package io.dms.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

    private record Run(int axis, int start, int length) {}

    private final List<Axis> axes = new ArrayList<>();
    private final Map<String, Map<Integer, Axis>> byTensor = new HashMap<>();
    private int[] parent = new int[1024];
    private final Map<Integer, String> frozen = new HashMap<>();
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
        }
        for (int i = a.base; i < atoms; i++) {
            parent[i] = i;
        }
    }

    boolean has(String tensor, int axis) {
        return byTensor.getOrDefault(tensor, Map.of()).containsKey(axis);
    }

    private int atom(String tensor, int axis, int index) {
        Axis a = byTensor.getOrDefault(tensor, Map.of()).get(axis);
        if (a == null || index < 0 || index >= a.size) {
            throw new IllegalStateException("no index " + index + " on axis " + axis + " of " + tensor);
        }
        return a.base + index;
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
        int x = find(atom(a, axisA, indexA));
        int y = find(atom(b, axisB, indexB));
        if (x == y) {
            return;
        }
        int low = Math.min(x, y);
        int high = Math.max(x, y);
        parent[high] = low;
        String reason = frozen.remove(high);
        if (reason != null) {
            frozen.putIfAbsent(low, reason);
        }
    }

    /** Unites {@code count} indices pairwise. */
    void tieRange(String a, int axisA, int fromA, String b, int axisB, int fromB, int count) {
        for (int i = 0; i < count; i++) {
            tie(a, axisA, fromA + i, b, axisB, fromB + i);
        }
    }

    /** Keeps a range of indices whole and in place. */
    void freeze(String tensor, int axis, int from, int count, String reason) {
        for (int i = 0; i < count; i++) {
            frozen.putIfAbsent(find(atom(tensor, axis, from + i)), reason);
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
    ChannelGroups groups(java.util.function.UnaryOperator<String> names) {
        int[] classOf = new int[atoms];
        List<List<Run>> runs = new ArrayList<>();
        List<@Nullable String> reasons = new ArrayList<>();
        Map<Integer, Integer> classOfRoot = new HashMap<>();
        for (int a = 0; a < axes.size(); a++) {
            Axis axis = axes.get(a);
            int previous = -1;
            for (int i = 0; i < axis.size; i++) {
                int root = find(axis.base + i);
                Integer known = classOfRoot.get(root);
                int c;
                if (known == null) {
                    c = runs.size();
                    classOfRoot.put(root, c);
                    runs.add(new ArrayList<>());
                    reasons.add(frozen.get(root));
                } else {
                    c = known;
                }
                classOf[axis.base + i] = c;
                List<Run> of = runs.get(c);
                if (c == previous) {
                    Run last = of.get(of.size() - 1);
                    of.set(of.size() - 1, new Run(a, last.start, last.length + 1));
                } else {
                    of.add(new Run(a, i, 1));
                }
                previous = c;
            }
        }
        return chains(classOf, runs, reasons, names);
    }

    private int follower(int c, int[] classOf, List<List<Run>> runs, List<@Nullable String> reasons) {
        List<Run> mine = runs.get(c);
        Run first = mine.get(0);
        Axis axis = axes.get(first.axis);
        if (first.start + first.length >= axis.size) {
            return -1;
        }
        int next = classOf[axis.base + first.start + first.length];
        List<Run> theirs = runs.get(next);
        if (next == c || theirs.size() != mine.size() || reasons.get(next) != null) {
            return -1;
        }
        for (int i = 0; i < mine.size(); i++) {
            Run m = mine.get(i);
            Run t = theirs.get(i);
            if (t.axis != m.axis || t.start != m.start + m.length || t.length != m.length) {
                return -1;
            }
        }
        return next;
    }

    private ChannelGroups chains(
            int[] classOf,
            List<List<Run>> runs,
            List<@Nullable String> reasons,
            java.util.function.UnaryOperator<String> names) {
        int classes = runs.size();
        int[] next = new int[classes];
        boolean[] followed = new boolean[classes];
        for (int c = 0; c < classes; c++) {
            next[c] = reasons.get(c) != null ? -1 : follower(c, classOf, runs, reasons);
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
            String name = names.apply(axes.get(runs.get(c).get(0).axis).tensor);
            int perUnit = channelsPerUnit(runs.get(c));
            String reason = reasons.get(c);
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
            for (Run r : runs.get(c)) {
                Axis axis = axes.get(r.axis);
                segments.computeIfAbsent(axis.tensor, k -> new LinkedHashMap<>())
                        .computeIfAbsent(axis.axis, k -> new ArrayList<>())
                        .add(new AxisSegment(index, r.start, r.length));
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

    private int channelsPerUnit(List<Run> runs) {
        Map<Integer, Integer> byAxis = new HashMap<>();
        for (Run r : runs) {
            if (axes.get(r.axis).activation) {
                byAxis.merge(r.axis, r.length, Integer::sum);
            }
        }
        return byAxis.values().stream().mapToInt(Integer::intValue).min().orElse(1);
    }
}
