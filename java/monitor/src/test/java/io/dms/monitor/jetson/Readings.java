package io.dms.monitor.jetson;

import io.dms.monitor.Absence;
import io.dms.monitor.MonitorOptions;
import io.dms.monitor.MonitorProvider;
import io.dms.monitor.MonitorSource;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Sensor;
import io.dms.monitor.TotalPower;
import io.dms.testkit.FakeSysfs;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One sample of a source, by the sensors' names. Checks that every sensor is told exactly once. */
final class Readings implements SampleSink {
    private final MonitorSource source;
    private final Map<String, Double> values = new TreeMap<>();
    private final Map<String, Absence> absences = new TreeMap<>();

    private Readings(MonitorSource source) {
        this.source = source;
    }

    static Readings of(MonitorSource source) {
        Readings out = new Readings(source);
        source.sample(out);
        for (Sensor s : source.sensors()) {
            if (!out.values.containsKey(s.name()) && !out.absences.containsKey(s.name())) {
                throw new AssertionError("neither a value nor a reason for " + s.name());
            }
        }
        return out;
    }

    static MonitorSource open(FakeSysfs tree) {
        return open(new JetsonProvider(), tree);
    }

    static MonitorSource open(MonitorProvider provider, FakeSysfs tree) {
        MonitorProvider.Opening opening = provider.open(MonitorOptions.DEFAULT.withRoot(tree.root()));
        return Optional.ofNullable(opening.source())
                .orElseThrow(() -> new AssertionError("refused: " + opening.refusal()));
    }

    static String tree(String name) {
        return FakeSysfs.text(Readings.class, name + ".txt");
    }

    @Override
    public void value(int sensor, double value) {
        told(sensor);
        values.put(name(sensor), value);
    }

    @Override
    public void absent(int sensor, Absence why) {
        told(sensor);
        absences.put(name(sensor), why);
    }

    Map<String, Double> values() {
        return values;
    }

    Map<String, Absence> absences() {
        return absences;
    }

    double value(String name) {
        Double value = values.get(name);
        if (value == null) {
            throw new AssertionError(name + " is absent: " + absences.get(name) + "; there are " + values.keySet());
        }
        return value;
    }

    Absence absence(String name) {
        Absence why = absences.get(name);
        if (why == null) {
            throw new AssertionError(name + " has the value " + values.get(name));
        }
        return why;
    }

    /** The total by the source's rule; null where there is no rule or one of its rails is absent. */
    @Nullable
    Double total() {
        TotalPower total = source.totalPower();
        if (total == null) {
            return null;
        }
        double sum = 0;
        for (int sensor : total.sensors()) {
            Double value = values.get(name(sensor));
            if (value == null) {
                return null;
            }
            sum += value;
        }
        return sum;
    }

    static Sensor sensor(MonitorSource source, String name) {
        return source.sensors().stream()
                .filter(s -> s.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no sensor " + name + " among "
                        + source.sensors().stream().map(Sensor::name).toList()));
    }

    static List<String> names(MonitorSource source) {
        return new ArrayList<>(source.sensors().stream().map(Sensor::name).toList());
    }

    private void told(int sensor) {
        if (values.containsKey(name(sensor)) || absences.containsKey(name(sensor))) {
            throw new AssertionError("told twice: " + name(sensor));
        }
    }

    private String name(int sensor) {
        return source.sensors().get(sensor).name();
    }
}
