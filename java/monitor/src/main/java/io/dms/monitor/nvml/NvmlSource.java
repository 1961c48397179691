package io.dms.monitor.nvml;

import io.dms.monitor.Absence;
import io.dms.monitor.MonitorSource;
import io.dms.monitor.Quantity;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.monitor.TotalPower;
import io.dms.monitor.nvml.Nvml.Question;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Power, energy, clocks, load, memory, temperature and throttling of each GPU. What a GPU does not support is listed and
 * absent. The total is the power of all GPU boards, their memory included, if each of them tells it. Since Ampere power is
 * a mean over a second, so that windows take the energy counter where there is one.
 */
final class NvmlSource implements MonitorSource {
    private static final long POWER_NANOS = 100_000_000;
    private static final double MILLI = 1e-3;
    private static final double MEGA = 1e6;

    private static final List<Reading> READINGS = List.of(
            new Reading(".power", Question.POWER, Quantity.POWER, POWER_NANOS, MILLI, 0),
            new Reading(".energy", Question.ENERGY, Quantity.ENERGY, POWER_NANOS, MILLI, 0),
            new Reading(".frequency", Question.CLOCK, Quantity.FREQUENCY, 0, MEGA, 0),
            new Reading(".cap", Question.MOST_CLOCK, Quantity.FREQUENCY_CAP, 0, MEGA, 0),
            new Reading(".memory-frequency", Question.MEMORY_CLOCK, Quantity.FREQUENCY, 0, MEGA, 0),
            new Reading(".temperature", Question.TEMPERATURE, Quantity.TEMPERATURE, 0, 1, 0),
            new Reading(".load", Question.LOAD, Quantity.LOAD, 0, 0.01, 0),
            new Reading(".memory", Question.MEMORY, Quantity.MEMORY, 0, 1, 0),
            // Bits of nvmlClocksThrottleReasons; being idle and clocks that somebody set are none of these.
            new Reading(".power-capped", Question.THROTTLE_REASONS, Quantity.THROTTLE, 0, 1, 0x4),
            new Reading(".hardware-slowdown", Question.THROTTLE_REASONS, Quantity.THROTTLE, 0, 1, 0x8),
            new Reading(".hot", Question.THROTTLE_REASONS, Quantity.THROTTLE, 0, 1, 0x20 | 0x40),
            new Reading(".power-brake", Question.THROTTLE_REASONS, Quantity.THROTTLE, 0, 1, 0x80));

    /** One sensor of a GPU; {@code bits} other than 0 are looked at alone. */
    private record Reading(
            String suffix, Question question, Quantity quantity, long intervalNanos, double factor, long bits) {}

    private final Nvml nvml;
    private final Reading[] readings = READINGS.toArray(new Reading[0]);
    private final List<Sensor> sensors = new ArrayList<>();
    private final @Nullable TotalPower power;
    private final @Nullable TotalPower energy;

    /** Owns the library's session from now on. */
    NvmlSource(Nvml nvml) {
        this.nvml = nvml;
        for (int gpu = 0; gpu < nvml.gpus(); gpu++) {
            String prefix = nvml.gpus() == 1 ? "gpu" : "gpu" + gpu;
            for (Reading r : readings) {
                Scope scope = r.question() == Question.MEMORY_CLOCK ? Scope.MEMORY : Scope.GPU;
                String origin =
                        "NVML " + r.question().name().toLowerCase(java.util.Locale.ROOT) + " of " + nvml.name(gpu);
                sensors.add(new Sensor(prefix + r.suffix(), r.quantity(), scope, r.intervalNanos(), origin));
            }
        }
        power = total(Question.POWER);
        energy = total(Question.ENERGY);
    }

    private @Nullable TotalPower total(Question question) {
        List<Integer> members = new ArrayList<>();
        for (int gpu = 0; gpu < nvml.gpus(); gpu++) {
            if (nvml.ask(gpu, question) == Nvml.NOT_SUPPORTED) {
                return null;
            }
            for (int i = 0; i < readings.length; i++) {
                if (readings[i].question() == question) {
                    members.add(gpu * readings.length + i);
                }
            }
        }
        if (members.isEmpty()) {
            return null;
        }
        String names = String.join(
                ", ", members.stream().map(i -> sensors.get(i).name()).toList());
        return new TotalPower(members, Scope.GPU, members.size() == 1 ? names : "sum of " + names);
    }

    @Override
    public String name() {
        return "nvml";
    }

    @Override
    public List<Sensor> sensors() {
        return sensors;
    }

    @Override
    public void sample(SampleSink sink) {
        for (int gpu = 0; gpu < nvml.gpus(); gpu++) {
            Question asked = null;
            int status = 0;
            for (int i = 0; i < readings.length; i++) {
                Reading r = readings[i];
                if (r.question() != asked) {
                    asked = r.question();
                    status = nvml.ask(gpu, asked);
                }
                int sensor = gpu * readings.length + i;
                Absence why = Nvml.absence(status);
                if (why != null) {
                    sink.absent(sensor, why);
                } else if (r.bits() != 0) {
                    sink.value(sensor, (nvml.answer() & r.bits()) != 0 ? 1 : 0);
                } else {
                    sink.value(sensor, nvml.answer() * r.factor());
                }
            }
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
        nvml.close();
    }
}
