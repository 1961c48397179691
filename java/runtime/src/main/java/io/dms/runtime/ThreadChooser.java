package io.dms.runtime;

/**
 * Picks how many threads a call runs on, so that it never waits for a core that another process holds. A call on several
 * threads is as late as the last of them; where another process holds one of the cores, that is by whole slices of the
 * scheduler, some milliseconds each time the threads meet, so that a short call takes many times longer on all cores
 * than on those that are free.
 *
 * <p>Two signs are read. A call that takes much longer than it does usually costs one thread at once. Ten times a second
 * the share of the cores that others keep busy says how many are free: fewer are obeyed at once, more after two such
 * looks. So the number goes down within one call and comes back only when there is room, without trying. Where a call is
 * slow again soon after threads came back, although nobody holds a core (a scheduler that wakes the threads on one core
 * does that to short calls at long intervals), each such return doubles the wait for the next, up to about a minute.
 *
 * <p>Not thread-safe; belongs to one session. Allocates nothing after construction.
 */
public final class ThreadChooser implements AutoCloseable {
    private static final long LOOK_NANOS = 100_000_000;
    private static final long LEAST_LOOK_NANOS = 30_000_000;
    private static final double SLOW = 1.6;
    private static final long SLOW_NANOS = 200_000;
    private static final double ROUND_UP = 0.6;
    private static final int LOOKS_TO_RETURN = 2;
    private static final int MOST_LOOKS_TO_RETURN = 512;
    private static final int CALLS_TO_PROVE = 20;

    private final int cores;
    private final int most;
    private final BusyCores others;
    private int threads;
    private int roomierLooks;
    private int looksToReturn = LOOKS_TO_RETURN;
    private int callsSinceReturn = CALLS_TO_PROVE;
    private boolean blamed;
    private long lastLook;
    private boolean looked;

    /**
     * For this machine.
     *
     * @param most threads to use while all cores are free
     */
    public ThreadChooser(int most) {
        this(most, Runtime.getRuntime().availableProcessors(), OtherProcesses.ofThisMachine());
    }

    ThreadChooser(int most, int cores, BusyCores others) {
        this.most = most;
        this.cores = cores;
        this.others = others;
        this.threads = most;
    }

    /**
     * Threads for a call that begins now.
     *
     * @param nowNanos a clock that never goes back
     */
    public int threads(long nowNanos) {
        if (!looked) {
            looked = true;
            lastLook = nowNanos;
        } else if (nowNanos - lastLook >= LOOK_NANOS) {
            int room = room(nowNanos);
            if (room <= threads) {
                threads = room;
                roomierLooks = 0;
            } else if (++roomierLooks >= looksToReturn) {
                threads = room;
                roomierLooks = 0;
                callsSinceReturn = 0;
                blamed = false;
            }
        }
        return threads;
    }

    /**
     * What came of a call.
     *
     * @param nowNanos when it ended
     * @param nanos how long it took
     * @param usualNanos how long such a call takes usually, 0 where that is not known
     */
    public void observe(long nowNanos, long nanos, long usualNanos) {
        if (threads > 1 && usualNanos > 0 && nanos > SLOW * usualNanos + SLOW_NANOS) {
            if (callsSinceReturn >= CALLS_TO_PROVE) {
                looksToReturn = LOOKS_TO_RETURN;
            } else if (!blamed) {
                looksToReturn = Math.min(MOST_LOOKS_TO_RETURN, 2 * looksToReturn);
                blamed = true;
            }
            int room = nowNanos - lastLook >= LEAST_LOOK_NANOS ? room(nowNanos) : threads;
            threads = Math.max(1, Math.min(threads - 1, room));
            lastLook = nowNanos;
            roomierLooks = 0;
        }
        if (callsSinceReturn < CALLS_TO_PROVE && ++callsSinceReturn == CALLS_TO_PROVE && !blamed) {
            looksToReturn = LOOKS_TO_RETURN;
        }
    }

    private int room(long nowNanos) {
        lastLook = nowNanos;
        double busy = others.sinceLast();
        if (Double.isNaN(busy)) {
            return threads;
        }
        return Math.max(1, Math.min(most, cores - (int) (busy + ROUND_UP)));
    }

    @Override
    public void close() {
        others.close();
    }
}
