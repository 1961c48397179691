package io.dms.schedule;

/**
 * What to do about a request, or in the background: filled by a {@link Scheduler}, and used again for the next.
 *
 * <p>Actions are to be done in their order. Each has a window: one that can't begin before its end is left out (after
 * Clockwork's time windows, Gujarati et al., OSDI 2020), and where that was a load that the run needs, the request fails
 * by {@link Reason#DEADLINE}. Not thread-safe.
 */
public final class Decision {
    /** What an action does. */
    public enum Action {
        /** Frees a unit's memory. */
        UNLOAD,
        /** Loads a unit. */
        LOAD,
        /** Runs a variant. */
        RUN
    }

    private static final Action[] ACTIONS = Action.values();

    /** Index of the variant that serves, or -1. */
    public int variant = -1;
    /** Why none serves. */
    public Reason reason = Reason.NONE;
    /** Whether a more accurate variant of the task would have been there for somebody with more to spend. */
    public boolean degraded;

    private int count;
    private final int[] what;
    private final int[] index;
    private final long[] earliest;
    private final long[] latest;

    /** For catalogs of this table. */
    public Decision(CatalogTable table) {
        int most = 2 * table.units() + 1;
        what = new int[most];
        index = new int[most];
        earliest = new long[most];
        latest = new long[most];
    }

    /** Forgets everything. */
    public void clear() {
        count = 0;
        variant = -1;
        reason = Reason.NONE;
        degraded = false;
    }

    /** Refuses. */
    public void refuse(Reason why) {
        count = 0;
        variant = -1;
        reason = why;
    }

    void add(Action a, int i, long earliestNanos, long latestNanos) {
        what[count] = a == Action.UNLOAD ? 0 : a == Action.LOAD ? 1 : 2;
        index[count] = i;
        earliest[count] = earliestNanos;
        latest[count] = latestNanos;
        count++;
    }

    /** Number of actions. */
    public int actions() {
        return count;
    }

    /** What the i-th does. */
    public Action action(int i) {
        return ACTIONS[what[i]];
    }

    /** Of which unit, or for a run of which variant. */
    public int index(int i) {
        return index[i];
    }

    /** Not to begin before, in nanoseconds. */
    public long earliestNanos(int i) {
        return earliest[i];
    }

    /** Not to begin after, in nanoseconds. */
    public long latestNanos(int i) {
        return latest[i];
    }
}
