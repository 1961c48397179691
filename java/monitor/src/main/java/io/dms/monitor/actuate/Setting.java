package io.dms.monitor.actuate;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something of a board that can be set.
 *
 * @param name {@code gpu.min}, {@code gpu.max}, {@code cpuN.min}, {@code cpuN.max} (N the first core of those that share
 *     a clock) or {@code power-mode}
 * @param unit of its values: {@code Hz} or {@code kHz}, as the kernel has it; empty for a power mode's number
 * @param offers the values that the board lists, ascending; for a range without a list its two ends
 * @param now the value when the board was looked at, or null where it can't be read
 * @param way how this process sets it, or null where it may not
 * @param cure what to do where it may not, one sentence; null where it may
 */
public record Setting(
        String name,
        String unit,
        List<Long> offers,
        @Nullable Long now,
        @Nullable Way way,
        @Nullable String cure) {
    /** How a setting is reached. */
    public enum Way {
        /** By writing the kernel's file. */
        FILE,
        /** Through the privileged helper. */
        HELPER,
        /** By the board's own tool for power modes. */
        NVPMODEL
    }

    /** Copies the list. */
    public Setting {
        offers = List.copyOf(offers);
    }

    /** The name of the setting of the power mode. */
    public static final String POWER_MODE = "power-mode";

    /** True for a clock's lowest or highest value, false for the power mode. */
    public boolean isClock() {
        return !name.equals(POWER_MODE);
    }

    /** The highest offer that is not above a limit, or the lowest offer where all are. */
    public long atMost(long limit) {
        long best = offers.get(0);
        for (long offer : offers) {
            if (offer <= limit) {
                best = offer;
            }
        }
        return best;
    }
}
