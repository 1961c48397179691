package io.dms.backend.tensorrt.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.IntToLongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How far the engines of several levels are, for people: builds take minutes, and one that says nothing looks like one
 * that hangs. Time left is estimated from the work of the levels that were built and the share of the one at hand, and
 * absent before there is anything to estimate from. One thread builds; any thread may look.
 */
public final class BuildProgress {
    private final List<String> names;
    private final IntToLongFunction workOf;
    private final @Nullable Long[] work;
    private final LongSupplier nanoTime;
    private final BooleanSupplier cancelled;
    private final List<Phase> phases = new ArrayList<>();
    private final long start;
    private int level;
    private double share;
    private double workBuilt;
    private long nanosBuilt;
    private long levelStart;

    private static final class Phase {
        final String name;
        int done;
        int of;

        Phase(String name) {
            this.name = name;
        }
    }

    /**
     * How far it is at one moment.
     *
     * @param level the level at hand, from 1
     * @param levels how many there are
     * @param name of the level
     * @param phase what happens now, empty where nobody told
     * @param share of this level that is done, null where that is not known
     * @param elapsedSeconds since the beginning
     * @param leftSeconds until all levels are done, null where it can't be estimated
     */
    public record Status(
            int level,
            int levels,
            String name,
            String phase,
            @Nullable Double share,
            long elapsedSeconds,
            @Nullable Long leftSeconds) {
        /** As in {@code level 2 of 4 (0.75): timing graph nodes, 38 %, 1 min 02 s, about 2 min 10 s left}. */
        public String line() {
            return "level " + level + " of " + levels + " (" + name + ")"
                    + (phase.isEmpty() ? "" : ": " + phase)
                    + (share == null ? "" : String.format(Locale.ROOT, ", %.0f %%", 100 * share))
                    + ", " + time(elapsedSeconds)
                    + (leftSeconds == null ? "" : ", about " + time(leftSeconds) + " left");
        }

        private static String time(long seconds) {
            return seconds < 60
                    ? seconds + " s"
                    : String.format(Locale.ROOT, "%d min %02d s", seconds / 60, seconds % 60);
        }
    }

    /**
     * @param names of the levels, in the order of their builds
     * @param workOf of a level, counted from 0, in any unit that grows with the time of its build; asked once, and only
     *     where something is built
     * @param nanoTime as {@link System#nanoTime()}
     * @param cancelled true once a person asked to stop
     */
    public BuildProgress(
            List<String> names, IntToLongFunction workOf, LongSupplier nanoTime, BooleanSupplier cancelled) {
        if (names.isEmpty()) {
            throw new IllegalArgumentException("no levels");
        }
        this.names = List.copyOf(names);
        this.workOf = workOf;
        this.work = new Long[names.size()];
        this.nanoTime = nanoTime;
        this.cancelled = cancelled;
        this.start = nanoTime.getAsLong();
        this.levelStart = start;
    }

    /** A level begins; what is returned goes to its build. */
    public synchronized BuildListener begin(int index) {
        level = index;
        share = 0;
        phases.clear();
        levelStart = nanoTime.getAsLong();
        return this::step;
    }

    /**
     * The level at hand is ready.
     *
     * @param built false where it was in the cache, which says nothing about how long builds take
     */
    public synchronized void end(boolean built) {
        phases.clear();
        share = 0;
        if (built) {
            workBuilt += work(level);
            nanosBuilt += nanoTime.getAsLong() - levelStart;
        }
        levelStart = nanoTime.getAsLong();
        level++;
    }

    private synchronized boolean step(String phase, int done, int of) {
        int at = 0;
        while (at < phases.size() && !phases.get(at).name.equals(phase)) {
            at++;
        }
        if (at == phases.size()) {
            // A sibling of a phase that ended, or a phase inside the one at hand.
            while (!phases.isEmpty() && ended(phases.get(phases.size() - 1))) {
                phases.remove(phases.size() - 1);
            }
            phases.add(new Phase(phase));
        } else {
            phases.subList(at + 1, phases.size()).clear();
        }
        Phase now = phases.get(phases.size() - 1);
        now.done = done;
        now.of = of;
        double inner = 0;
        for (int i = phases.size() - 1; i >= 0; i--) {
            Phase p = phases.get(i);
            inner = p.of <= 0 ? inner : Math.min(1, (Math.min(p.done, p.of) + Math.min(inner, 0.999)) / p.of);
        }
        share = Math.max(share, inner);
        return !cancelled.getAsBoolean();
    }

    private static boolean ended(Phase p) {
        return p.of <= 0 || p.done >= p.of;
    }

    /** How far it is now. */
    public synchronized Status status() {
        long now = nanoTime.getAsLong();
        int at = Math.min(level, names.size() - 1);
        String phase =
                phases.isEmpty() ? "" : phases.get(phases.size() - 1).name.toLowerCase(Locale.ROOT);
        return new Status(
                at + 1,
                names.size(),
                names.get(at),
                phase,
                share > 0 ? share : null,
                (now - start) / 1_000_000_000L,
                left(now, at));
    }

    private long work(int at) {
        Long w = work[at];
        if (w == null) {
            w = workOf.applyAsLong(at);
            work[at] = w;
        }
        return w;
    }

    private @Nullable Long left(long now, int at) {
        double done = workBuilt + share * work(at);
        double nanos = nanosBuilt + (share > 0 ? now - levelStart : 0);
        if (!(done > 0) || (workBuilt == 0 && share < 0.02)) {
            return null;
        }
        double open = (1 - share) * work(at);
        for (int i = at + 1; i < work.length; i++) {
            open += work(i);
        }
        return Math.round(nanos / done * open / 1e9);
    }
}
