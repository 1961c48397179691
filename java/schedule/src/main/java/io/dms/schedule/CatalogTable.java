package io.dms.schedule;

import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Fragment;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A catalog as arrays, for decisions that allocate nothing. Tasks, variants and contexts are indices in the catalog's
 * order; context 0 is none, the others are the task's, from 1. A <em>unit</em> is what is loaded and unloaded as a whole:
 * a fragment, or what a variant has of its own. Immutable.
 */
public final class CatalogTable {
    private final Catalog catalog;
    private final int[][] variantsOf;
    private final int[] taskOf;
    private final Place[] place;
    private final double[][] accuracy;
    private final double[][] best;
    private final int[][] unitsOf;
    private final int[][] fragmentsOf;
    private final long[] unitBytes;
    private final double[] unitLoadSeconds;
    private final double[] unitLoadJoules;
    private final double[] unitRunSeconds;
    private final double[] unitRunJoules;
    private final double[] runSeconds;
    private final double[] runJoules;
    private final double[] serverSeconds;
    private final double[] dollars;
    private final double[] bytes;
    private final int[] fallback;
    private final double[][] fallbackShare;
    private final int contexts;

    /** Compiles a catalog. Joules that nobody measured count as 0; {@link Budgets#check} refuses budgets of them. */
    public CatalogTable(Catalog c) {
        catalog = c;
        List<Variant> vs = c.variants();
        int n = vs.size();
        int f = c.fragments().size();
        int most = c.tasks().stream().mapToInt(t -> t.contexts().size()).max().orElse(0);
        contexts = most + 1;
        taskOf = new int[n];
        place = new Place[n];
        accuracy = new double[n][contexts];
        unitsOf = new int[n][];
        fragmentsOf = new int[n][];
        fallback = new int[n];
        fallbackShare = new double[n][contexts];
        runSeconds = new double[n];
        runJoules = new double[n];
        serverSeconds = new double[n];
        dollars = new double[n];
        bytes = new double[n];
        unitBytes = new long[f + n];
        unitLoadSeconds = new double[f + n];
        unitLoadJoules = new double[f + n];
        unitRunSeconds = new double[f + n];
        unitRunJoules = new double[f + n];
        variantsOf = new int[c.tasks().size()][];
        best = new double[c.tasks().size()][contexts];
        for (int i = 0; i < f; i++) {
            Fragment x = c.fragments().get(i);
            unit(i, x.memoryBytes(), x.load().seconds(), x.load().joules());
            unitRunSeconds[i] = x.run().seconds();
            unitRunJoules[i] = orZero(x.run().joules());
        }
        for (int t = 0; t < variantsOf.length; t++) {
            variantsOf[t] = variants(c, c.tasks().get(t));
        }
        for (int i = 0; i < n; i++) {
            Variant v = vs.get(i);
            place[i] = v.place();
            unit(f + i, v.memoryBytes(), v.load().seconds(), v.load().joules());
            runSeconds[i] = v.place() == Place.CLOUD ? 0 : v.run().seconds();
            serverSeconds[i] = v.place() == Place.CLOUD ? v.run().seconds() : v.serverSeconds();
            runJoules[i] = orZero(v.run().joules());
            dollars[i] = v.dollars();
            bytes[i] = (double) v.sentBytes() + v.receivedBytes();
            Variant to = v.fallback() == null ? null : c.variant(v.fallback());
            fallback[i] = to == null ? -1 : vs.indexOf(to);
            context(i, v);
        }
        for (int i = 0; i < n; i++) {
            units(i, f);
        }
    }

    private void unit(int u, long memory, double seconds, @Nullable Double joules) {
        unitBytes[u] = memory;
        unitLoadSeconds[u] = seconds;
        unitLoadJoules[u] = orZero(joules);
    }

    private static double orZero(@Nullable Double v) {
        return v == null ? 0 : v;
    }

    private static int[] variants(Catalog c, Task t) {
        List<Integer> out = new ArrayList<>();
        for (int i = 0; i < c.variants().size(); i++) {
            if (c.variants().get(i).task().equals(t.id())) {
                out.add(i);
            }
        }
        return out.stream().mapToInt(Integer::intValue).toArray();
    }

    private void context(int i, Variant v) {
        for (int t = 0; t < catalog.tasks().size(); t++) {
            Task task = catalog.tasks().get(t);
            if (!task.id().equals(v.task())) {
                continue;
            }
            taskOf[i] = t;
            for (int x = 0; x < contexts; x++) {
                Task.Context named = x == 0 || x > task.contexts().size()
                        ? null
                        : task.contexts().get(x - 1);
                accuracy[i][x] = v.accuracy().in(named == null ? null : named.name());
                fallbackShare[i][x] = fallbackShare(v, named);
                if (accuracy[i][x] > best[t][x]) {
                    best[t][x] = accuracy[i][x];
                }
            }
        }
    }

    /**
     * What share of requests runs the fallback, too: as measured with the head; where nobody did, what the context says is
     * of other classes. What a server loses is not foreseen, so nothing is expected of it.
     */
    private static double fallbackShare(Variant v, Task.@Nullable Context named) {
        Double measured = v.fallsThrough();
        if (v.fallback() == null || v.place() != Place.DEVICE) {
            return 0;
        }
        return named == null ? 1 : measured != null ? measured : 1 - named.share();
    }

    private void units(int i, int f) {
        if (place[i] == Place.CLOUD) {
            unitsOf[i] = new int[0];
            fragmentsOf[i] = new int[0];
            return;
        }
        Set<Integer> all = new LinkedHashSet<>();
        Variant v = catalog.variants().get(i);
        catalog.fragmentsOf(v).forEach(x -> all.add(catalog.fragments().indexOf(x)));
        fragmentsOf[i] = all.stream().mapToInt(Integer::intValue).toArray();
        all.add(f + i);
        int to = fallback[i];
        if (to >= 0 && place[to] != Place.CLOUD) {
            catalog.fragmentsOf(catalog.variants().get(to))
                    .forEach(x -> all.add(catalog.fragments().indexOf(x)));
            all.add(f + to);
        }
        unitsOf[i] = all.stream().mapToInt(Integer::intValue).toArray();
    }

    /** What was compiled. */
    public Catalog catalog() {
        return catalog;
    }

    /** Number of tasks. */
    public int tasks() {
        return variantsOf.length;
    }

    /** Number of variants. */
    public int variants() {
        return taskOf.length;
    }

    /** Number of units. */
    public int units() {
        return unitBytes.length;
    }

    /** Number of contexts, none included. */
    public int contexts() {
        return contexts;
    }

    /** The task of a name, or -1. */
    public int task(String id) {
        for (int i = 0; i < tasks(); i++) {
            if (catalog.tasks().get(i).id().equals(id)) {
                return i;
            }
        }
        return -1;
    }

    /** The variant of a name, or -1. */
    public int variant(String id) {
        for (int i = 0; i < variants(); i++) {
            if (catalog.variants().get(i).id().equals(id)) {
                return i;
            }
        }
        return -1;
    }

    /** The context of a name in a task, or 0. */
    public int context(int task, String name) {
        List<Task.Context> list = catalog.tasks().get(task).contexts();
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i).name().equals(name)) {
                return i + 1;
            }
        }
        return 0;
    }

    int[] variantsOf(int task) {
        return variantsOf[task];
    }

    /** The task that a variant serves. */
    public int taskOf(int variant) {
        return taskOf[variant];
    }

    /** Where a variant runs. */
    public Place place(int variant) {
        return place[variant];
    }

    /** Whether a variant needs something loaded on the device. */
    public boolean onDevice(int variant) {
        return place[variant] != Place.CLOUD;
    }

    /** Whether a variant, or what it falls back to, needs a server. */
    public boolean needsServer(int variant) {
        return place[variant] != Place.DEVICE || (fallback[variant] >= 0 && place[fallback[variant]] != Place.DEVICE);
    }

    /** Accuracy in a context; NaN where the variant does not serve. */
    public double accuracy(int variant, int context) {
        return accuracy[variant][context];
    }

    /** The best accuracy of any variant of a task in a context. */
    public double bestAccuracy(int task, int context) {
        return best[task][context];
    }

    /** Bytes on the device if this variant and what it falls back to were loaded alone. */
    long aloneBytes(int variant) {
        long b = 0;
        for (int u : unitsOf[variant]) {
            b += unitBytes[u];
        }
        return b;
    }

    /** The units that must be loaded for a variant, those of its fallback on the device included; not to be changed. */
    public int[] unitsOf(int variant) {
        return unitsOf[variant];
    }

    int[] fragmentsOf(int variant) {
        return fragmentsOf[variant];
    }

    /** Memory of a unit. */
    public long unitBytes(int unit) {
        return unitBytes[unit];
    }

    /** Seconds to load a unit. */
    public double unitLoadSeconds(int unit) {
        return unitLoadSeconds[unit];
    }

    /** Joules to load a unit. */
    public double unitLoadJoules(int unit) {
        return unitLoadJoules[unit];
    }

    /** Dollars of a request, what falls through included. */
    public double dollars(int variant, int context) {
        int to = fallback[variant];
        return dollars[variant] + (to < 0 ? 0 : fallbackShare[variant][context] * dollars[to]);
    }

    /** Name of a unit. */
    public String unitName(int unit) {
        int f = catalog.fragments().size();
        return unit < f
                ? catalog.fragments().get(unit).id()
                : catalog.variants().get(unit - f).id();
    }

    /** Seconds of the device for one request, expected over what falls through. */
    double deviceSeconds(int v, int context, State s, long frame) {
        double own = runSeconds[v];
        for (int u : fragmentsOf[v]) {
            own += s.ranOn(u, frame) ? 0 : unitRunSeconds[u];
        }
        int to = fallback[v];
        return to < 0 ? own : own + fallbackShare[v][context] * deviceSeconds(to, context, s, frame);
    }

    /** Seconds of server and link for one request, expected over what falls through. */
    double remoteSeconds(int v, int context, State s) {
        double own = place[v] == Place.DEVICE ? 0 : serverSeconds[v] + s.linkSeconds(bytes[v]);
        int to = fallback[v];
        return to < 0 ? own : own + fallbackShare[v][context] * remoteSeconds(to, context, s);
    }

    /** Joules of the device's computing for one request, expected over what falls through. */
    double deviceJoules(int v, int context, State s, long frame) {
        double own = runJoules[v];
        for (int u : fragmentsOf[v]) {
            own += s.ranOn(u, frame) ? 0 : unitRunJoules[u];
        }
        int to = fallback[v];
        return to < 0 ? own : own + fallbackShare[v][context] * deviceJoules(to, context, s, frame);
    }

    /** Joules of the device's radio for one request, expected over what falls through. */
    double linkJoules(int v, int context, State s) {
        double own = place[v] == Place.DEVICE ? 0 : s.linkJoules(bytes[v]);
        int to = fallback[v];
        return to < 0 ? own : own + fallbackShare[v][context] * linkJoules(to, context, s);
    }

    /** Joules of a request. */
    double joules(int v, int context, State s, long frame) {
        return deviceJoules(v, context, s, frame) + linkJoules(v, context, s);
    }

    /** Joules to load what is not loaded of a variant. */
    double missingLoadJoules(int v, State s) {
        double j = 0;
        for (int u : unitsOf[v]) {
            j += s.isLoaded(u) ? 0 : unitLoadJoules[u];
        }
        return j;
    }

    /** Seconds to load what is not loaded of a variant. */
    double missingLoadSeconds(int v, State s) {
        double t = 0;
        for (int u : unitsOf[v]) {
            t += s.isLoaded(u) ? 0 : unitLoadSeconds[u];
        }
        return t;
    }
}
