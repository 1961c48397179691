package io.dms.schedule;

import java.util.Arrays;

/**
 * Which variants to keep on the device at given prices: for each task in the context it is in, at most one, worth what it
 * adds above a server and above refusing, over the time that it will stay, less what loading it costs. Memory is bounded,
 * so it has a price of its own: found by bisection (a Lagrangian relaxation of the multiple-choice knapsack), and what the
 * bisection leaves free is filled by the changes that add most. What several variants share counts once. Allocates
 * nothing.
 */
final class Residency {
    private static final int STEPS = 14;
    private static final int CHANGES = 16;

    private final CatalogTable table;
    private final int contexts;
    private final double[] shared;
    private final double[][] worth;
    private final int[] choice;
    private final int[] users;
    private int[] active = new int[0];
    private int count;
    private long used;

    Residency(CatalogTable table) {
        this.table = table;
        contexts = table.contexts();
        int pairs = table.tasks() * contexts;
        shared = new double[table.variants()];
        worth = new double[pairs][];
        choice = new int[pairs];
        users = new int[table.units()];
        active = new int[pairs];
        for (int p = 0; p < pairs; p++) {
            worth[p] = new double[table.variantsOf(p / contexts).length];
        }
        int[] sharers = new int[table.units()];
        for (int t = 0; t < table.tasks(); t++) {
            boolean[] mine = new boolean[table.units()];
            for (int v : table.variantsOf(t)) {
                for (int u : table.unitsOf(v)) {
                    mine[u] = true;
                }
            }
            for (int u = 0; u < mine.length; u++) {
                sharers[u] += mine[u] ? 1 : 0;
            }
        }
        for (int v = 0; v < shared.length; v++) {
            for (int u : table.unitsOf(v)) {
                shared[v] += (double) table.unitBytes(u) / sharers[u];
            }
        }
    }

    /** Begins anew: nothing is worth anything. */
    void clear() {
        count = 0;
    }

    /** The worth of each variant of a pair of task and context, in the order of the task's variants; to be filled. */
    double[] add(int pair) {
        active[count++] = pair;
        double[] w = worth[pair];
        Arrays.fill(w, 0);
        return w;
    }

    /** Chooses, within so many bytes. */
    void choose(long bytes) {
        pick(0);
        if (used > bytes) {
            double low = 0;
            double high = 1e-12;
            pick(high);
            for (int i = 0; i < 60 && used > bytes; i++) {
                high *= 4;
                pick(high);
            }
            for (int i = 0; i < STEPS; i++) {
                double mid = low == 0 ? high / 4 : Math.sqrt(low * high);
                pick(mid);
                if (used > bytes) {
                    low = mid;
                } else {
                    high = mid;
                }
            }
            pick(high);
        }
        fill(bytes);
    }

    private void pick(double price) {
        Arrays.fill(users, 0);
        used = 0;
        for (int i = 0; i < count; i++) {
            int p = active[i];
            int[] vs = table.variantsOf(p / contexts);
            int best = -1;
            double most = 0;
            for (int k = 0; k < vs.length; k++) {
                double net = worth[p][k] - price * shared[vs[k]];
                if (worth[p][k] > 0 && net > most) {
                    most = net;
                    best = k;
                }
            }
            choice[p] = best;
            if (best >= 0) {
                enter(vs[best]);
            }
        }
    }

    private void enter(int v) {
        for (int u : table.unitsOf(v)) {
            if (users[u]++ == 0) {
                used += table.unitBytes(u);
            }
        }
    }

    private void leave(int v) {
        for (int u : table.unitsOf(v)) {
            if (--users[u] == 0) {
                used -= table.unitBytes(u);
            }
        }
    }

    /** Makes the single change that adds most and fits, again and again. */
    private void fill(long bytes) {
        for (int c = 0; c < CHANGES; c++) {
            int bestPair = -1;
            int bestChoice = -1;
            double most = 1e-9;
            for (int i = 0; i < count; i++) {
                int p = active[i];
                int[] vs = table.variantsOf(p / contexts);
                int now = choice[p];
                double has = now < 0 ? 0 : worth[p][now];
                for (int k = 0; k < vs.length; k++) {
                    double gain = worth[p][k] - has;
                    if (k != now && gain > most && fits(now < 0 ? -1 : vs[now], vs[k], bytes)) {
                        most = gain;
                        bestPair = p;
                        bestChoice = k;
                    }
                }
            }
            if (bestPair < 0) {
                return;
            }
            int[] vs = table.variantsOf(bestPair / contexts);
            if (choice[bestPair] >= 0) {
                leave(vs[choice[bestPair]]);
            }
            choice[bestPair] = bestChoice;
            enter(vs[bestChoice]);
        }
    }

    private boolean fits(int from, int to, long bytes) {
        if (from >= 0) {
            leave(from);
        }
        enter(to);
        boolean fits = used <= bytes;
        leave(to);
        if (from >= 0) {
            enter(from);
        }
        return fits;
    }

    /** What was chosen adds up to. */
    double total() {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            int k = choice[active[i]];
            sum += k < 0 ? 0 : worth[active[i]][k];
        }
        return sum;
    }

    /** Marks the variants that were chosen. */
    void mark(boolean[] wanted) {
        Arrays.fill(wanted, false);
        for (int i = 0; i < count; i++) {
            int p = active[i];
            if (choice[p] >= 0) {
                wanted[table.variantsOf(p / contexts)[choice[p]]] = true;
            }
        }
    }
}
