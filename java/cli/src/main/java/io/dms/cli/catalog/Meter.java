package io.dms.cli.catalog;

import io.dms.monitor.BoardMonitor;
import io.dms.monitor.EnergyWindow;
import io.dms.schedule.catalog.Cost;
import java.util.Arrays;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What calls take on this board: seconds at the median, and joules where the board has a power sensor, over many calls in
 * one window, the board's idle power included.
 */
final class Meter {
    private static final long WINDOW_NANOS = 1_500_000_000;
    private static final int LEAST_CALLS = 9;
    private static final long LEAST_NANOS = 60_000_000;

    private final BoardMonitor monitor;
    private final @Nullable String whyNoEnergy;
    private final BooleanSupplier cancelled;

    /** @param monitor started */
    Meter(BoardMonitor monitor, BooleanSupplier cancelled) {
        this.monitor = monitor;
        this.cancelled = cancelled;
        try (EnergyWindow trial = monitor.energy()) {
            this.whyNoEnergy = trial.scope() == null ? String.valueOf(trial.whyAbsent()) : null;
        }
    }

    /** Why no energy can be measured here, or null. */
    @Nullable
    String whyNoEnergy() {
        return whyNoEnergy;
    }

    /** What one call takes, in steady state. */
    Cost run(Runnable call) {
        for (int i = 0; i < 3; i++) {
            call.run();
        }
        return new Cost(median(call, LEAST_CALLS, LEAST_NANOS), joules(call));
    }

    /** What loading takes: reading, packing, first call. Done a few times; the caches of the disk are warm but once. */
    Cost load(Runnable load) {
        return new Cost(median(load, 3, 0), joules(load));
    }

    private double median(Runnable call, int least, long leastNanos) {
        double[] nanos = new double[100_000];
        int n = 0;
        long spent = 0;
        while (n < least || (spent < leastNanos && n < nanos.length)) {
            long start = System.nanoTime();
            call.run();
            long took = System.nanoTime() - start;
            spent += took;
            nanos[n++] = took;
            if (cancelled.getAsBoolean()) {
                break;
            }
        }
        double[] sorted = Arrays.copyOf(nanos, n);
        Arrays.sort(sorted);
        return sorted[(n - 1) / 2] / 1e9;
    }

    private @Nullable Double joules(Runnable call) {
        if (whyNoEnergy != null) {
            return null;
        }
        long calls = 0;
        EnergyWindow window = monitor.energy();
        long end = System.nanoTime() + WINDOW_NANOS;
        while (System.nanoTime() < end && !cancelled.getAsBoolean()) {
            call.run();
            calls++;
        }
        window.close();
        double joules = window.joules() / Math.max(1, calls);
        return window.scope() != null && Double.isFinite(joules) && joules >= 0 ? joules : null;
    }
}
