package io.dms.cli.monitor;

import io.dms.monitor.Quantity;
import java.util.Locale;

/** Values with their units, as people read them; {@code -} for what is absent. */
final class Values {
    static final String ABSENT = "-";

    private Values() {}

    static String of(Quantity quantity, double v) {
        if (Double.isNaN(v)) {
            return ABSENT;
        }
        return switch (quantity) {
            case POWER -> watts(v);
            case ENERGY -> format("%.1f J", v);
            case VOLTAGE -> format("%.2f V", v);
            case CURRENT -> format("%.2f A", v);
            case FREQUENCY, FREQUENCY_CAP, FREQUENCY_FLOOR -> hertz(v);
            case LOAD -> percent(v);
            case TEMPERATURE -> celsius(v);
            case MEMORY -> gibibytes(v);
            case COUNT -> format("%.0f", v);
            case STATE, THROTTLE -> v == 0 ? "no" : "yes";
            case SPEED -> format("%.0f rpm", v);
        };
    }

    static String watts(double v) {
        return Double.isNaN(v) ? ABSENT : v < 0.9995 ? format("%.0f mW", v * 1000) : format("%.2f W", v);
    }

    static String hertz(double v) {
        return Double.isNaN(v) ? ABSENT : format("%.0f MHz", v / 1e6);
    }

    static String percent(double share) {
        return Double.isNaN(share) ? ABSENT : format("%.0f %%", 100 * share);
    }

    static String celsius(double v) {
        return Double.isNaN(v) ? ABSENT : format("%.1f °C", v);
    }

    static String gibibytes(double bytes) {
        return Double.isNaN(bytes) ? ABSENT : format("%.2f GiB", bytes / (1L << 30));
    }

    static String format(String pattern, Object... v) {
        return String.format(Locale.ROOT, pattern, v);
    }
}
