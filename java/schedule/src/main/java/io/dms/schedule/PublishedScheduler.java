package io.dms.schedule;

import io.dms.schedule.catalog.Place;
import java.util.Arrays;

/**
 * The heuristic of MCDNN as published: Han, Shen, Philipose, Agarwal, Wolman, Krishnamurthy, <em>MCDNN: An
 * Approximation-Based Execution Framework for Deep Stream Processing Under Resource Constraints</em>, MobiSys 2016,
 * section 5.3, Algorithm 1.
 *
 * <p>A hit runs the cached variant at once, and the cache is updated behind it ({@link #plan}); a miss updates the cache
 * first. An update gives the task a budget for one request,
 *
 * <pre>e_n = (e - load_n * T / since_n) * f_n / (T * sum of f_i^2 over what is cached in the same place)</pre>
 *
 * with e and T what is left of energy and time, f_n the task's frequency since it was paged in, load_n what loading costs
 * and since_n how long ago the task was last loaded; the same with money for the cloud, and for a split variant both
 * times the share of its time in each place. In each place the most accurate variant that fits is found, and the most
 * accurate of these is cached. Memory is made by least recent use. On a miss, only what loads and answers in time is
 * looked at, where anything does.
 *
 * <p>Where nothing fits, as in the authors' published simulator: the variant on the device of least energy if all that is
 * left pays for it, else the server's of least price, else the request is dropped.
 */
final class PublishedScheduler implements Scheduler {
    /** The limit of the authors' simulator. */
    private static final double MISS_SECONDS = 1;

    private final CatalogTable table;
    private final Eviction eviction;
    private final int[] cached;
    private final long[] pagedIn;
    private final long[] since;
    private final long[] total;
    private final long[] loadedAt;
    private final boolean[] everLoaded;
    private final Request last = new Request();
    private boolean pending;
    private long start = Long.MIN_VALUE;

    PublishedScheduler(CatalogTable table) {
        this.table = table;
        eviction = new Eviction(table);
        cached = new int[table.tasks()];
        Arrays.fill(cached, -1);
        pagedIn = new long[table.tasks()];
        since = new long[table.tasks()];
        total = new long[table.tasks()];
        loadedAt = new long[table.tasks()];
        everLoaded = new boolean[table.tasks()];
    }

    @Override
    public String name() {
        return "published";
    }

    @Override
    public void decide(Request r, State s, Decision out) {
        out.clear();
        if (start == Long.MIN_VALUE) {
            start = s.nowNanos();
        }
        int n = r.task;
        total[n]++;
        since[n]++;
        int v = cached[n];
        boolean hit = v >= 0 && usable(v, r, s) && s.isResident(v);
        if (!hit) {
            v = choose(r, s, true);
        }
        if (v >= 0 && !affordable(v, r, s)) {
            v = cheapest(r, s);
        }
        if (v < 0) {
            cached[n] = -1;
            out.refuse(why(r, s));
            return;
        }
        if (!enter(n, v, s, out)) {
            out.refuse(Reason.MEMORY);
            return;
        }
        eviction.use(v);
        Serving.run(v, s, out);
        out.degraded = table.accuracy(v, r.context) < table.bestAccuracy(n, r.context);
        if (hit) {
            last.copy(r);
            pending = true;
        }
    }

    @Override
    public void plan(State s, Decision out) {
        out.clear();
        if (!pending) {
            return;
        }
        pending = false;
        int v = choose(last, s, false);
        if (v >= 0 && v != cached[last.task] && affordable(v, last, s)) {
            enter(last.task, v, s, out);
        }
    }

    /** Caches a variant for a task; adds what must be loaded and unloaded. */
    private boolean enter(int n, int v, State s, Decision out) {
        if (table.onDevice(v) && !s.isResident(v)) {
            eviction.clear();
            if (!eviction.load(v, s, out, Long.MAX_VALUE)) {
                return false;
            }
            loadedAt[n] = s.nowNanos();
            everLoaded[n] = true;
            pagedIn[n] = s.nowNanos();
            since[n] = 1;
        } else if (cached[n] < 0) {
            pagedIn[n] = s.nowNanos();
            since[n] = 1;
        }
        cached[n] = v;
        return true;
    }

    private boolean usable(int v, Request r, State s) {
        return !Double.isNaN(table.accuracy(v, r.context)) && (!table.needsServer(v) || s.isConnected());
    }

    private boolean affordable(int v, Request r, State s) {
        return table.joules(v, r.context, s, r.frame) + table.missingLoadJoules(v, s) <= s.joulesLeft()
                && table.dollars(v, r.context) <= s.dollarsLeft();
    }

    private double frequency(int n, State s) {
        boolean in = cached[n] >= 0;
        long from = in ? pagedIn[n] : start;
        double seconds = Math.max(1, (s.nowNanos() - from) * 1e-9);
        return (in ? since[n] : total[n]) / seconds;
    }

    /** Sum of squared frequencies of the other tasks that are cached in a place. */
    private double squares(int n, boolean device, State s) {
        double sum = 0;
        for (int i = 0; i < cached.length; i++) {
            if (i == n || cached[i] < 0 || table.onDevice(cached[i]) != device) {
                continue;
            }
            if (device && !s.isResident(cached[i])) {
                continue;
            }
            double f = frequency(i, s);
            sum += f * f;
        }
        return sum;
    }

    private int choose(Request r, State s, boolean miss) {
        int n = r.task;
        double f = frequency(n, s);
        double left = s.leftSeconds();
        double perDevice = f / (left * (squares(n, true, s) + f * f));
        double perCloud = f / (left * (squares(n, false, s) + f * f));
        double since = everLoaded[n] ? Math.max(1e-3, (s.nowNanos() - loadedAt[n]) * 1e-9) : Double.POSITIVE_INFINITY;
        int v = best(r, s, miss, perDevice, perCloud, since);
        if (v < 0 && miss) {
            v = best(r, s, false, perDevice, perCloud, since);
        }
        return v >= 0 ? v : cheapest(r, s);
    }

    /** Beyond the published limit on what a miss may take. */
    private boolean isSlow(int v, Request r, State s) {
        double seconds = table.missingLoadSeconds(v, s)
                + table.deviceSeconds(v, r.context, s, r.frame)
                + (table.needsServer(v) ? table.remoteSeconds(v, r.context, s) : 0);
        return seconds > MISS_SECONDS;
    }

    private int best(Request r, State s, boolean inTime, double perDevice, double perCloud, double since) {
        int best = -1;
        for (int v : table.variantsOf(r.task)) {
            if (!usable(v, r, s)) {
                continue;
            }
            if (table.onDevice(v) && (table.aloneBytes(v) > s.budgets().memoryBytes())) {
                continue;
            }
            if (inTime && (s.answerNanos(v, r, 1, 1) > r.deadlineNanos || isSlow(v, r, s))) {
                continue;
            }
            if (fits(v, r, s, perDevice, perCloud, since)
                    && (best < 0 || table.accuracy(v, r.context) > table.accuracy(best, r.context))) {
                best = v;
            }
        }
        return best;
    }

    private boolean fits(int v, Request r, State s, double perDevice, double perCloud, double since) {
        double price = table.dollars(v, r.context);
        double joules = table.joules(v, r.context, s, r.frame);
        if (table.place(v) == Place.CLOUD) {
            return fitsShare(price, s.dollarsLeft() * perCloud) && joules <= s.joulesLeft();
        }
        double load = table.missingLoadJoules(v, s);
        double energy = s.joulesLeft();
        if (load > 0 && since < Double.POSITIVE_INFINITY) {
            energy -= load * s.leftSeconds() / since;
        }
        double share = 1;
        if (table.place(v) == Place.SPLIT) {
            double here = table.deviceSeconds(v, r.context, s, r.frame);
            double there = table.remoteSeconds(v, r.context, s);
            share = here + there > 0 ? here / (here + there) : 1;
            if (!fitsShare(price, s.dollarsLeft() * perCloud * (1 - share))) {
                return false;
            }
        }
        return fitsShare(joules, energy * perDevice * share);
    }

    /** Infinity times 0 is no budget but no bound. */
    private static boolean fitsShare(double cost, double share) {
        return cost <= share || Double.isNaN(share);
    }

    private int cheapest(Request r, State s) {
        int device = -1;
        int cloud = -1;
        double least = Double.POSITIVE_INFINITY;
        for (int v : table.variantsOf(r.task)) {
            if (!usable(v, r, s) || !affordable(v, r, s)) {
                continue;
            }
            if (table.place(v) == Place.CLOUD) {
                if (cloud < 0 || table.dollars(v, r.context) < table.dollars(cloud, r.context)) {
                    cloud = v;
                }
            } else if (table.aloneBytes(v) <= s.budgets().memoryBytes()) {
                double joules = table.joules(v, r.context, s, r.frame);
                if (joules < least) {
                    least = joules;
                    device = v;
                }
            }
        }
        return device >= 0 ? device : cloud;
    }

    private Reason why(Request r, State s) {
        boolean server = false;
        boolean money = false;
        for (int v : table.variantsOf(r.task)) {
            if (Double.isNaN(table.accuracy(v, r.context))) {
                continue;
            }
            if (!table.needsServer(v) || s.isConnected()) {
                money |= table.dollars(v, r.context) > s.dollarsLeft();
                if (table.joules(v, r.context, s, r.frame) + table.missingLoadJoules(v, s) > s.joulesLeft()) {
                    return Reason.ENERGY;
                }
            } else {
                server = true;
            }
        }
        return money ? Reason.MONEY : server ? Reason.DISCONNECTED : Reason.ENERGY;
    }
}
