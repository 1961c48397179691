package io.dms.control;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Who may count on its goals, and who runs besides: the first step of {@link Allocator}. */
final class Admission {
    private static final int BEAM = 6;
    private static final int LARGE = 10;

    private final Draft d;

    Admission(Draft draft) {
        d = draft;
    }

    /** All ways to admit the largest weight, priority by priority; where there are many, the first few. */
    List<Draft.State> all(boolean[] present, int low, int high) {
        Arrays.fill(d.choice, -1);
        Arrays.fill(d.admitted, false);
        List<Draft.State> beam = List.of(d.state());
        for (int start = 0; start < d.n; ) {
            int end = d.end(start);
            int[] group =
                    Arrays.stream(d.order, start, end).filter(i -> present[i]).toArray();
            beam = admit(beam, group, low, high);
            start = end;
        }
        return beam;
    }

    private List<Draft.State> admit(List<Draft.State> beam, int[] group, int low, int high) {
        List<Draft.State> next = new ArrayList<>();
        double[] best = {-1, -1, -1};
        int[] masks = masks(group);
        for (Draft.State from : beam) {
            for (int mask : masks) {
                double[] key = {weight(group, mask), Integer.bitCount(mask), 0};
                if (Arrays.compare(key, 0, 2, best, 0, 2) < 0 || next.size() >= 4 * BEAM) {
                    break;
                }
                d.take(from);
                if (fits(group, mask, low, high)) {
                    key[2] = serveRest(group, low, high);
                    int better = Arrays.compare(key, best);
                    if (better > 0) {
                        next.clear();
                        best = key;
                    }
                    if (better >= 0) {
                        next.add(d.state());
                    }
                }
            }
        }
        return next.size() > BEAM ? next.subList(0, BEAM) : next;
    }

    /** Subsets of a group, the heaviest and largest first; of a large group, those that drop its lightest. */
    private int[] masks(int[] group) {
        int size = group.length;
        if (size > LARGE) {
            Integer[] light = new Integer[size];
            Arrays.setAll(light, k -> k);
            Arrays.sort(light, Comparator.comparingDouble(k -> d.forecast.goals[group[k]].weight()));
            int[] masks = new int[size + 1];
            masks[0] = (int) ((1L << size) - 1);
            for (int k = 0; k < size; k++) {
                masks[k + 1] = masks[k] & ~(1 << light[k]);
            }
            return masks;
        }
        return IntStream.range(0, 1 << size)
                .boxed()
                .sorted(Comparator.<Integer>comparingDouble(m -> -weight(group, m))
                        .thenComparing(m -> -Integer.bitCount(m)))
                .mapToInt(m -> m)
                .toArray();
    }

    private double weight(int[] group, int mask) {
        double sum = 0;
        for (int k = 0; k < group.length; k++) {
            sum += (mask >> k & 1) != 0 ? d.forecast.goals[group[k]].weight() : 0;
        }
        return sum;
    }

    private boolean fits(int[] group, int mask, int low, int high) {
        for (int k = 0; k < group.length; k++) {
            boolean in = (mask >> k & 1) != 0;
            d.admitted[group[k]] = in;
            d.choice[group[k]] = in ? d.frugal[group[k]] : -1;
        }
        return d.holdsSomewhere(low, high);
    }

    /** Lets those that were not admitted run at their narrowest where that breaks and slows nobody before; how many run. */
    private int serveRest(int[] group, int low, int high) {
        int running = 0;
        boolean alone = !missesBefore(group);
        for (int i : group) {
            if (!d.admitted[i]) {
                d.choice[i] = d.costs.level[i].length - 1;
                boolean holds = alone && d.holdsSomewhere(low, high);
                d.choice[i] = holds ? d.choice[i] : -1;
                running += holds ? 1 : 0;
            }
        }
        return running;
    }

    /** Whether an application of a higher priority runs and misses its goals already. */
    private boolean missesBefore(int[] group) {
        for (int i = 0; i < d.n && group.length > 0; i++) {
            boolean higher = d.forecast.goals[i].priority() > d.forecast.goals[group[0]].priority();
            if (higher && d.choice[i] >= 0 && !d.admitted[i]) {
                return true;
            }
        }
        return false;
    }
}
