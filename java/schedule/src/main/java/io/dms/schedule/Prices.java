package io.dms.schedule;

import java.util.Arrays;

/**
 * What a joule and a dollar are worth, in accuracy: the dual prices of the budgets under the demand that is predicted.
 *
 * <p>At a price, every request is served by the variant with the greatest accuracy less the price of what it takes, or
 * refused where that is below nothing. The higher the price the less is spent, so bisection finds the price at which what
 * is left lasts until the horizon. Spending jumps at the price: just below it is above the budget, just above it below. Both
 * are kept, with the share of requests to be served at the lower one, so that the budget is met and not merely kept.
 *
 * <p>While the price refuses nobody, more is kept back for requests that by chance come after the horizon: the others lose
 * some accuracy, the late would lose their answer. Once some are refused, they would be for ones that may never come.
 * Allocates nothing.
 */
final class Prices {
    /** Accuracy for a joule that is asked even where energy is plenty, so that of equals the cheaper is taken. */
    static final double LEAST = 1e-6;

    private static final int STEPS = 18;
    /** Requests below which nothing is kept for them. */
    private static final double LEAST_REQUESTS = 0.5;
    /** How near to a price is just above or below it. */
    private static final double NEAR = 0.02;
    /** The share of what is left that loading for a mixture may take. */
    private static final double SMALL = 0.01;
    /** So often in a row prices must refuse nobody before it is believed. */
    private static final int CALM = 20;

    private static final double RESIDENCE_SECONDS = 3600;

    private final CatalogTable table;
    private final int contexts;
    private final Demand demand;
    private final Residency residency;
    private final double[] joules;
    private final double[] dollars;
    private final double[] loads;
    private final boolean[] wanted;
    private final boolean[] wantedLow;
    private final boolean[] wantedHigh;
    private final boolean[] units;
    private State state;
    private double elapsed;
    private double spendJoules;
    private double spendDollars;
    private double refused; // requests a second that could be served and are not
    private boolean refusing; // whether the prices found last have some refused
    private int calm; // how often in a row prices were found that have nobody refused

    /** Accuracy for a joule: the upper price, at which the budget is kept. */
    double joule;
    /** The lower price, at which it is not; the same where energy is plenty. */
    double jouleLow;
    /** The share of requests to be decided at the lower price. */
    double shareLow;
    /** Accuracy for a dollar. */
    double dollar;

    Prices(CatalogTable table, Demand demand, State state) {
        this.table = table;
        this.demand = demand;
        this.state = state;
        contexts = table.contexts();
        residency = new Residency(table);
        joules = new double[table.variants() * contexts];
        dollars = new double[table.variants() * contexts];
        loads = new double[table.variants()];
        wanted = new boolean[table.variants()];
        wantedLow = new boolean[table.variants()];
        wantedHigh = new boolean[table.variants()];
        units = new boolean[table.units()];
        joule = first(state.joulesLeft());
        jouleLow = joule;
        dollar = first(state.dollarsLeft());
    }

    /** Before any demand was seen: all that is left for one right answer, so that the first request can't take it all. */
    private static double first(double left) {
        return left > 0 ? 1 / left : 0;
    }

    /** Whether a variant is worth being on the device. */
    boolean isWanted(int variant) {
        return wanted[variant];
    }

    /** Finds prices and what to keep on the device, for what is left at a moment. */
    void solve(State s, Corrections device, Corrections link) {
        state = s;
        elapsed = s.elapsedSeconds();
        for (int v = 0; v < table.variants(); v++) {
            loads[v] = table.missingLoadJoules(v, s);
            for (int c = 0; c < contexts; c++) {
                joules[v * contexts + c] = table.deviceJoules(v, c, s, Long.MAX_VALUE) * device.of(v)
                        + table.linkJoules(v, c, s) * link.of(v);
                dollars[v * contexts + c] = table.dollars(v, c);
            }
        }
        double paceJoules = s.joulesPerSecond(
                calm < CALM ? 0 : demand.beyondSeconds(s.budgets().horizonSeconds(), elapsed));
        double paceDollars = s.dollarsPerSecond();
        dollar = 0;
        solveJoule(paceJoules);
        if (spendDollars > paceDollars) {
            for (int round = 0; round < 2; round++) {
                solveDollar(paceDollars);
                solveJoule(paceJoules);
            }
        }
        calm = refusing ? 0 : calm + 1;
    }

    private void solveJoule(double pace) {
        evaluate(0, dollar);
        if (spendJoules <= pace) {
            joule = 0;
            jouleLow = 0;
            shareLow = 0;
            refusing = false;
            residency.mark(wanted);
            return;
        }
        double low = 0;
        double spentLow = spendJoules;
        residency.mark(wantedLow);
        double high = highest(joules);
        double spentHigh = 0;
        refusing = true;
        for (int i = 0; i < STEPS; i++) {
            // The highest price is far above most answers: begin by fifths.
            double mid = low + (high - low) * (i < 4 ? 0.2 : 0.5);
            evaluate(mid, dollar);
            if (spendJoules > pace) {
                low = mid;
                spentLow = spendJoules;
                residency.mark(wantedLow);
            } else {
                high = mid;
                spentHigh = spendJoules;
                refusing = refused > 0;
            }
        }
        joule = high;
        jouleLow = low;
        shareLow = spentLow > spentHigh ? Math.max(0, Math.min(1, (pace - spentHigh) / (spentLow - spentHigh))) : 0;
        join();
    }

    /**
     * Wanted is what the lower price wants; and, as far as there is room, what is best just above and just below the
     * price with loading left aside: there two variants are worth nearly the same, neither is worth being loaded for the
     * other's sake, and yet the budget is only met by serving some requests with each.
     */
    private void join() {
        System.arraycopy(wantedLow, 0, wanted, 0, wanted.length);
        keep(joule * (1 + NEAR), dollar, 0);
        residency.mark(wantedHigh);
        addIfRoom();
        keep(jouleLow * (1 - NEAR), dollar, 0);
        residency.mark(wantedHigh);
        addIfRoom();
    }

    private void addIfRoom() {
        Arrays.fill(units, false);
        long bytes = 0;
        double joulesToLoad = 0;
        for (int v = 0; v < wanted.length; v++) {
            if (wanted[v] || wantedHigh[v]) {
                joulesToLoad += wanted[v] ? 0 : loads[v];
                for (int u : table.unitsOf(v)) {
                    bytes += units[u] ? 0 : table.unitBytes(u);
                    units[u] = true;
                }
            }
        }
        if (bytes <= state.budgets().memoryBytes() && joulesToLoad <= SMALL * state.joulesLeft()) {
            for (int v = 0; v < wanted.length; v++) {
                wanted[v] |= wantedHigh[v];
            }
        }
    }

    private void solveDollar(double pace) {
        double low = 0;
        double high = highest(dollars);
        for (int i = 0; i < STEPS; i++) {
            double mid = low == 0 ? high * Math.pow(0.5, i + 1) : 0.5 * (low + high);
            evaluate(joule, mid);
            if (spendDollars > pace) {
                low = mid;
            } else {
                high = mid;
            }
        }
        dollar = high;
    }

    /** The price above which nothing that costs is bought. */
    private double highest(double[] costs) {
        double most = 0;
        for (int v = 0; v < table.variants(); v++) {
            for (int c = 0; c < contexts; c++) {
                double cost = costs[v * contexts + c];
                double a = table.accuracy(v, c);
                if (cost > 0 && a / cost > most) {
                    most = a / cost;
                }
            }
        }
        return most * 1.01;
    }

    private double score(int v, int c, double perJoule, double perDollar) {
        double a = table.accuracy(v, c);
        return a - Math.max(LEAST, perJoule) * joules[v * contexts + c] - perDollar * dollars[v * contexts + c];
    }

    /** What is kept, and what is spent in a second, at prices. */
    private void evaluate(double perJoule, double perDollar) {
        keep(perJoule, perDollar, 1);
        residency.mark(wanted);
        spend(perJoule, perDollar);
    }

    /** Chooses what to keep at prices, loading charged by a weight. */
    private void keep(double perJoule, double perDollar, double loading) {
        residency.clear();
        double stay = stay();
        double up = 0.5 * demand.connectedShare() + (state.isConnected() ? 0.5 : 0);
        for (int p = 0; p < demand.pairs(); p++) {
            double rate = demand.latelyRate(p, elapsed);
            if (rate * stay < LEAST_REQUESTS) {
                continue;
            }
            int c = p % contexts;
            int[] vs = table.variantsOf(p / contexts);
            double far = 0;
            for (int v : vs) {
                if (!table.onDevice(v)) {
                    far = Math.max(far, score(v, c, perJoule, perDollar));
                }
            }
            double[] worth = residency.add(p);
            for (int k = 0; k < vs.length; k++) {
                int v = vs[k];
                if (!table.onDevice(v)) {
                    continue;
                }
                double a = score(v, c, perJoule, perDollar);
                if (a > 0) {
                    boolean server = table.needsServer(v);
                    double gain = up * Math.max(0, a - far) + (server ? 0 : (1 - up) * a);
                    worth[k] = rate * stay * gain - loading * perJoule * loads[v];
                }
            }
        }
        residency.choose(state.budgets().memoryBytes());
    }

    private double stay() {
        return Math.min(RESIDENCE_SECONDS, state.leftSeconds());
    }

    private void spend(double perJoule, double perDollar) {
        spendJoules = 0;
        spendDollars = 0;
        refused = 0;
        for (int p = 0; p < demand.pairs(); p++) {
            for (int side = 0; side < 2; side++) {
                double rate = demand.rate(p, side == 1, elapsed, state.leftSeconds(), state.isConnected());
                if (rate > 0) {
                    cell(p, side == 1, rate, perJoule, perDollar);
                }
            }
        }
    }

    private void cell(int p, boolean connected, double rate, double perJoule, double perDollar) {
        int c = p % contexts;
        // What serves a context that is not there now would be loaded when it comes.
        boolean current = demand.latelyRate(p, elapsed) * stay() >= LEAST_REQUESTS;
        int best = -1;
        boolean possible = false;
        double most = 0;
        for (int v : table.variantsOf(p / contexts)) {
            boolean there = table.needsServer(v)
                    ? connected && (!table.onDevice(v) || wanted[v])
                    : wanted[v] || (!current && Double.isNaN(table.accuracy(v, 0)));
            if (there) {
                double a = score(v, c, perJoule, perDollar);
                possible |= !Double.isNaN(a);
                if (a > most) {
                    most = a;
                    best = v;
                }
            }
        }
        if (best < 0) {
            refused += possible ? rate : 0;
        } else {
            spendJoules += rate * joules[best * contexts + c];
            spendDollars += rate * dollars[best * contexts + c];
        }
    }
}
