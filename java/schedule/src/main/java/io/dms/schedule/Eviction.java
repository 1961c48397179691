package io.dms.schedule;

import java.util.Arrays;

/** Makes room on the device: what was least recently used goes first. Allocates nothing. */
final class Eviction {
    private final CatalogTable table;
    private final long[] lastUse;
    private final boolean[] keep;
    private final boolean[] gone;
    private long uses;

    Eviction(CatalogTable table) {
        this.table = table;
        lastUse = new long[table.units()];
        keep = new boolean[table.units()];
        gone = new boolean[table.units()];
    }

    /** A variant is used now. */
    void use(int variant) {
        uses++;
        for (int u : table.unitsOf(variant)) {
            lastUse[u] = uses;
        }
    }

    /** Begins a new set of what must stay. */
    void clear() {
        Arrays.fill(keep, false);
        Arrays.fill(gone, false);
    }

    /** What a variant needs stays. */
    void keep(int variant) {
        for (int u : table.unitsOf(variant)) {
            keep[u] = true;
        }
    }

    /** Whether room can be made for what is missing of a variant without touching what must stay. */
    boolean possible(int variant, State s) {
        long missing = 0;
        for (int u : table.unitsOf(variant)) {
            missing += s.isLoaded(u) ? 0 : table.unitBytes(u);
        }
        long room = s.freeBytes();
        for (int u = 0; u < lastUse.length; u++) {
            if (s.isLoaded(u) && !keep[u] && !needs(variant, u)) {
                room += table.unitBytes(u);
            }
        }
        return missing <= room;
    }

    private boolean needs(int variant, int unit) {
        for (int u : table.unitsOf(variant)) {
            if (u == unit) {
                return true;
            }
        }
        return false;
    }

    /**
     * Adds the actions that load what is missing of a variant, and before them those that make room.
     *
     * @param latestNanos when loading must have begun
     * @return whether it can be done
     */
    boolean load(int variant, State s, Decision out, long latestNanos) {
        if (!possible(variant, s)) {
            return false;
        }
        long missing = 0;
        for (int u : table.unitsOf(variant)) {
            missing += s.isLoaded(u) ? 0 : table.unitBytes(u);
        }
        if (missing == 0 && s.isResident(variant)) {
            return true;
        }
        long free = s.freeBytes();
        for (int u = 0; u < gone.length; u++) {
            free += gone[u] ? table.unitBytes(u) : 0;
        }
        while (free < missing) {
            int oldest = oldest(variant, s);
            if (oldest < 0) {
                return false;
            }
            gone[oldest] = true;
            free += table.unitBytes(oldest);
            out.add(Decision.Action.UNLOAD, oldest, s.nowNanos(), Long.MAX_VALUE);
        }
        for (int u : table.unitsOf(variant)) {
            if (!s.isLoaded(u)) {
                out.add(Decision.Action.LOAD, u, s.nowNanos(), latestNanos);
            }
        }
        return true;
    }

    private int oldest(int variant, State s) {
        int oldest = -1;
        for (int u = 0; u < lastUse.length; u++) {
            if (!s.isLoaded(u) || keep[u] || gone[u] || table.unitBytes(u) == 0 || needs(variant, u)) {
                continue;
            }
            // Of what was used together, what came later in the table depends on what came before: it goes first.
            if (oldest < 0 || lastUse[u] <= lastUse[oldest]) {
                oldest = u;
            }
        }
        return oldest;
    }
}
