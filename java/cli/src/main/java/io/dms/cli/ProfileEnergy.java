package io.dms.cli;

import io.dms.monitor.BoardMonitor;
import io.dms.monitor.EnergyWindow;
import io.dms.monitor.Scope;
import io.dms.robotics.Profiler;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Energy of each level where the board measures power: one window over many calls each, divided by the images. The power
 * that the board takes while nothing runs is part of it, and is told apart.
 */
final class ProfileEnergy {
    private final Console console;
    private final BoardMonitor monitor;

    /** @param monitor started */
    ProfileEnergy(Console console, BoardMonitor monitor) {
        this.console = console;
        this.monitor = monitor;
    }

    /**
     * Measures all levels, widest first.
     *
     * @param each time of each level
     * @return watts while nothing runs, null where the board does not measure them
     */
    @Nullable
    Double measure(Profiler profiler, int levels, int batch, Duration each) {
        try (EnergyWindow trial = monitor.energy()) {
            if (trial.scope() == null) {
                console.note("energy is left out: " + trial.whyAbsent());
                return null;
            }
        }
        EnergyWindow idle = monitor.energy();
        long end = System.nanoTime() + each.toNanos();
        while (System.nanoTime() < end && !console.cancelled()) {
            LockSupport.parkNanos(10_000_000);
        }
        idle.close();
        for (int l = 0; l < levels && !console.cancelled(); l++) {
            level(profiler, l, batch, each);
        }
        double watts = idle.watts();
        return Double.isNaN(watts) ? null : watts;
    }

    private void level(Profiler profiler, int level, int batch, Duration each) {
        EnergyWindow window = monitor.energy();
        long end = System.nanoTime() + each.toNanos();
        long images = 0;
        while (System.nanoTime() < end && !console.cancelled()) {
            profiler.call(level);
            images += batch;
        }
        window.close();
        Scope scope = window.scope();
        double millijoules = 1000 * window.joules() / images;
        if (scope != null && images > 0 && millijoules > 0) {
            profiler.energy(level, millijoules, scope.label());
        } else {
            console.warn("energy of a level is left out: " + window.whyAbsent());
        }
    }
}
