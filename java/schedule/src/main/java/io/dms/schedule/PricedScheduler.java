package io.dms.schedule;

import java.util.Arrays;

/**
 * Ours: for each request the variant with the greatest accuracy less the price of what it takes.
 *
 * <p>Prices are accuracy for a joule and for a dollar ({@link Prices}): whichever budget is scarcest under the demand that
 * is predicted has the highest price, a budget that is plenty has none. They are found again in the background every half
 * minute and whenever the connection or a context changes, from what is left; so what prediction got wrong, the next price
 * puts right. What is kept on the device follows from the same prices ({@link Residency}).
 *
 * <p>A variant is looked at only if what is left pays for it and it answers before the request's deadline, by costs
 * corrected with what was measured, what the device still has to do included. A request is refused as {@link Reason#SAVED}
 * where the best there is is worth less than what it takes.
 */
final class PricedScheduler implements Scheduler {
    private static final long PERIOD_NANOS = 30_000_000_000L;
    /** Requests after which prices are found at once, since little is known: 1, 2, 4 and so on up to here. */
    private static final long EARLY = 64;
    /** Loading waits while the loader is busy for longer. */
    private static final long LOADER_NANOS = 20_000_000_000L;

    private final CatalogTable table;
    private final Demand demand;
    private final Prices prices;
    private final Corrections deviceSeconds;
    private final Corrections deviceJoules;
    private final Corrections linkJoules;
    private final Corrections loadSeconds;
    private final Eviction eviction;
    private final double[] turn;
    private final int[] contextOf;
    private boolean connected = true;
    private boolean stale = true;
    private boolean changed = true;
    private long seen;
    private long planned;

    PricedScheduler(CatalogTable table, State state) {
        this.table = table;
        demand = new Demand(table.tasks(), table.contexts());
        prices = new Prices(table, demand, state);
        deviceSeconds = new Corrections(table.variants());
        deviceJoules = new Corrections(table.variants());
        linkJoules = new Corrections(table.variants());
        loadSeconds = new Corrections(table.units());
        eviction = new Eviction(table);
        turn = new double[table.tasks()];
        contextOf = new int[table.tasks()];
        Arrays.fill(contextOf, -1);
    }

    @Override
    public String name() {
        return "priced";
    }

    @Override
    public void decide(Request r, State s, Decision out) {
        out.clear();
        note(r, s);
        boolean low = false;
        if (prices.shareLow > 0) {
            turn[r.task] += prices.shareLow;
            if (turn[r.task] >= 1) {
                turn[r.task] -= 1;
                low = true;
            }
        }
        double perJoule = Math.max(Prices.LEAST, low ? prices.jouleLow : prices.joule);
        int best = -1;
        double most = 0;
        Reason why = Reason.DISCONNECTED;
        eviction.clear();
        keepWanted(s);
        for (int v : table.variantsOf(r.task)) {
            double a = table.accuracy(v, r.context);
            if (Double.isNaN(a) || (table.needsServer(v) && !s.isConnected())) {
                continue;
            }
            Reason obstacle = obstacle(v, r, s);
            if (obstacle != Reason.NONE) {
                why = worse(why, obstacle);
                continue;
            }
            double load = table.missingLoadJoules(v, s) * (prices.isWanted(v) ? 0.05 : 1);
            double score = a - perJoule * (joules(v, r, s) + load) - prices.dollar * table.dollars(v, r.context);
            why = Reason.SAVED;
            if (score > most) {
                most = score;
                best = v;
            }
        }
        if (best < 0 || !serve(best, r, s, out)) {
            out.refuse(why);
            return;
        }
        out.degraded = table.accuracy(best, r.context) < table.bestAccuracy(r.task, r.context);
    }

    private boolean serve(int v, Request r, State s, Decision out) {
        long latest = latestNanos(v, r, s);
        if (!s.isResident(v)) {
            eviction.clear();
            keepWanted(s);
            if (!eviction.load(v, s, out, latest)) {
                return false;
            }
        }
        eviction.use(v);
        Serving.run(v, s, out, latest);
        return true;
    }

    /** When a run must begin, so that it ends before the deadline. */
    private long latestNanos(int v, Request r, State s) {
        if (r.deadlineNanos == Request.NO_DEADLINE) {
            return Long.MAX_VALUE;
        }
        double seconds = table.deviceSeconds(v, r.context, s, r.frame) * deviceSeconds.of(v)
                + (table.needsServer(v) ? table.remoteSeconds(v, r.context, s) : 0);
        return r.deadlineNanos - (long) (seconds * 1e9);
    }

    private void keepWanted(State s) {
        for (int v = 0; v < table.variants(); v++) {
            if (prices.isWanted(v) && table.onDevice(v) && s.isResident(v)) {
                eviction.keep(v);
            }
        }
    }

    /** The obstacle that says most to a person: one that is nearer to having served. */
    private static Reason worse(Reason a, Reason b) {
        return rank(b) > rank(a) ? b : a;
    }

    private static int rank(Reason r) {
        return switch (r) {
            case SAVED -> 5;
            case DEADLINE -> 4;
            case MEMORY -> 3;
            case MONEY -> 2;
            case ENERGY -> 1;
            default -> 0;
        };
    }

    private double joules(int v, Request r, State s) {
        return table.deviceJoules(v, r.context, s, r.frame) * deviceJoules.of(v)
                + table.linkJoules(v, r.context, s) * linkJoules.of(v);
    }

    private Reason obstacle(int v, Request r, State s) {
        if (joules(v, r, s) + table.missingLoadJoules(v, s) > s.joulesLeft()) {
            return Reason.ENERGY;
        }
        if (table.dollars(v, r.context) > s.dollarsLeft()) {
            return Reason.MONEY;
        }
        if (r.deadlineNanos != Request.NO_DEADLINE
                && s.answerNanos(v, r, deviceSeconds.of(v), loadFactor(v, s)) > r.deadlineNanos) {
            return Reason.DEADLINE;
        }
        return !s.isResident(v) && !eviction.possible(v, s) ? Reason.MEMORY : Reason.NONE;
    }

    /** Of what is missing, the factor of the slowest to load. */
    private double loadFactor(int v, State s) {
        double factor = 0;
        for (int u : table.unitsOf(v)) {
            factor = s.isLoaded(u) ? factor : Math.max(factor, loadSeconds.of(u));
        }
        return factor;
    }

    private void note(Request r, State s) {
        demand.add(r.task, r.context, s.isConnected(), s.elapsedSeconds());
        seen++;
        boolean early = seen <= EARLY && (seen & (seen - 1)) == 0;
        if (s.isConnected() != connected || contextOf[r.task] != r.context || early) {
            connected = s.isConnected();
            contextOf[r.task] = r.context;
            changed = true;
        }
        stale = changed || s.nowNanos() - planned >= PERIOD_NANOS;
    }

    @Override
    public void plan(State s, Decision out) {
        out.clear();
        if (!stale) {
            return;
        }
        stale = false;
        changed = false;
        planned = s.nowNanos();
        prices.solve(s, deviceJoules, linkJoules);
        if (s.loaderFreeNanos() - s.nowNanos() > LOADER_NANOS) {
            return;
        }
        eviction.clear();
        for (int v = 0; v < table.variants(); v++) {
            if (prices.isWanted(v)) {
                eviction.keep(v);
            }
        }
        for (int v = 0; v < table.variants(); v++) {
            if (prices.isWanted(v) && !s.isResident(v) && table.missingLoadJoules(v, s) <= s.joulesLeft()) {
                // One at a time, so that each finds the memory as the one before has left it.
                eviction.load(v, s, out, s.nowNanos() + PERIOD_NANOS);
                changed = moreToLoad(v, s);
                return;
            }
        }
    }

    private boolean moreToLoad(int after, State s) {
        for (int v = after + 1; v < table.variants(); v++) {
            if (prices.isWanted(v) && !s.isResident(v)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void observe(Outcome o) {
        if (o.failed) {
            return;
        }
        if (o.load) {
            loadSeconds.observe(o.index, o.catalogSeconds, o.seconds);
        } else if (table.onDevice(o.index)) {
            deviceSeconds.observe(o.index, o.catalogSeconds, o.seconds);
            deviceJoules.observe(o.index, o.catalogJoules, o.joules);
        } else {
            linkJoules.observe(o.index, o.catalogJoules, o.joules);
        }
    }
}
