package io.dms.robotics;

import io.dms.model.EnvironmentException;
import io.dms.monitor.BoardMonitor;
import io.dms.monitor.Scope;
import io.dms.monitor.actuate.Actuator;
import io.dms.monitor.actuate.ActuatorOptions;
import io.dms.monitor.actuate.Setting;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The GPU's clock in the hands of this process: capped for a deployment, pinned for a profile, put back when it is closed
 * or the process ends ({@link Actuator}). Tells the monitor what it set, so that nobody takes an own cap for a foreign
 * one. Used by one thread.
 */
public final class BoardClocks implements AutoCloseable {
    private static final String CAP = "gpu.max";
    private static final String FLOOR = "gpu.min";

    private final Actuator actuator;
    private final @Nullable BoardMonitor monitor;
    private final List<Long> offers;

    private BoardClocks(Actuator actuator, List<Long> offers, @Nullable BoardMonitor monitor) {
        this.actuator = actuator;
        this.offers = offers;
        this.monitor = monitor;
    }

    /**
     * Opens the clocks of this board.
     *
     * @param options what may be changed; must permit it
     * @param monitor told of each cap, null for none; the caller's
     * @throws EnvironmentException if the board has no GPU clock that can be set, or this process may not set it
     */
    public static BoardClocks open(ActuatorOptions options, @Nullable BoardMonitor monitor) {
        Setting cap = Actuator.settings(options).stream()
                .filter(s -> s.name().equals(CAP))
                .findFirst()
                .orElseThrow(() -> new EnvironmentException(
                        "this machine has no GPU clock that can be set: clocks can be" + " chosen on a Jetson only"));
        if (cap.way() == null) {
            throw new EnvironmentException("can't set the GPU's clock: " + cap.cure());
        }
        return new BoardClocks(Actuator.open(options), cap.offers(), monitor);
    }

    /** The clocks that the board offers, in hertz, ascending. */
    public List<Long> offers() {
        return offers;
    }

    /**
     * Caps the GPU's clock at the lowest offer that is not below.
     *
     * @return the cap that holds now, hertz; lower where the kernel holds the clock down
     * @throws EnvironmentException if the board refuses
     */
    public long cap(long hertz) {
        long offer = offers.stream().filter(f -> f >= hertz).findFirst().orElseGet(() -> offers.get(offers.size() - 1));
        return set(CAP, offer);
    }

    /**
     * Pins the GPU's clock: floor and cap are the same.
     *
     * @param hertz one of {@link #offers}
     * @throws EnvironmentException if the board refuses
     */
    public void pin(long hertz) {
        Long floor = actuator.settings().stream()
                .filter(s -> s.name().equals(FLOOR))
                .map(Setting::now)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        // The kernel refuses a floor above the cap, so that the order depends on the direction.
        if (floor != null && floor > hertz) {
            set(FLOOR, hertz);
            set(CAP, hertz);
        } else {
            set(CAP, hertz);
            if (floor != null) {
                set(FLOOR, hertz);
            }
        }
    }

    private long set(String name, long hertz) {
        BoardMonitor told = monitor;
        if (told != null && name.equals(CAP)) {
            told.expectCap(Scope.GPU, (double) hertz);
        }
        return actuator.set(name, hertz);
    }

    /** Puts the clocks back; they can be set further. */
    public void restore() {
        actuator.restore();
        BoardMonitor told = monitor;
        if (told != null) {
            actuator.settings().stream()
                    .filter(s -> s.name().equals(CAP))
                    .map(Setting::now)
                    .filter(Objects::nonNull)
                    .forEach(now -> told.expectCap(Scope.GPU, now.doubleValue()));
        }
    }

    /** Puts the clocks back. */
    @Override
    public void close() {
        actuator.close();
    }
}
