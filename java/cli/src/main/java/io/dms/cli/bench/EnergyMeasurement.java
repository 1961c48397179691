package io.dms.cli.bench;

import io.dms.monitor.BoardMonitor;
import io.dms.monitor.EnergyWindow;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.monitor.TotalPower;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The energy of one call, from many: a power sensor tells nothing about a call that is shorter than its own interval, so
 * a level is called without a pause for many of the sensor's updates, and the energy of that time is divided by the
 * calls. Levels do not take turns here, as a sensor that averages would mix them. The loop allocates nothing.
 */
final class EnergyMeasurement {
    /** So many updates of the sensor hold the two cut ones at the ends small. */
    private static final int LEAST_UPDATES = 20;

    private static final int SETTLING_UPDATES = 3;

    private final BoardMonitor monitor;
    private final long updateNanos;

    /** @param monitor a started one that measures total power */
    EnergyMeasurement(BoardMonitor monitor) {
        this.monitor = monitor;
        long slowest = monitor.options().interval().toNanos();
        TotalPower total = monitor.total();
        if (total != null) {
            for (int i : total.sensors()) {
                Sensor sensor = monitor.sensors().get(i);
                slowest = Math.max(slowest, sensor.intervalNanos());
            }
        }
        updateNanos = slowest;
    }

    /**
     * Measures one level.
     *
     * @param images in one call
     * @param nanos how long at least
     * @return null where it was cancelled; without a figure but with a reason where the sensor gave none
     */
    BenchResult.@Nullable Energy of(Contestant contestant, int images, long nanos, BooleanSupplier cancelled) {
        callFor(contestant, SETTLING_UPDATES * updateNanos, cancelled);
        long calls;
        EnergyWindow window = monitor.energy();
        try (window) {
            calls = callFor(contestant, Math.max(nanos, LEAST_UPDATES * updateNanos), cancelled);
        }
        if (cancelled.getAsBoolean()) {
            return null;
        }
        LockSupport.parkNanos(2 * updateNanos);
        double perImage = 1000.0 / (calls * images);
        String why = window.whyAbsent();
        Scope scope = window.scope();
        return new BenchResult.Energy(
                why == null ? window.joules() * perImage : null,
                why == null ? window.errorJoules() * perImage : null,
                scope == null ? "" : scope.label(),
                calls,
                window.seconds(),
                why);
    }

    /** Calls again and again for a time; how often. */
    private static long callFor(Contestant contestant, long nanos, BooleanSupplier cancelled) {
        long start = System.nanoTime();
        long calls = 0;
        do {
            contestant.call();
            calls++;
        } while (System.nanoTime() - start < nanos && !cancelled.getAsBoolean());
        return calls;
    }
}
