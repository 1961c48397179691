package io.dms.monitor;

import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Notices that the machine slept or that the process stood still. The clock that the monitor uses stops while a machine
 * sleeps, {@code /proc/uptime} does not: where it ran ahead, the difference was slept. Allocates nothing. Used by one
 * thread at a time.
 */
final class TimeWatch implements AutoCloseable {
    private static final double LEAST_SLEEP_SECONDS = 1;
    private static final long LEAST_JUMP_NANOS = 2_000_000_000L;

    private final @Nullable SensorFile uptime;
    private final long jumpNanos;
    private long lastNanos;
    private double lastUptime = Double.NaN;
    private boolean first = true;
    private double slept;
    private double stood;

    TimeWatch(Path root, long intervalNanos) {
        Path file = new SystemFiles(root).path("/proc/uptime");
        uptime = Files.isReadable(file) ? new SensorFile(file) : null;
        jumpNanos = Math.max(LEAST_JUMP_NANOS, 10 * intervalNanos);
    }

    /** Looks at both clocks; true where time jumped since the last look. */
    boolean jumped(long now) {
        SensorFile file = uptime;
        double up = file != null && file.readNumber() ? file.number() : Double.NaN;
        double passed = (now - lastNanos) * 1e-9;
        slept = first || Double.isNaN(up) || Double.isNaN(lastUptime) ? 0 : up - lastUptime - passed;
        slept = slept > LEAST_SLEEP_SECONDS ? slept : 0;
        stood = !first && now - lastNanos > jumpNanos ? passed : 0;
        first = false;
        lastNanos = now;
        lastUptime = up;
        return slept > 0 || stood > 0;
    }

    /** Seconds asleep before the last look. */
    double sleptSeconds() {
        return slept;
    }

    /** Seconds awake between the last two looks where they were far apart, else 0. */
    double stoodSeconds() {
        return stood;
    }

    @Override
    public void close() {
        if (uptime != null) {
            uptime.close();
        }
    }
}
