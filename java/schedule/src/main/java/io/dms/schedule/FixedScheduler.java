package io.dms.schedule;

import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Front;
import io.dms.schedule.catalog.Variant;
import java.util.List;

/**
 * A baseline: one variant on the device for each task, loaded when it is asked for, least recently used out; budgets are
 * spent as they come.
 */
final class FixedScheduler implements Scheduler {
    private final String name;
    private final CatalogTable table;
    private final int[] variantOf;
    private final Eviction eviction;

    private FixedScheduler(String name, CatalogTable table, int[] variantOf) {
        this.name = name;
        this.table = table;
        this.variantOf = variantOf;
        eviction = new Eviction(table);
    }

    /** The first variant on the device that each task's catalog lists: the original network. */
    static FixedScheduler original(CatalogTable table) {
        return of("original", table, false);
    }

    /** The smallest on the device within a point of the original's accuracy: the best single compression. */
    static FixedScheduler best(CatalogTable table) {
        return of("best", table, true);
    }

    private static FixedScheduler of(String name, CatalogTable table, boolean smallest) {
        Catalog c = table.catalog();
        int[] of = new int[table.tasks()];
        for (int t = 0; t < of.length; t++) {
            List<Variant> all = c.variantsOf(c.tasks().get(t).id()).stream()
                    .filter(v -> table.onDevice(table.variant(v.id()))
                            && v.accuracy().overall() != null)
                    .toList();
            of[t] = -1;
            double least = all.isEmpty() ? 0 : all.get(0).accuracy().in(null) - 0.01 - 1e-9;
            double bytes = Double.POSITIVE_INFINITY;
            for (Variant v : smallest || all.isEmpty() ? all : all.subList(0, 1)) {
                double takes = Front.Axis.MEMORY.of(c, v);
                if (v.accuracy().in(null) >= least && takes < bytes) {
                    bytes = takes;
                    of[t] = table.variant(v.id());
                }
            }
        }
        return new FixedScheduler(name, table, of);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void decide(Request r, State s, Decision out) {
        out.clear();
        int v = variantOf[r.task];
        if (v < 0) {
            out.refuse(Reason.DISCONNECTED);
            return;
        }
        Serving.onDevice(v, r, s, eviction, out);
        out.degraded = out.variant >= 0 && table.accuracy(v, r.context) < table.bestAccuracy(r.task, r.context);
    }
}
