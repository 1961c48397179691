package io.dms.monitor.rapl;

import io.dms.monitor.MonitorSource;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Sensor;
import io.dms.monitor.TotalPower;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Energy and power of processor packages, and of cores, memory and platform where they are counted. */
final class RaplSource implements MonitorSource {
    private final List<Sensor> sensors;
    private final RaplZone[] zones;
    private final @Nullable TotalPower power;
    private final @Nullable TotalPower energy;
    private final LongSupplier clock;

    /** Zones in the order of the sensors, two for each: energy, power. */
    RaplSource(
            List<Sensor> sensors,
            List<RaplZone> zones,
            @Nullable TotalPower power,
            @Nullable TotalPower energy,
            LongSupplier clock) {
        this.sensors = List.copyOf(sensors);
        this.zones = zones.toArray(new RaplZone[0]);
        this.power = power;
        this.energy = energy;
        this.clock = clock;
    }

    @Override
    public String name() {
        return "rapl";
    }

    @Override
    public List<Sensor> sensors() {
        return sensors;
    }

    @Override
    public void sample(SampleSink sink) {
        for (int i = 0; i < zones.length; i++) {
            zones[i].sample(sink, 2 * i, clock.getAsLong());
        }
    }

    @Override
    public @Nullable TotalPower totalPower() {
        return power;
    }

    @Override
    public @Nullable TotalPower totalEnergy() {
        return energy;
    }

    @Override
    public void close() {
        for (RaplZone zone : zones) {
            zone.close();
        }
    }
}
