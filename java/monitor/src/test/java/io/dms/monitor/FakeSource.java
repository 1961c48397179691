package io.dms.monitor;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A source whose values a test sets, and which can fail and hang. */
public final class FakeSource implements MonitorSource, MonitorProvider {
    public final String name;
    public final List<Sensor> sensors = new ArrayList<>();
    public double[] values = new double[0];

    public @Nullable Absence[] reasons = new @Nullable Absence[0];

    public @Nullable TotalPower total;

    public @Nullable TotalPower energy;

    public volatile @Nullable PowerMode mode;
    public volatile @Nullable Runnable duringRead;
    volatile boolean closed;
    volatile int reads;

    /** A source without sensors. */
    public FakeSource(String name) {
        this.name = name;
    }

    /** Adds a sensor that shows a value; its index is the order of adding. */
    public FakeSource with(String sensor, Quantity quantity, Scope scope, long intervalNanos, double value) {
        sensors.add(new Sensor(sensor, quantity, scope, intervalNanos, "test"));
        double[] all = java.util.Arrays.copyOf(values, sensors.size());
        all[sensors.size() - 1] = value;
        values = all;
        reasons = new @Nullable Absence[sensors.size()];
        return this;
    }

    /** A source of one power sensor that is the total. */
    public static FakeSource power(String name, long intervalNanos, double watts) {
        FakeSource s = new FakeSource(name).with("VDD_IN", Quantity.POWER, Scope.MODULE, intervalNanos, watts);
        s.total = new TotalPower(List.of(0), Scope.MODULE, "VDD_IN");
        return s;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Opening open(MonitorOptions options) {
        return Opening.of(this);
    }

    @Override
    public List<Sensor> sensors() {
        return sensors;
    }

    @Override
    public void sample(SampleSink sink) {
        reads++;
        Runnable during = duringRead;
        if (during != null) {
            during.run();
        }
        for (int i = 0; i < values.length; i++) {
            Absence why = reasons[i];
            if (why == null) {
                sink.value(i, values[i]);
            } else {
                sink.absent(i, why);
            }
        }
    }

    @Override
    public @Nullable TotalPower totalPower() {
        return total;
    }

    @Override
    public @Nullable TotalPower totalEnergy() {
        return energy;
    }

    @Override
    public @Nullable PowerMode powerMode() {
        return mode;
    }

    @Override
    public void close() {
        closed = true;
    }
}
