package io.dms.monitor.jetson;

import io.dms.monitor.Absence;
import io.dms.monitor.Quantity;
import io.dms.monitor.Scope;
import io.dms.monitor.Sensor;
import io.dms.monitor.TotalPower;
import io.dms.monitor.jetson.TegrastatsLine.Clock;
import io.dms.monitor.jetson.TegrastatsLine.Core;
import io.dms.monitor.jetson.TegrastatsLine.Rail;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Which sensors the first line of a board's {@code tegrastats} shows, and where later lines have their values. */
final class TegrastatsFields {
    /** Stands for a part that is switched off. */
    private static final double OFF = Double.NEGATIVE_INFINITY;

    private final List<Sensor> sensors = new ArrayList<>();
    private final List<ToDoubleFunction<TegrastatsLine>> fields = new ArrayList<>();
    private final Map<String, Integer> rails = new LinkedHashMap<>();
    private final long intervalNanos;

    TegrastatsFields(TegrastatsLine first, long intervalNanos) {
        this.intervalNanos = intervalNanos;
        for (String label : first.rails().keySet()) {
            rails.put(label, sensors.size());
            add(label, Quantity.POWER, Rails.scope(label), label, line -> {
                Rail rail = line.rails().get(label);
                return rail == null ? Double.NaN : rail.watts();
            });
        }
        clock("gpu", Scope.GPU, "GR3D_FREQ", first, TegrastatsLine::gpu);
        clock("emc", Scope.MEMORY, "EMC_FREQ", first, TegrastatsLine::memory);
        boolean clocks = first.cores().stream().anyMatch(c -> !Double.isNaN(c.hertz()));
        for (int i = 0; i < first.cores().size(); i++) {
            int n = i;
            add("cpu" + n + ".load", Quantity.LOAD, Scope.CPU, "CPU", line -> of(line, n, Core::load));
            if (clocks) {
                add("cpu" + n + ".frequency", Quantity.FREQUENCY, Scope.CPU, "CPU", line -> of(line, n, Core::hertz));
            }
        }
        if (!Double.isNaN(first.ram().used())) {
            add(
                    "ram.used",
                    Quantity.MEMORY,
                    Scope.MEMORY,
                    "RAM",
                    line -> line.ram().used());
        }
        for (String name : first.temperatures().keySet()) {
            add(name + ".temperature", Quantity.TEMPERATURE, ThermalZones.scope(name), name + "@", line -> {
                double celsius = line.temperatures().getOrDefault(name, Double.NaN);
                return celsius == -256 ? OFF : celsius;
            });
        }
    }

    private void clock(
            String name, Scope scope, String field, TegrastatsLine first, Function<TegrastatsLine, Clock> part) {
        if (!Double.isNaN(part.apply(first).load())) {
            add(
                    name + ".load",
                    Quantity.LOAD,
                    scope,
                    field,
                    line -> part.apply(line).load());
        }
        if (!Double.isNaN(part.apply(first).hertz())) {
            add(
                    name + ".frequency",
                    Quantity.FREQUENCY,
                    scope,
                    field,
                    line -> part.apply(line).hertz());
        }
    }

    private static double of(TegrastatsLine line, int core, ToDoubleFunction<Core> field) {
        if (core >= line.cores().size()) {
            return Double.NaN;
        }
        Core c = line.cores().get(core);
        return c.on() ? field.applyAsDouble(c) : OFF;
    }

    private void add(
            String name, Quantity quantity, Scope scope, String field, ToDoubleFunction<TegrastatsLine> value) {
        sensors.add(new Sensor(name, quantity, scope, intervalNanos, "tegrastats " + field));
        fields.add(value);
    }

    List<Sensor> sensors() {
        return sensors;
    }

    @Nullable
    TotalPower total() {
        return Rails.total(rails);
    }

    /** The values of a line, to be read by {@link #why}. */
    void read(TegrastatsLine line, double[] into) {
        for (int i = 0; i < into.length; i++) {
            into[i] = fields.get(i).applyAsDouble(line);
        }
    }

    /** Why a value that {@link #read} gave is none; null where it is one. */
    static @Nullable Absence why(double value) {
        if (value == OFF) {
            return Absence.OFFLINE;
        }
        return Double.isNaN(value) ? Absence.GONE : null;
    }
}
