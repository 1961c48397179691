package io.dms.cli.report;

import io.dms.cli.bench.BenchResult;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Numbers as people read them: three or four digits, a unit, {@code -} for what was not measured. */
public final class Figures {
    /** Stands for a figure that was not measured. */
    public static final String UNMEASURED = "-";

    private Figures() {}

    /** A count with a unit of thousands, as in {@code 40.8 M}. */
    public static String count(long n) {
        String[] units = {"", " k", " M", " G", " T"};
        double v = n;
        int u = 0;
        while (v >= 999.5 && u < units.length - 1) {
            v /= 1000;
            u++;
        }
        return u == 0 ? Long.toString(n) : digits(v) + units[u];
    }

    /** A count in millions, as in {@code 0.27 M}. */
    public static String millions(long n) {
        return digits(n / 1e6) + " M";
    }

    /** Millions without their unit, as in {@code 40.8}. */
    public static String mega(long n) {
        return digits(n / 1e6);
    }

    /** Bytes in a binary unit, as in {@code 1.04 MiB}. */
    public static String bytes(long n) {
        if (n < 1024) {
            return n + " B";
        }
        String[] units = {"KiB", "MiB", "GiB", "TiB"};
        double v = n / 1024.0;
        int u = 0;
        while (v >= 999.5 && u < units.length - 1) {
            v /= 1024;
            u++;
        }
        return digits(v) + " " + units[u];
    }

    /** Milliseconds, as in {@code 0.482} or {@code 28.5}. */
    public static String millis(double ms) {
        if (Double.isNaN(ms)) {
            return UNMEASURED;
        }
        return ms < 10 ? format("%.3f", ms) : ms < 100 ? format("%.2f", ms) : format("%.1f", ms);
    }

    /** Images per second. */
    public static String rate(double perSecond) {
        return Double.isNaN(perSecond) ? UNMEASURED : perSecond < 100 ? digits(perSecond) : format("%.0f", perSecond);
    }

    /** Millijoules of one image. */
    public static String energy(BenchResult.@Nullable Energy energy) {
        Double mj = energy == null ? null : energy.millijoules();
        return mj == null ? UNMEASURED : mj < 0.995 ? format("%.3f", mj) : digits(mj);
    }

    /** A ratio, as in {@code 1.02x}. */
    public static String ratio(@Nullable Double ratio) {
        return ratio == null || ratio.isNaN() ? UNMEASURED : format("%.2fx", ratio);
    }

    /** A share as a percentage, as in {@code 91.73 %}. */
    public static String percent(@Nullable Double share) {
        return share == null || share.isNaN() ? UNMEASURED : format("%.2f %%", 100 * share);
    }

    /** Three significant digits without an exponent. */
    static String digits(double v) {
        double a = Math.abs(v);
        return a >= 99.95 ? format("%.0f", v) : a >= 9.995 ? format("%.1f", v) : format("%.2f", v);
    }

    private static String format(String pattern, double v) {
        return String.format(Locale.ROOT, pattern, v);
    }
}
