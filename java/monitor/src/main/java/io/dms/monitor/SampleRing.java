package io.dms.monitor;

import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The last samples of one source, in arrays that are made once. One thread writes; any number of threads read without
 * locks, so that no reader ever waits for a writer: a reader that was overtaken by a whole round notices and reads again.
 */
final class SampleRing {
    private final int width;
    private final int capacity;
    private final long[] times;
    private final double[] values;
    private final @Nullable Absence[] reasons;
    private volatile long written;
    private int base;

    /** Makes room for some samples of so many values each. */
    SampleRing(int width, int capacity) {
        this.width = width;
        this.capacity = capacity;
        this.times = new long[capacity];
        this.values = new double[width * capacity];
        this.reasons = new @Nullable Absence[width * capacity];
    }

    // ---- the writer ----

    /** Starts a sample in which everything is absent. */
    void begin() {
        base = slot(written) * width;
        for (int i = 0; i < width; i++) {
            absent(i, Absence.FAILED);
        }
    }

    void value(int i, double value) {
        values[base + i] = value;
        reasons[base + i] = null;
    }

    void absent(int i, Absence why) {
        values[base + i] = Double.NaN;
        reasons[base + i] = why;
    }

    /** What was written into the sample that is being made; NaN where absent. */
    double current(int i) {
        return values[base + i];
    }

    @Nullable
    Absence currentReason(int i) {
        return reasons[base + i];
    }

    /** Shows the sample to readers. */
    void commit(long nanos) {
        times[base / width] = nanos;
        written = written + 1;
    }

    // ---- readers ----

    /** How many samples were written since the start. */
    long written() {
        return written;
    }

    /** The number of the oldest sample that is still here, with room for the writer to go on meanwhile. */
    long oldest() {
        return Math.max(0, written - capacity + 2);
    }

    /** When a sample was made; only meaningful if {@link #intact} afterwards. */
    long time(long sample) {
        return times[slot(sample)];
    }

    double value(long sample, int i) {
        return values[slot(sample) * width + i];
    }

    @Nullable
    Absence reason(long sample, int i) {
        return reasons[slot(sample) * width + i];
    }

    /** True where what was read of a sample before this call was not being overwritten. */
    boolean intact(long sample) {
        VarHandle.loadLoadFence();
        return sample >= written - capacity + 1;
    }

    private int slot(long sample) {
        return (int) (sample % capacity);
    }
}
