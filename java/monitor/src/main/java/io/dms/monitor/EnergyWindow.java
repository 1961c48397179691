package io.dms.monitor;

import java.util.Locale;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The energy that a stretch of time took: from the call that made it to {@link #close()}, or to now while it is open.
 * Windows may overlap. Figures can be asked for before and after closing, from any thread; the sample that follows the
 * end makes them a little better.
 *
 * <p>Power is integrated by the trapezoid rule over the monitor's samples, cut at the window's ends; where the source
 * counts energy, the counter's difference is taken instead. With samples (t_i, p_i), the sensor's own update interval U,
 * and R the largest less the smallest power that was seen, the error is at most
 *
 * <pre>  sum (t_i+1 - t_i) |p_i+1 - p_i| / 2  +  (cut parts) |p_i+1 - p_i|  +  (parts without a sample beyond) R  +  1.5 U R  +  (lost time) max p</pre>
 *
 * <p>if power moves from one sample's value to the next one's without leaving that range, and if a value is the mean over
 * U and at most U old. It holds no error of the sensor's own scale, and none of a sensor that does not tell U. For
 * counters the first term is nothing and cut parts count with R. See {@code docs/decisions/0005-energy-windows.md}.
 *
 * <p>There is no figure, but a reason, where the window is shorter than two updates of the sensor, where more than
 * {@value #MOST_LOST_PERCENT} % of it has no samples, and where nothing measures power.
 */
public final class EnergyWindow implements AutoCloseable {
    /** What share of a window may be without samples, in percent. */
    public static final int MOST_LOST_PERCENT = 5;

    /**
     * What a window is about.
     *
     * @param name the sensor or the rule of the total
     * @param scope what part of the machine
     * @param counter true for joules that are counted, false for watts
     * @param updateNanos the sensor's own update interval, 0 where it is not known
     * @param spacingNanos time between two samples
     */
    record Meter(String name, Scope scope, boolean counter, long updateNanos, long spacingNanos) {
        long gapNanos() {
            return 3 * Math.max(updateNanos, spacingNanos);
        }

        long shortestNanos() {
            return 2 * Math.max(updateNanos, spacingNanos);
        }
    }

    /** What ends the window early in its life: nothing to measure with. */
    private final @Nullable String refusal;

    private final @Nullable Meter meter;
    private final int fedBy;
    private final LongSupplier clock;
    private final long start;
    private long end = Long.MAX_VALUE;
    private boolean settled;

    private long lastAt;
    private double last = Double.NaN;
    private boolean missed;
    private @Nullable Absence lastAbsence = Absence.NOT_YET;

    private double joules;
    private double error;
    private double cutSeconds;
    private double lostSeconds;
    private double sleptSeconds;
    private double least = Double.POSITIVE_INFINITY;
    private double most = Double.NEGATIVE_INFINITY;
    private double latestWatts = Double.NaN;
    private int samples;

    private EnergyWindow(@Nullable Meter meter, int fedBy, @Nullable String refusal, LongSupplier clock) {
        this.meter = meter;
        this.fedBy = fedBy;
        this.refusal = refusal;
        this.clock = clock;
        this.start = clock.getAsLong();
    }

    /** A window over the value of this number in the samples that it is fed. */
    static EnergyWindow of(Meter meter, int fedBy, LongSupplier clock) {
        return new EnergyWindow(meter, fedBy, null, clock);
    }

    /** A window that has nothing to measure with. */
    static EnergyWindow refused(String why, LongSupplier clock) {
        return new EnergyWindow(null, -1, why, clock);
    }

    // ---- fed by the source's thread ----

    /** The sample before the window: where its first interval starts. */
    synchronized void before(long at, double value) {
        if (meter != null && start - at <= meter.gapNanos()) {
            lastAt = at;
            last = value;
            latestWatts = meter.counter() ? Double.NaN : value;
        }
    }

    /** Which value of a sample it is fed. */
    int fedBy() {
        return fedBy;
    }

    /** True once it needs no more samples. */
    synchronized boolean settled() {
        return settled;
    }

    /** The next sample; true once the window needs no more. */
    synchronized boolean accept(long at, double value, @Nullable Absence why) {
        Meter m = meter;
        if (m == null || settled) {
            return true;
        }
        if (Double.isNaN(value)) {
            missed = true;
            lastAbsence = why;
            settled = at >= end && at - end > m.gapNanos();
            return settled;
        }
        if (!Double.isNaN(last) && at <= lastAt) {
            return false;
        }
        if (at >= start && at <= end) {
            samples++;
        }
        if (Double.isNaN(last)) {
            lead(m, at, value);
        } else {
            interval(m, at, value);
        }
        lastAt = at;
        last = value;
        missed = false;
        settled = at >= end;
        return settled;
    }

    /** The machine slept meanwhile. */
    synchronized void slept(double seconds) {
        if (!settled && end == Long.MAX_VALUE) {
            sleptSeconds += seconds;
        }
    }

    private void lead(Meter m, long at, double value) {
        double seconds = (Math.min(at, end) - start) * 1e-9;
        if (seconds <= 0) {
            return;
        }
        if (m.counter() || at - start > m.gapNanos()) {
            lostSeconds += seconds;
        } else {
            cutSeconds += seconds;
        }
        if (!m.counter()) {
            latestWatts = value;
            see(value);
            joules += seconds * value;
        }
    }

    private void interval(Meter m, long at, double value) {
        double whole = (at - lastAt) * 1e-9;
        double from = m.counter() ? (value - last) / whole : last;
        double to = m.counter() ? from : value;
        if (m.counter() && from < 0) {
            // The counter was set back: what it counted before is lost.
            missed = true;
            from = 0;
            to = 0;
        }
        long lo = Math.max(lastAt, start);
        long hi = Math.min(at, end);
        latestWatts = to;
        if (hi <= lo) {
            return;
        }
        see(from);
        see(to);
        double part = (hi - lo) * 1e-9;
        double slope = (to - from) / whole;
        double watts = from + slope * ((lo - lastAt) + (hi - lastAt)) * 0.5e-9;
        joules += watts * part;
        if (missed || at - lastAt > m.gapNanos()) {
            if (!m.counter() || from == 0) {
                lostSeconds += part;
            } else {
                cutSeconds += Math.min(part, whole - part);
            }
        } else if (lo == lastAt && hi == at) {
            error += part * Math.abs(to - from) / 2;
        } else if (m.counter()) {
            cutSeconds += Math.min(part, whole - part);
        } else {
            error += part * Math.abs(to - from);
        }
    }

    private void see(double watts) {
        least = Math.min(least, watts);
        most = Math.max(most, watts);
    }

    // ---- asked by anybody ----

    /** Joules, or NaN where {@link #whyAbsent()} has a reason. */
    public synchronized double joules() {
        return whyAbsent() == null ? joules + tailJoules() : Double.NaN;
    }

    /** By how many joules the figure may be off at most, either way; NaN where there is none. */
    public synchronized double errorJoules() {
        Meter m = meter;
        if (m == null || whyAbsent() != null) {
            return Double.NaN;
        }
        double tail = tailSeconds();
        boolean lostTail = tail * 1e9 > m.gapNanos();
        double range = Math.max(0, Math.max(most, latestWatts) - Math.min(least, latestWatts));
        double ends = cutSeconds + (lostTail ? 0 : tail) + 1.5e-9 * m.updateNanos();
        return error + ends * range + (lostSeconds + (lostTail ? tail : 0)) * Math.max(most, latestWatts);
    }

    /** Mean power over the window in watts, or NaN. */
    public synchronized double watts() {
        return joules() / seconds();
    }

    /** What part of the machine the energy is of; null where nothing measures it. */
    public @Nullable Scope scope() {
        return meter == null ? null : meter.scope();
    }

    /** The sensor, or the rule by which sensors were added; null where nothing measures it. */
    public @Nullable String rule() {
        return meter == null ? null : meter.name();
    }

    /** How many samples lie in the window. */
    public synchronized int samples() {
        return samples;
    }

    /** How long the window is, in seconds; time asleep is not in it. */
    public synchronized double seconds() {
        return (until() - start) * 1e-9;
    }

    /** How many seconds of it have no samples, those asleep included. */
    public synchronized double lostSeconds() {
        double tail = tailSeconds();
        boolean lostTail = meter != null && tail * 1e9 > meter.gapNanos();
        return lostSeconds + sleptSeconds + (lostTail ? tail : 0);
    }

    /** Why there is no figure, one sentence for people; null where there is one. */
    public synchronized @Nullable String whyAbsent() {
        Meter m = meter;
        if (m == null) {
            return refusal;
        }
        long nanos = until() - start;
        if (nanos < m.shortestNanos()) {
            return String.format(
                    Locale.ROOT,
                    "%.0f ms are shorter than two updates of %s (%.0f ms): measure many calls in one window and divide",
                    nanos * 1e-6,
                    m.name(),
                    m.shortestNanos() * 1e-6);
        }
        if (Double.isNaN(last) || (m.counter() && Double.isNaN(latestWatts))) {
            Absence why = lastAbsence;
            return m.name() + " gave no value: " + (why == null ? Absence.ONE_SAMPLE : why).reason();
        }
        double lost = 100 * lostSeconds() / (nanos * 1e-9 + sleptSeconds);
        if (lost > MOST_LOST_PERCENT) {
            return String.format(
                    Locale.ROOT,
                    "%s gave no values during %.0f %% of the time (at most %d %%)%s",
                    m.name(),
                    lost,
                    MOST_LOST_PERCENT,
                    sleptSeconds > 0 ? ", the machine slept" : "");
        }
        return null;
    }

    /** Ends the window; the figures stay. Closing again changes nothing. */
    @Override
    public synchronized void close() {
        if (end == Long.MAX_VALUE) {
            end = clock.getAsLong();
            settled = meter == null || (lastAt >= end && !Double.isNaN(last));
        }
    }

    private long until() {
        return end == Long.MAX_VALUE ? clock.getAsLong() : end;
    }

    private double tailSeconds() {
        if (Double.isNaN(last)) {
            return 0;
        }
        return Math.max(0, (until() - Math.max(lastAt, start)) * 1e-9);
    }

    private double tailJoules() {
        Meter m = meter;
        double watts = m != null && m.counter() ? latestWatts : last;
        return tailSeconds() * watts;
    }
}
