package io.dms.monitor;

import io.dms.monitor.MonitorEvent.Kind;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds in the samples of one source, one by one, what people and controllers should know: throttling, caps, power mode,
 * sensors that went and came. Allocates only where there is an event. Used by the source's thread.
 *
 * <p>The board is throttled while a {@link Quantity#THROTTLE} holds, within {@value #COUNT_HOLDS_NANOS} ns after a
 * {@link Quantity#COUNT} went up, and while a cap is lower than it was in this power mode, unless that was announced.
 */
final class EventDetector {
    /** For how long a counted event is taken to last. */
    static final long COUNT_HOLDS_NANOS = 1_000_000_000;

    /** A sensor is lost when it gave nothing so many times in a row. */
    static final int LOST_AFTER = 3;

    private static final double CAP_TOLERANCE = 0.001;

    private final String source;
    private final Sensor[] sensors;
    private final Consumer<MonitorEvent> events;
    private final double[] last;
    private final double[] allowed;
    private final long[] countedAt;
    private final int[] absentRun;
    private final boolean[] slowing;
    private @Nullable PowerMode mode;
    private int slowingNow;

    EventDetector(String source, List<Sensor> sensors, Consumer<MonitorEvent> events) {
        this.source = source;
        this.sensors = sensors.toArray(new Sensor[0]);
        this.events = events;
        last = new double[sensors.size()];
        allowed = new double[sensors.size()];
        countedAt = new long[sensors.size()];
        absentRun = new int[sensors.size()];
        slowing = new boolean[sensors.size()];
        Arrays.fill(last, Double.NaN);
        Arrays.fill(allowed, Double.NaN);
    }

    /** True while anything slows the board. */
    boolean throttled() {
        return slowingNow > 0;
    }

    /** Takes note of a sensor in a new sample; NaN where it is absent. */
    void see(int i, double value, @Nullable Absence why, long now) {
        if (Double.isNaN(value)) {
            missing(i, why, now);
            return;
        }
        double before = last[i];
        if (absentRun[i] >= LOST_AFTER && !Double.isNaN(before)) {
            emit(Kind.SENSOR_BACK, now, i, Double.NaN, value, "gives values again");
        }
        absentRun[i] = 0;
        switch (sensors[i].quantity()) {
            case THROTTLE -> slow(i, value != 0, now, before, value, "holds");
            case COUNT -> count(i, before, value, now);
            case FREQUENCY_CAP -> cap(i, before, value, now);
            default -> {}
        }
        last[i] = value;
    }

    /** Takes note of the power mode. One that can't be read, as while it changes, is still the one before. */
    void see(@Nullable PowerMode now, long nanos) {
        PowerMode before = mode;
        mode = now == null ? before : now;
        if (before == null || now == null || before.equals(now)) {
            return;
        }
        for (int i = 0; i < sensors.length; i++) {
            allowed[i] = Double.NaN;
            if (sensors[i].quantity() == Quantity.FREQUENCY_CAP) {
                slow(i, false, nanos, last[i], last[i], "");
            }
        }
        events.accept(new MonitorEvent(
                Kind.POWER_MODE_CHANGED,
                nanos,
                now.name(),
                before.id(),
                now.id(),
                "power mode is " + now.name() + " now, was " + before.name()));
    }

    /** From now on a cap of this height is what somebody wanted, not throttling. */
    void expectCap(Scope scope, double hertz) {
        for (int i = 0; i < sensors.length; i++) {
            if (sensors[i].quantity() == Quantity.FREQUENCY_CAP && sensors[i].scope() == scope) {
                allowed[i] = hertz;
            }
        }
    }

    private void missing(int i, @Nullable Absence why, long now) {
        boolean had = !Double.isNaN(last[i]);
        absentRun[i]++;
        if (had && absentRun[i] == LOST_AFTER) {
            String reason = why == null ? Absence.FAILED.reason() : why.reason();
            emit(Kind.SENSOR_LOST, now, i, last[i], Double.NaN, "gives no values any more: " + reason);
            slow(i, false, now, last[i], Double.NaN, "");
        }
    }

    private void count(int i, double before, double value, long now) {
        double more = Double.isNaN(before) ? 0 : Counters.events(before, value);
        if (more > 0) {
            countedAt[i] = now;
            slow(i, true, now, before, value, "counted " + Math.round(more));
        } else if (slowing[i] && now - countedAt[i] > COUNT_HOLDS_NANOS) {
            slow(i, false, now, before, value, "");
        }
    }

    private void cap(int i, double before, double value, long now) {
        if (Double.isNaN(allowed[i]) || value > allowed[i]) {
            allowed[i] = value;
        }
        if (!Double.isNaN(before) && value != before) {
            emit(Kind.CLOCK_CAPPED, now, i, before, value, "is " + megahertz(value) + " now, was " + megahertz(before));
        }
        if (value < allowed[i] * (1 - CAP_TOLERANCE) != slowing[i]) {
            slow(i, !slowing[i], now, before, value, "fell to " + megahertz(value));
        }
    }

    private void slow(int i, boolean now, long nanos, double before, double after, String how) {
        if (slowing[i] == now) {
            return;
        }
        slowing[i] = now;
        slowingNow += now ? 1 : -1;
        if (now) {
            emit(Kind.THROTTLE_BEGAN, nanos, i, before, after, how + ": the board is throttled");
        } else {
            emit(Kind.THROTTLE_ENDED, nanos, i, before, after, "no longer slows the board");
        }
    }

    private void emit(Kind kind, long now, int i, double before, double after, String what) {
        String name = Objects.requireNonNull(sensors[i]).name();
        events.accept(new MonitorEvent(kind, now, name, before, after, name + " (" + source + ") " + what));
    }

    private static String megahertz(double hertz) {
        return Math.round(hertz / 1e6) + " MHz";
    }
}
