package io.dms.serve.client;

/**
 * How long giving a server up takes beyond its time: a busy machine wakes late, and the longest of the last times counts.
 * It fades with every request, also with those that the server was not asked for: otherwise one pause that is longer than
 * the deadlines would keep the server from being asked ever again. Reads no clock. Thread-safe.
 */
final class Overshoot {
    private static final long LEAST_NANOS = 3_000_000;

    private long nanos = LEAST_NANOS;

    /** A server was given up so long after its time. */
    synchronized void late(long overNanos) {
        nanos = Math.max(nanos, overNanos);
    }

    /** One more request: what was seen counts a thirty-second less. */
    synchronized void fade() {
        nanos = Math.max(LEAST_NANOS, nanos - nanos / 32);
    }

    /** What to reckon with. */
    synchronized long nanos() {
        return nanos;
    }
}
