package io.dms.monitor;

import io.dms.model.UserException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * How a monitor looks at a machine.
 *
 * @param root where {@code /} is: another folder for a recorded tree or a container's bind mount
 * @param interval time between two samples of everything; devices that are slower are not asked more often
 * @param sources names of the sources to use, in order of trust; empty for all that the machine has;
 *     {@code recording:DIR} replays a recording
 * @param clock nanoseconds that never go back, {@link System#nanoTime()} outside tests
 */
public record MonitorOptions(Path root, Duration interval, List<String> sources, LongSupplier clock) {
    /** This machine, ten times a second, every source that there is. */
    public static final MonitorOptions DEFAULT =
            new MonitorOptions(Path.of("/"), Duration.ofMillis(100), List.of(), System::nanoTime);

    /** Checks the interval and copies the list. */
    public MonitorOptions {
        if (interval.toMillis() < 1 || interval.toHours() >= 1) {
            throw new UserException(
                    "the monitor's interval must be between 1 ms and 1 h: " + interval.toMillis() + " ms");
        }
        sources = List.copyOf(sources);
    }

    /** These options with another root. */
    public MonitorOptions withRoot(Path root) {
        return new MonitorOptions(root, interval, sources, clock);
    }

    /** These options with another interval. */
    public MonitorOptions withInterval(Duration interval) {
        return new MonitorOptions(root, interval, sources, clock);
    }

    /** These options with only the named sources. */
    public MonitorOptions withSources(List<String> sources) {
        return new MonitorOptions(root, interval, sources, clock);
    }

    /** These options with another clock. */
    public MonitorOptions withClock(LongSupplier clock) {
        return new MonitorOptions(root, interval, sources, clock);
    }
}
