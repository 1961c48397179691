package io.dms.monitor;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One sample of a source, by the names of its sensors. */
public final class Sample implements SampleSink {
    private final MonitorSource source;
    private final Map<String, Double> values = new LinkedHashMap<>();
    private final Map<String, Absence> reasons = new LinkedHashMap<>();

    private Sample(MonitorSource source) {
        this.source = source;
    }

    /** Asks a source once; it must speak of each of its sensors exactly once. */
    public static Sample of(MonitorSource source) {
        Sample sample = new Sample(source);
        source.sample(sample);
        for (Sensor s : source.sensors()) {
            if (!sample.values.containsKey(s.name()) && !sample.reasons.containsKey(s.name())) {
                throw new AssertionError("nothing said of " + s);
            }
        }
        return sample;
    }

    @Override
    public void value(int sensor, double value) {
        put(values, sensor, value);
    }

    @Override
    public void absent(int sensor, Absence why) {
        put(reasons, sensor, why);
    }

    private <T> void put(Map<String, T> into, int sensor, T what) {
        String name = source.sensors().get(sensor).name();
        if (values.containsKey(name) || reasons.containsKey(name)) {
            throw new AssertionError("told twice: " + name);
        }
        into.put(name, what);
    }

    /** The value of a sensor, NaN where it is absent. */
    public double value(String name) {
        return values.getOrDefault(name, Double.NaN);
    }

    /** Why a sensor is absent, null where it has a value. */
    public @Nullable Absence why(String name) {
        return reasons.get(name);
    }
}
