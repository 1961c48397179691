package io.dms.monitor;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a monitor knew at one moment: of each sensor its last value or why there is none, and how old it is. Made by
 * {@link BoardMonitor#snapshot()}, filled again by {@link BoardMonitor#latest(Snapshot)} without allocating. Belongs to
 * the thread that fills it; what it holds does not change between two fillings.
 *
 * <p>Sensors are named by their index in {@link BoardMonitor#sensors()}. What is absent is NaN.
 */
public final class Snapshot {
    private final List<Sensor> sensors;
    private final Sensor[] kinds;
    private final int[] offsets;
    private final @Nullable TotalPower total;
    private final double[] values;
    private final @Nullable Absence[] reasons;
    private final long[] ages;
    private long atNanos;
    private double totalWatts = Double.NaN;
    private @Nullable Absence totalAbsence = Absence.NOT_YET;
    private boolean throttled;
    private @Nullable PowerMode mode;

    private double gpuHertz;
    private double gpuCapHertz;
    private double cpuHertz;
    private double gpuLoad;
    private double cpuLoad;
    private double hottestCelsius;

    /** Room for some sensors; {@code offsets} says where each source's begin, and ends with their number. */
    Snapshot(List<Sensor> sensors, int[] offsets, @Nullable TotalPower total) {
        this.sensors = sensors;
        this.kinds = sensors.toArray(new Sensor[0]);
        this.offsets = offsets.clone();
        this.total = total;
        this.values = new double[kinds.length];
        this.reasons = new @Nullable Absence[kinds.length];
        this.ages = new long[kinds.length];
        Arrays.fill(values, Double.NaN);
        Arrays.fill(reasons, Absence.NOT_YET);
        Arrays.fill(ages, Long.MAX_VALUE);
        choose();
    }

    // ---- filled by the monitor ----

    void fill(long now, List<Lane> lanes, int totalLane) {
        atNanos = now;
        throttled = false;
        mode = null;
        totalWatts = Double.NaN;
        totalAbsence = Absence.NOT_YET;
        for (int l = 0; l < lanes.size(); l++) {
            Lane lane = lanes.get(l);
            boolean hangs = lane.hangs(now);
            copy(lane, offsets[l], now, hangs, l == totalLane);
            throttled |= lane.throttled();
            if (mode == null) {
                mode = lane.mode();
            }
        }
        choose();
    }

    private void copy(Lane lane, int offset, long now, boolean hangs, boolean isTotal) {
        SampleRing ring = lane.ring;
        int n = lane.sensors.size();
        long sample;
        do {
            sample = ring.written() - 1;
            if (sample < 0) {
                Absence why = hangs ? Absence.TIMED_OUT : Absence.NOT_YET;
                forget(offset, n, why);
                if (isTotal) {
                    totalAbsence = why;
                }
                return;
            }
            long age = Math.max(0, now - ring.time(sample));
            for (int i = 0; i < n; i++) {
                values[offset + i] = ring.value(sample, i);
                reasons[offset + i] = ring.reason(sample, i);
                ages[offset + i] = age;
            }
            if (isTotal) {
                totalWatts = ring.value(sample, n);
                totalAbsence = ring.reason(sample, n);
            }
        } while (!ring.intact(sample));
        if (hangs) {
            long age = ages.length > offset ? ages[offset] : 0;
            forget(offset, n, Absence.TIMED_OUT);
            Arrays.fill(ages, offset, offset + n, age);
            if (isTotal) {
                totalWatts = Double.NaN;
                totalAbsence = Absence.TIMED_OUT;
            }
        }
    }

    private void forget(int offset, int n, Absence why) {
        Arrays.fill(values, offset, offset + n, Double.NaN);
        Arrays.fill(reasons, offset, offset + n, why);
        Arrays.fill(ages, offset, offset + n, Long.MAX_VALUE);
    }

    private void choose() {
        gpuHertz = first(Quantity.FREQUENCY, Scope.GPU);
        gpuCapHertz = first(Quantity.FREQUENCY_CAP, Scope.GPU);
        gpuLoad = first(Quantity.LOAD, Scope.GPU);
        cpuHertz = ofCores(Quantity.FREQUENCY, true);
        double whole = named(Quantity.LOAD, Scope.CPU, "cpu");
        cpuLoad = Double.isNaN(whole) ? ofCores(Quantity.LOAD, false) : whole;
        double hottest = Double.NaN;
        for (int i = 0; i < kinds.length; i++) {
            Sensor s = kinds[i];
            if (s.quantity() == Quantity.TEMPERATURE
                    && s.scope() != Scope.IO
                    && s.scope() != Scope.UNKNOWN
                    && !Double.isNaN(values[i])
                    && !(values[i] <= hottest)) {
                hottest = values[i];
            }
        }
        hottestCelsius = hottest;
    }

    private double first(Quantity quantity, Scope scope) {
        for (int i = 0; i < kinds.length; i++) {
            if (kinds[i].quantity() == quantity && kinds[i].scope() == scope && !Double.isNaN(values[i])) {
                return values[i];
            }
        }
        return Double.NaN;
    }

    private double named(Quantity quantity, Scope scope, String name) {
        for (int i = 0; i < kinds.length; i++) {
            Sensor s = kinds[i];
            if (s.quantity() == quantity && s.scope() == scope && s.name().equals(name) && !Double.isNaN(values[i])) {
                return values[i];
            }
        }
        return Double.NaN;
    }

    /** The highest or the mean value of the CPU cores in the first source that has any. */
    private double ofCores(Quantity quantity, boolean highest) {
        for (int l = 0; l + 1 < offsets.length; l++) {
            double most = Double.NaN;
            double sum = 0;
            int n = 0;
            for (int i = offsets[l]; i < offsets[l + 1]; i++) {
                if (kinds[i].quantity() == quantity && kinds[i].scope() == Scope.CPU && !Double.isNaN(values[i])) {
                    most = values[i] <= most ? most : values[i];
                    sum += values[i];
                    n++;
                }
            }
            if (n > 0) {
                return highest ? most : sum / n;
            }
        }
        return Double.NaN;
    }

    // ---- asked ----

    /** When it was filled, on the monitor's clock. */
    public long atNanos() {
        return atNanos;
    }

    /** The sensors that it has values of: {@link BoardMonitor#sensors()}. */
    public List<Sensor> sensors() {
        return sensors;
    }

    /** A sensor's value in the unit of its quantity, NaN where it is absent. */
    public double value(int sensor) {
        return values[sensor];
    }

    /** How old the sensor's last sample is, {@link Long#MAX_VALUE} where there was none yet. */
    public long ageNanos(int sensor) {
        return ages[sensor];
    }

    /** Why a sensor has no value, null where it has one. */
    public @Nullable Absence absence(int sensor) {
        return reasons[sensor];
    }

    /** Total power by the rule of the most trusted source that has one, in watts; absent where any part is. */
    public double totalWatts() {
        return totalWatts;
    }

    /** Why there is no total, null where there is one. Without a rule it is {@link Absence#NOT_YET} for ever. */
    public @Nullable Absence totalAbsence() {
        return totalAbsence;
    }

    /** What part of the machine the total is of; null where nothing measures it. */
    public @Nullable Scope totalScope() {
        return total == null ? null : total.scope();
    }

    /** How the total is made, in words; null where nothing measures it. */
    public @Nullable String totalRule() {
        return total == null ? null : total.rule();
    }

    /** The GPU's clock. */
    public double gpuHertz() {
        return gpuHertz;
    }

    /** The highest clock that the GPU may take now. */
    public double gpuCapHertz() {
        return gpuCapHertz;
    }

    /** The clock of the fastest CPU core. */
    public double cpuHertz() {
        return cpuHertz;
    }

    /** Share of time that the GPU was busy, 0 to 1. */
    public double gpuLoad() {
        return gpuLoad;
    }

    /** Share of time that the CPU cores were busy, 0 to 1, over all of them. */
    public double cpuLoad() {
        return cpuLoad;
    }

    /** The highest temperature on the board; disks and what nobody names are not counted. */
    public double hottestCelsius() {
        return hottestCelsius;
    }

    /** True while the board is slowed for heat, current or power. */
    public boolean throttled() {
        return throttled;
    }

    /** The power mode, null where there is none. */
    public @Nullable PowerMode powerMode() {
        return mode;
    }
}
