package io.dms.monitor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Goes through the samples of one source in order, for those who want each of them and not only the latest: recorders,
 * timelines. A cursor that is not read for about a minute misses samples and counts them. Used by one thread at a time;
 * {@link #next} neither waits nor allocates.
 */
public final class SampleCursor {
    private final Lane lane;
    private final double[] values;
    private final @Nullable Absence[] reasons;
    private long next;
    private long nanos;
    private long missed;

    SampleCursor(Lane lane) {
        this.lane = lane;
        this.values = new double[lane.sensors.size()];
        this.reasons = new @Nullable Absence[values.length];
        this.next = lane.ring.written();
    }

    /** Goes to the next sample; false where there is none yet. */
    public boolean next() {
        SampleRing ring = lane.ring;
        while (true) {
            long oldest = ring.oldest();
            if (next < oldest) {
                missed += oldest - next;
                next = oldest;
            }
            if (next >= ring.written()) {
                return false;
            }
            nanos = ring.time(next);
            for (int i = 0; i < values.length; i++) {
                values[i] = ring.value(next, i);
                reasons[i] = ring.reason(next, i);
            }
            if (ring.intact(next)) {
                next++;
                return true;
            }
        }
    }

    /** When the sample was made, on the monitor's clock. */
    public long nanos() {
        return nanos;
    }

    /** A value of the sample, NaN where it is absent; {@code sensor} counts within the source. */
    public double value(int sensor) {
        return values[sensor];
    }

    /** Why a value is absent, null where it is there. */
    public @Nullable Absence absence(int sensor) {
        return reasons[sensor];
    }

    /** How many samples went by unread. */
    public long missed() {
        return missed;
    }

    /** The source's name. */
    public String source() {
        return lane.source.name();
    }

    /** The source's sensors. */
    public List<Sensor> sensors() {
        return lane.sensors;
    }

    /** Time between two samples of the source. */
    public long intervalNanos() {
        return lane.intervalNanos;
    }

    /** How the source's total power is made, with indices within the source; null where it has none. */
    public @Nullable TotalPower totalPower() {
        return lane.total;
    }

    /** The same for counted energy. */
    public @Nullable TotalPower totalEnergy() {
        return lane.energy;
    }

    /** The power mode that the source saw last. */
    public @Nullable PowerMode powerMode() {
        return lane.mode();
    }
}
