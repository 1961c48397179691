package io.dms.runtime;

import java.util.concurrent.Semaphore;

/**
 * The machine's cores as permits that all sessions of the process share, so that sessions in several threads never run
 * more threads than there are cores. Fair: whoever waits longest is served first, so a session with many threads is not
 * starved by sessions with few. Thread-safe; acquiring without waiting allocates nothing.
 */
public final class CorePermits {
    private static final CorePermits SHARED =
            new CorePermits(Runtime.getRuntime().availableProcessors());

    private final int cores;
    private final Semaphore permits;

    /** @param cores number of permits */
    public CorePermits(int cores) {
        this.cores = cores;
        this.permits = new Semaphore(cores, true);
    }

    /** The one of this process: as many permits as the JVM has processors. */
    public static CorePermits shared() {
        return SHARED;
    }

    /** Number of permits in all. */
    public int cores() {
        return cores;
    }

    /** Number of permits that nobody holds now. */
    public int free() {
        return permits.availablePermits();
    }

    /**
     * Waits until {@code threads} cores are free and takes them; more than there are count as all of them.
     *
     * @return how many were taken, to be given to {@link #release}
     */
    public int acquire(int threads) {
        int n = Math.min(threads, cores);
        permits.acquireUninterruptibly(n);
        return n;
    }

    /** Gives cores back. */
    public void release(int taken) {
        permits.release(taken);
    }
}
