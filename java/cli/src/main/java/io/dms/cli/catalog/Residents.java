package io.dms.cli.catalog;

import io.dms.schedule.CatalogTable;
import io.dms.schedule.Decision;
import io.dms.schedule.Outcome;
import io.dms.schedule.Scheduler;
import io.dms.schedule.State;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Variant;
import org.jspecify.annotations.Nullable;

/**
 * What is loaded on the device while a stream is served: loads and unloads as the scheduler decides, tells it what that
 * took, and holds something ready for servers that fail. Used by the serving thread alone.
 */
final class Residents {
    private final Catalog catalog;
    private final CatalogTable table;
    private final State state;
    private final Scheduler scheduler;
    private final CatalogExecutor executor;
    private final Outcome outcome = new Outcome();
    private int loads;
    private long mostBytes;

    Residents(Catalog catalog, State state, Scheduler scheduler, CatalogExecutor executor) {
        this.catalog = catalog;
        this.table = state.table();
        this.state = state;
        this.scheduler = scheduler;
        this.executor = executor;
    }

    /** Models that were loaded so far. */
    int loads() {
        return loads;
    }

    /** Looks how much is loaded now. */
    void measure() {
        mostBytes = Math.max(mostBytes, executor.bytes());
    }

    /** The most bytes that were loaded when it was looked. */
    long mostBytes() {
        return mostBytes;
    }

    /** Loads what stands by for servers, as far as memory is free. */
    void standBy() {
        for (int v = 0; v < table.variants(); v++) {
            Variant variant = catalog.variants().get(v);
            String next = variant.fallback();
            int to = variant.place() == Place.DEVICE || next == null ? -1 : table.variant(next);
            if (to < 0 || state.isResident(to)) {
                continue;
            }
            long missing = 0;
            for (int u : table.unitsOf(to)) {
                missing += state.isLoaded(u) ? 0 : table.unitBytes(u);
            }
            if (missing > state.freeBytes()) {
                continue;
            }
            for (int u : table.unitsOf(to)) {
                load(u, Long.MAX_VALUE);
            }
        }
    }

    /** What answers on the device where a variant's server does not, or null. */
    @Nullable
    Variant standby(Variant remote, int context) {
        String next = remote.fallback();
        if (next == null) {
            return null;
        }
        Variant named = catalog.variant(next);
        if (named != null && executor.isLoaded(named)) {
            return named;
        }
        Variant best = null;
        double most = 0;
        for (Variant v : catalog.variantsOf(remote.task())) {
            double accuracy = table.accuracy(table.variant(v.id()), context);
            if (CatalogExecutor.isWhole(v) && executor.isLoaded(v) && accuracy > most) {
                most = accuracy;
                best = v;
            }
        }
        return best;
    }

    /** Loads or unloads as decided. */
    void follow(Decision decision, int a) {
        int u = decision.index(a);
        int v = u - catalog.fragments().size();
        if (decision.action(a) == Decision.Action.UNLOAD) {
            state.unloaded(u);
            if (v >= 0) {
                executor.unload(catalog.variants().get(v));
            }
            return;
        }
        load(u, decision.latestNanos(a));
    }

    private void load(int u, long latestNanos) {
        int v = u - catalog.fragments().size();
        if (state.isLoaded(u) || System.nanoTime() > latestNanos) {
            return;
        }
        long start = System.nanoTime();
        if (v >= 0) {
            executor.load(catalog.variants().get(v));
            loads++;
        }
        long end = System.nanoTime();
        state.at(end);
        state.loaded(u, state.nowNanos());
        state.loaderFree(state.nowNanos());
        state.spend(table.unitLoadJoules(u), 0);
        // A fragment is read with the first variant on it, so that neither has a time of its own to tell.
        if (v >= 0 && catalog.variants().get(v).requires().isEmpty()) {
            outcome.index = u;
            outcome.load = true;
            outcome.failed = false;
            outcome.catalogSeconds = table.unitLoadSeconds(u);
            outcome.seconds = (end - start) * 1e-9;
            outcome.catalogJoules = table.unitLoadJoules(u);
            outcome.joules = Double.NaN;
            scheduler.observe(outcome);
        }
    }
}
