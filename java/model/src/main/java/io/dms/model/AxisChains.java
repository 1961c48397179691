package io.dms.model;

import io.dms.model.AxisClasses.Axis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** The channel groups that follow from the classes of {@link AxisClasses}: its chains of classes that follow each other. */
final class AxisChains {
    /** A chain with fewer channels than this is kept whole: no level could cut it. */
    static final int SMALLEST_GROUP = 8;

    private final List<List<Axis>> bundles;
    private final int[] classOf;
    private final @Nullable String[] reasons;
    private final Runs runs;

    /** A run on one of the axes that share its atoms. */
    private record Place(Axis axis, int run) {}

    /** Runs of atoms of one class that lie side by side: those of class c from {@code first[c]} on, by bundle of axes. */
    private record Runs(int[] first, int[] bundle, int[] start, int[] length) {
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
                if (bundle[t] != bundle[m] || start[t] != start[m] + length[m] || length[t] != length[m]) {
                    return false;
                }
            }
            return true;
        }
    }

    /**
     * @param bundles axes that share their atoms, in the order of the first of each
     * @param classOf the class of each atom; classes are numbered in the order in which the bundles show them
     * @param reasons of each class, why it is kept whole
     */
    AxisChains(List<List<Axis>> bundles, int[] classOf, @Nullable String[] reasons) {
        this.bundles = bundles;
        this.classOf = classOf;
        this.reasons = reasons;
        this.runs = runs(bundles, classOf, reasons.length);
    }

    private static Runs runs(List<List<Axis>> bundles, int[] classOf, int classes) {
        int[] first = new int[classes + 1];
        for (List<Axis> bundle : bundles) {
            Axis axis = bundle.get(0);
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
        for (int b = 0; b < bundles.size(); b++) {
            Axis axis = bundles.get(b).get(0);
            int run = 0;
            for (int i = axis.base, end = i + axis.size; i < end; i++) {
                if (i == axis.base || classOf[i] != classOf[i - 1]) {
                    run = next[classOf[i]]++;
                    runs.bundle[run] = b;
                    runs.start[run] = i - axis.base;
                }
                runs.length[run]++;
            }
        }
        return runs;
    }

    /** The class behind another one, -1 where there is none. */
    private int follower(int c) {
        int first = runs.first[c];
        Axis axis = bundles.get(runs.bundle[first]).get(0);
        int behind = runs.start[first] + runs.length[first];
        if (behind >= axis.size) {
            return -1;
        }
        int next = classOf[axis.base + behind];
        return next != c && reasons[next] == null && runs.follow(c, next) ? next : -1;
    }

    /** The groups, each named by {@code names} from the first axis that carries it. */
    ChannelGroups groups(UnaryOperator<String> names) {
        int classes = runs.classes();
        int[] next = new int[classes];
        boolean[] followed = new boolean[classes];
        for (int c = 0; c < classes; c++) {
            next[c] = reasons[c] != null ? -1 : follower(c);
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
            String name = names.apply(bundles.get(runs.bundle[runs.first[c]]).get(0).tensor);
            String reason = reasons[c];
            int perUnit = reason == null ? channelsPerUnit(c) : 1;
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
            for (Place place : places(c)) {
                segments.computeIfAbsent(place.axis.tensor, k -> new LinkedHashMap<>())
                        .computeIfAbsent(place.axis.axis, k -> new ArrayList<>())
                        .add(new AxisSegment(index, runs.start[place.run], runs.length[place.run]));
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

    /** Where the runs of a class lie, in the order of all axes. */
    private List<Place> places(int c) {
        List<Place> places = new ArrayList<>();
        for (int r = runs.first[c]; r < runs.first[c + 1]; r++) {
            for (Axis axis : bundles.get(runs.bundle[r])) {
                places.add(new Place(axis, r));
            }
        }
        places.sort(Comparator.comparingInt(place -> place.axis.first));
        return places;
    }

    private int channelsPerUnit(int c) {
        Map<Integer, Integer> byBundle = new HashMap<>();
        for (int r = runs.first[c]; r < runs.first[c + 1]; r++) {
            if (carriesActivation(runs.bundle[r])) {
                byBundle.merge(runs.bundle[r], runs.length[r], Integer::sum);
            }
        }
        return byBundle.values().stream().mapToInt(Integer::intValue).min().orElse(1);
    }

    private boolean carriesActivation(int bundle) {
        for (Axis axis : bundles.get(bundle)) {
            if (axis.activation) {
                return true;
            }
        }
        return false;
    }
}
