package io.dms.cli.machine;

import io.dms.monitor.SystemFiles;
import org.jspecify.annotations.Nullable;

/**
 * How long this process has been running, by the kernel's own clock since boot. The JDK's {@code startInstant} is of no
 * use here: it adds to a boot time in whole seconds, and so is wrong by up to one.
 */
public final class ProcessAge {
    /** Ticks a second in {@code /proc}, the same on every Linux that Java runs on. */
    private static final double TICKS = 100;

    private static final int FIELDS_BEFORE_START = 19;

    private ProcessAge() {}

    /** In milliseconds, to about 10 ms; null where the kernel does not tell. */
    public static @Nullable Double millis(SystemFiles files) {
        String uptime = files.text("/proc/uptime");
        String stat = files.text("/proc/self/stat");
        if (uptime == null || stat == null) {
            return null;
        }
        // The second field is the name in parentheses, which may hold anything; the start is the 22nd.
        String[] behindName = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
        try {
            double start = Long.parseLong(behindName[FIELDS_BEFORE_START]) / TICKS;
            double now = Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
            return 1000 * (now - start);
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            return null;
        }
    }
}
