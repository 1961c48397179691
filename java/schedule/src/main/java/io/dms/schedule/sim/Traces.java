package io.dms.schedule.sim;

import io.dms.model.UserException;
import io.dms.schedule.CatalogTable;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/** Traces as the published experiments describe them, each from a seed. */
public final class Traces {
    private static final double MEAN_GAP_SECONDS = 5;
    private static final int PEOPLE = 200;
    private static final double WINDOW_SECONDS = 300;
    private static final double STRETCH_SECONDS = 600;

    private Traces() {}

    private static final class Draft {
        final List<long[]> rows = new ArrayList<>();

        void add(double second, int task, int context, long frame) {
            rows.add(new long[] {(long) (second * 1e9), task, context, frame});
        }

        Trace done(double seconds, long[] edges) {
            rows.sort(Comparator.comparingLong(r -> r[0]));
            int n = rows.size();
            long[] at = new long[n];
            int[] task = new int[n];
            int[] context = new int[n];
            long[] frame = new long[n];
            for (int i = 0; i < n; i++) {
                at[i] = rows.get(i)[0];
                task[i] = (int) rows.get(i)[1];
                context[i] = (int) rows.get(i)[2];
                frame[i] = rows.get(i)[3];
            }
            return new Trace(seconds, at, task, context, frame, edges);
        }
    }

    /** So many moments of a Poisson process in as many seconds: gaps are exponential, and the last is inside. */
    private static double[] times(int count, SplittableRandom random) {
        double[] out = new double[count];
        for (int i = 0; i < count; i++) {
            out[i] = random.nextDouble() * count;
        }
        Arrays.sort(out);
        return out;
    }

    private static double exponential(SplittableRandom random, double mean) {
        return -mean * Math.log(1 - random.nextDouble());
    }

    /**
     * Models in turn, as a cache fears it: each request asks with some probability for the next task of the catalog, else
     * for the same as before, so that with the original networks in a cache that can't hold all of them, so many bytes
     * are loaded for a request. Gaps are exponential with a mean of one second. Nothing is remote.
     *
     * @param loadBytes bytes that the originals load for a request, on average
     * @throws UserException if that is more than loading at each request would be
     */
    public static Trace caching(CatalogTable table, int requests, double loadBytes, long seed) {
        Catalog c = table.catalog();
        double mean = 0;
        for (Task t : c.tasks()) {
            List<Variant> of = c.variantsOf(t.id());
            mean += c.aloneBytes(of.get(0)) / (double) c.tasks().size();
        }
        double turn = loadBytes / mean;
        if (!(turn <= 1)) {
            throw new UserException(String.format(
                    Locale.ROOT,
                    "a load rate of %.0f MB per request is out of reach: the original networks take %.0f MB on average",
                    loadBytes / 1e6,
                    mean / 1e6));
        }
        SplittableRandom random = new SplittableRandom(seed);
        Draft d = new Draft();
        double[] times = times(requests, random);
        int task = random.nextInt(table.tasks());
        for (int i = 0; i < requests; i++) {
            if (random.nextDouble() < turn) {
                task = (task + 1) % table.tasks();
            }
            d.add(times[i], task, 0, i);
        }
        return d.done(Math.max(1, requests), new long[0]);
    }

    /**
     * One task; for a share of the time its stream is in a context, in stretches of ten minutes, since a context that is
     * worth a network of its own lasts. Gaps are exponential with a mean of one second.
     *
     * @param task index
     * @param share of the time, from 0 to 1
     * @param context index of the context, above 0
     */
    public static Trace location(int requests, int task, double share, int context, long seed) {
        if (!(share >= 0 && share <= 1)) {
            throw new UserException("the share of requests in a context must be between 0 and 1: " + share);
        }
        SplittableRandom random = new SplittableRandom(seed);
        Draft d = new Draft();
        double[] times = times(requests, random);
        double period = STRETCH_SECONDS / Math.max(share, 1e-9);
        double phase = random.nextDouble();
        for (int i = 0; i < requests; i++) {
            double turn = times[i] / period + phase;
            d.add(times[i], task, turn - Math.floor(turn) < share ? context : 0, i);
        }
        return d.done(Math.max(1, requests), new long[0]);
    }

    /**
     * A day: every input has events with exponential gaps, each of which asks all tasks of that input at once. Tasks with
     * contexts see 200 classes; in stretches of an hour 7 of them make up 65 %, in stretches of two hours 4 of them 90 %,
     * half an hour or an hour of anything between. The context of a request is what a window over the last five minutes
     * shows: the greatest share among the task's contexts that the window's seven most frequent classes reach. A server
     * can be reached for stretches of 50 minutes on average, and can't for stretches of 15.
     */
    public static Trace day(CatalogTable table, int requests, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Catalog c = table.catalog();
        double seconds = MEAN_GAP_SECONDS * requests / table.tasks();
        double scale = seconds / 36_000;
        Draft d = new Draft();
        long frame = 0;
        for (String input : c.tasks().stream().map(Task::input).distinct().toList()) {
            SplittableRandom own = random.split();
            Stretches stretches = new Stretches(own, seconds, scale);
            Window window = new Window();
            for (double at = exponential(own, MEAN_GAP_SECONDS);
                    at < seconds;
                    at += exponential(own, MEAN_GAP_SECONDS)) {
                window.add(at, stretches.at(at, own));
                for (int t = 0; t < table.tasks(); t++) {
                    Task task = c.tasks().get(t);
                    if (task.input().equals(input)) {
                        d.add(at, t, window.context(task), frame);
                    }
                }
                frame++;
            }
        }
        List<Long> edges = new ArrayList<>();
        SplittableRandom link = random.split();
        double at = 0;
        while (true) {
            at += exponential(link, 3000 * scale);
            edges.add((long) (at * 1e9));
            if (at >= seconds) {
                break;
            }
            at += exponential(link, 900 * scale);
            edges.add((long) (at * 1e9));
        }
        return d.done(seconds, edges.stream().mapToLong(Long::longValue).toArray());
    }

    /** Which classes are frequent when. */
    private static final class Stretches {
        private final List<double[]> list = new ArrayList<>();

        Stretches(SplittableRandom random, double seconds, double scale) {
            double at = 0;
            boolean first = random.nextBoolean();
            while (at < seconds) {
                double calm = (random.nextBoolean() ? 1800 : 3600) * scale;
                list.add(new double[] {at, PEOPLE, 1});
                at += calm;
                list.add(first ? new double[] {at, 7, 0.65} : new double[] {at, 4, 0.9});
                at += (first ? 3600 : 7200) * scale;
                first = !first;
            }
        }

        int at(double second, SplittableRandom random) {
            double[] now = list.get(0);
            for (double[] s : list) {
                now = s[0] <= second ? s : now;
            }
            return random.nextDouble() < now[2] ? random.nextInt((int) now[1]) : random.nextInt(PEOPLE);
        }
    }

    /** The last five minutes. */
    private static final class Window {
        private static final int LEAST = 20;

        private final List<double[]> seen = new ArrayList<>();

        void add(double at, int label) {
            seen.add(new double[] {at, label});
            while (seen.get(0)[0] < at - WINDOW_SECONDS) {
                seen.remove(0);
            }
        }

        int context(Task task) {
            if (task.contexts().isEmpty() || seen.size() < LEAST) {
                return 0;
            }
            int[] counts = new int[PEOPLE];
            seen.forEach(s -> counts[(int) s[1]]++);
            int[] sorted = counts.clone();
            Arrays.sort(sorted);
            int best = 0;
            double bestShare = 0;
            for (int i = 0; i < task.contexts().size(); i++) {
                Task.Context x = task.contexts().get(i);
                double in = 0;
                for (int k = 0; k < Math.min(x.classes(), PEOPLE); k++) {
                    in += sorted[PEOPLE - 1 - k];
                }
                if (in / seen.size() >= x.share() && x.share() > bestShare) {
                    bestShare = x.share();
                    best = i + 1;
                }
            }
            return best;
        }
    }
}
