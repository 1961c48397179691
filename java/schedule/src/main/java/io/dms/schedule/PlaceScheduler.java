package io.dms.schedule;

import io.dms.schedule.catalog.Place;

/**
 * Baselines that look at the place first and at budgets hardly at all: a server first, a server only, the device only.
 *
 * <p>On a server, the most accurate variant that the money, spread evenly over what is left of the horizon, pays for at
 * the rate seen so far; on the device, the most accurate that fits the memory, least recently used out.
 */
final class PlaceScheduler implements Scheduler {
    private final String name;
    private final CatalogTable table;
    private final boolean server;
    private final boolean device;
    private final Eviction eviction;
    private long seen;

    private PlaceScheduler(String name, CatalogTable table, boolean server, boolean device) {
        this.name = name;
        this.table = table;
        this.server = server;
        this.device = device;
        eviction = new Eviction(table);
    }

    static PlaceScheduler serverFirst(CatalogTable table) {
        return new PlaceScheduler("server-first", table, true, true);
    }

    static PlaceScheduler serverOnly(CatalogTable table) {
        return new PlaceScheduler("server-only", table, true, false);
    }

    static PlaceScheduler deviceOnly(CatalogTable table) {
        return new PlaceScheduler("device-only", table, false, true);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void decide(Request r, State s, Decision out) {
        out.clear();
        seen++;
        int there = server && s.isConnected() ? cloud(r, s) : -1;
        if (there >= 0) {
            if (Serving.pays(there, r, s)) {
                Serving.run(there, s, out);
            } else {
                out.refuse(table.dollars(there, r.context) > s.dollarsLeft() ? Reason.MONEY : Reason.ENERGY);
            }
        } else if (device) {
            int v = mostAccurate(r, s);
            if (v < 0) {
                out.refuse(Reason.DISCONNECTED);
            } else {
                Serving.onDevice(v, r, s, eviction, out);
            }
        } else {
            out.refuse(Reason.DISCONNECTED);
        }
        out.degraded =
                out.variant >= 0 && table.accuracy(out.variant, r.context) < table.bestAccuracy(r.task, r.context);
    }

    private int cloud(Request r, State s) {
        double rate = seen / Math.max(1, s.elapsedSeconds());
        double each = s.dollarsPerSecond() / rate;
        int best = -1;
        int cheapest = -1;
        for (int v : table.variantsOf(r.task)) {
            if (table.place(v) != Place.CLOUD || Double.isNaN(table.accuracy(v, r.context))) {
                continue;
            }
            if (cheapest < 0 || table.dollars(v, r.context) < table.dollars(cheapest, r.context)) {
                cheapest = v;
            }
            if (table.dollars(v, r.context) <= each
                    && (best < 0 || table.accuracy(v, r.context) > table.accuracy(best, r.context))) {
                best = v;
            }
        }
        return best >= 0 ? best : cheapest;
    }

    private int mostAccurate(Request r, State s) {
        int best = -1;
        for (int v : table.variantsOf(r.task)) {
            double a = table.accuracy(v, r.context);
            if (table.place(v) == Place.DEVICE
                    && table.aloneBytes(v) <= s.budgets().memoryBytes()
                    && !table.needsServer(v)
                    && (best < 0 ? !Double.isNaN(a) : a > table.accuracy(best, r.context))) {
                best = v;
            }
        }
        return best;
    }
}
