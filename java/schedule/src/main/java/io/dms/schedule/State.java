package io.dms.schedule;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How things stand on the device and what is left of the budgets: kept by the executor, read by the scheduler. Nothing
 * here allocates after the constructor. Not thread-safe.
 *
 * <p>Time is what the executor passes to {@link #at}: it may stand still or jump. Where it goes back, it counts as
 * standing; where it leaps ahead, the horizon comes nearer and nothing else happens.
 */
public final class State {
    private static final double MOST_MARGIN_SECONDS = 60;

    private final CatalogTable table;
    private final Budgets budgets;
    private final boolean[] loaded;
    private final long[] ready;
    private final long[] frameOf;
    private final long start;
    /** Seconds' worth that is kept back, since demand is not known so well that the last requests find something left. */
    private final double margin;

    private long offset;
    private long last;
    private long now;
    private long used;
    private double joulesLeft;
    private double dollarsLeft;
    private long tokensAt;
    private boolean connected = true;
    private double roundTripSeconds;
    private double joulesPerRequest;
    private double joulesPerByte;
    private double bytesPerSecond = Double.POSITIVE_INFINITY;
    private long deviceFree;
    private long loaderFree;

    /**
     * Nothing loaded, nothing spent, connected by a link that costs nothing.
     *
     * @param startNanos now
     */
    public State(CatalogTable table, Budgets budgets, long startNanos) {
        this.table = table;
        this.budgets = budgets;
        loaded = new boolean[table.units()];
        ready = new long[table.units()];
        frameOf = new long[table.units()];
        Arrays.fill(frameOf, Long.MIN_VALUE);
        start = startNanos;
        margin = Math.min(MOST_MARGIN_SECONDS, 0.01 * budgets.horizonSeconds());
        last = startNanos;
        now = startNanos;
        tokensAt = startNanos;
        deviceFree = startNanos;
        loaderFree = startNanos;
        Double watts = budgets.watts();
        joulesLeft = orNone(budgets.joules());
        if (watts != null) {
            joulesLeft = watts * Budgets.BURST_SECONDS;
        }
        dollarsLeft = orNone(budgets.dollars());
    }

    private static double orNone(@Nullable Double v) {
        return v == null ? Double.POSITIVE_INFINITY : v;
    }

    /** What was compiled. */
    public CatalogTable table() {
        return table;
    }

    /** The budgets. */
    public Budgets budgets() {
        return budgets;
    }

    /** Time passes. */
    public void at(long clockNanos) {
        if (clockNanos < last) {
            offset += last - clockNanos;
        }
        last = clockNanos;
        now = clockNanos + offset;
        Double watts = budgets.watts();
        if (watts != null && now > tokensAt) {
            joulesLeft = Math.min(watts * Budgets.BURST_SECONDS, joulesLeft + watts * (now - tokensAt) * 1e-9);
            tokensAt = now;
        }
    }

    /** Now, in nanoseconds; never goes back. */
    public long nowNanos() {
        return now;
    }

    /** Seconds since the start. */
    public double elapsedSeconds() {
        return (now - start) * 1e-9;
    }

    /** Seconds until the horizon, at least one. */
    public double leftSeconds() {
        return Math.max(1, budgets.horizonSeconds() - elapsedSeconds());
    }

    /** Joules that may be spent now; infinite where energy is not bounded. */
    public double joulesLeft() {
        return joulesLeft;
    }

    /** Dollars that may be spent; infinite where money is not bounded. */
    public double dollarsLeft() {
        return dollarsLeft;
    }

    /**
     * Joules per second that can be kept up.
     *
     * @param beyond for how many seconds after the horizon something is kept back, if that is more than the usual
     */
    double joulesPerSecond(double beyond) {
        Double watts = budgets.watts();
        return watts != null
                ? Math.max(0, watts + (joulesLeft / Budgets.BURST_SECONDS - 0.5 * watts) * 0.5)
                : joulesLeft / (leftSeconds() + Math.max(margin, beyond));
    }

    /** Dollars per second that can be kept up. */
    double dollarsPerSecond() {
        return dollarsLeft / (leftSeconds() + margin);
    }

    /** Takes from the budgets what was spent. What was measured may be more than what was left: then nothing is left. */
    public void spend(double joules, double dollars) {
        joulesLeft = Math.max(0, joulesLeft - joules);
        dollarsLeft = Math.max(0, dollarsLeft - dollars);
    }

    /**
     * How the link is.
     *
     * @param joulesEach of the device for one request
     */
    public void link(boolean up, double roundTrip, double joulesEach, double joulesByte, double bytesSecond) {
        connected = up;
        roundTripSeconds = roundTrip;
        joulesPerRequest = joulesEach;
        joulesPerByte = joulesByte;
        bytesPerSecond = bytesSecond;
    }

    /** Whether a server can be reached. */
    public boolean isConnected() {
        return connected;
    }

    double linkSeconds(double bytes) {
        return roundTripSeconds + bytes / bytesPerSecond;
    }

    double linkJoules(double bytes) {
        return joulesPerRequest + bytes * joulesPerByte;
    }

    /** A unit is loaded, or being loaded until it is ready. */
    public void loaded(int unit, long readyNanos) {
        if (!loaded[unit]) {
            loaded[unit] = true;
            used += table.unitBytes(unit);
        }
        ready[unit] = readyNanos;
    }

    /** A unit is gone. */
    public void unloaded(int unit) {
        if (loaded[unit]) {
            loaded[unit] = false;
            used -= table.unitBytes(unit);
        }
    }

    /** Whether a unit is loaded or being loaded. */
    public boolean isLoaded(int unit) {
        return loaded[unit];
    }

    /** Whether everything that a variant needs on the device is loaded or being loaded; true for what a server runs. */
    public boolean isResident(int variant) {
        for (int u : table.unitsOf(variant)) {
            if (!loaded[u]) {
                return false;
            }
        }
        return true;
    }

    /** Bytes that are taken. */
    public long usedBytes() {
        return used;
    }

    /** Bytes that are free. */
    public long freeBytes() {
        return budgets.memoryBytes() - used;
    }

    /** A variant ran on a frame: what it shares need not run again for it. */
    public void ranVariant(int variant, long frame) {
        for (int u : table.fragmentsOf(variant)) {
            frameOf[u] = frame;
        }
    }

    boolean ranOn(int unit, long frame) {
        return frameOf[unit] == frame;
    }

    /** When the device's executor is free. */
    public void deviceFree(long nanos) {
        deviceFree = nanos;
    }

    /** When the device's loader is free. */
    public void loaderFree(long nanos) {
        loaderFree = nanos;
    }

    /** When the device's loader is free. */
    public long loaderFreeNanos() {
        return loaderFree;
    }

    /** When a variant could answer, from the catalog's costs times factors; loads first what is missing. */
    long answerNanos(int v, Request r, double deviceFactor, double loadFactor) {
        long begin = now;
        if (table.onDevice(v)) {
            begin = Math.max(now, deviceFree);
            boolean missing = false;
            for (int u : table.unitsOf(v)) {
                if (loaded[u]) {
                    begin = Math.max(begin, ready[u]);
                } else {
                    missing = true;
                }
            }
            if (missing) {
                long load = (long) (table.missingLoadSeconds(v, this) * loadFactor * 1e9);
                begin = Math.max(begin, Math.max(now, loaderFree) + load);
            }
        }
        double seconds = table.deviceSeconds(v, r.context, this, r.frame) * deviceFactor
                + (table.needsServer(v) ? table.remoteSeconds(v, r.context, this) : 0);
        return begin + (long) (seconds * 1e9);
    }

    /** When a resident variant could begin: when the device is free and all is loaded; now for what a server runs. */
    public long beginNanos(int v) {
        if (!table.onDevice(v)) {
            return now;
        }
        long begin = Math.max(now, deviceFree);
        for (int u : table.unitsOf(v)) {
            begin = Math.max(begin, ready[u]);
        }
        return begin;
    }

    /** Seconds of the device for a request, by the catalog, expected over what falls through. */
    public double deviceSeconds(int v, Request r) {
        return table.deviceSeconds(v, r.context, this, r.frame);
    }

    /** Seconds of server and link for a request, by the catalog and the link. */
    public double remoteSeconds(int v, Request r) {
        return table.remoteSeconds(v, r.context, this);
    }

    /** Joules of the device for a request, by the catalog and the link. */
    public double joules(int v, Request r) {
        return table.joules(v, r.context, this, r.frame);
    }
}
