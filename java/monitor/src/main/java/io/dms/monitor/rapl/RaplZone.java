package io.dms.monitor.rapl;

import io.dms.monitor.Absence;
import io.dms.monitor.SampleSink;
import io.dms.monitor.SensorFile;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One energy counter. It counts microjoules and starts again at its range; between two reads it may wrap once, which is
 * more than half an hour at full power. Power is the counter's difference over time. A difference that no processor can
 * have used is a counter that was set back, as some do in sleep: then there is no value this time.
 */
final class RaplZone {
    /** Watts that no zone of one processor uses. */
    static final double MOST_WATTS = 5000;

    private final SensorFile file;
    private final long range;
    private long last = -1;
    private long lastNanos;
    private long sum;
    private double watts = Double.NaN;

    /**
     * @param file counts microjoules
     * @param range at how many microjoules it starts again, 0 where it does not say
     */
    RaplZone(Path file, long range) {
        this.file = new SensorFile(file);
        this.range = range;
    }

    /** Reads it and tells joules to one sensor, watts to the next. */
    void sample(SampleSink sink, int energy, long now) {
        if (!file.readNumber()) {
            Absence why = file.absence();
            sink.absent(energy, why == null ? Absence.FAILED : why);
            sink.absent(energy + 1, why == null ? Absence.FAILED : why);
            return;
        }
        Absence odd = count((long) file.number(), now);
        if (odd != null) {
            sink.absent(energy, odd);
            sink.absent(energy + 1, odd);
            return;
        }
        sink.value(energy, sum * 1e-6);
        if (Double.isNaN(watts)) {
            sink.absent(energy + 1, Absence.ONE_SAMPLE);
        } else {
            sink.value(energy + 1, watts);
        }
    }

    private @Nullable Absence count(long microjoules, long now) {
        if (microjoules < 0) {
            return Absence.GARBAGE;
        }
        if (last < 0) {
            last = microjoules;
            lastNanos = now;
            return null;
        }
        long more = microjoules - last;
        if (more < 0 && range > 0) {
            more += range;
        }
        long nanos = now - lastNanos;
        last = microjoules;
        if (more < 0 || more * 1e-6 > MOST_WATTS * Math.max(nanos, 1_000_000) * 1e-9) {
            lastNanos = now;
            watts = Double.NaN;
            return Absence.IMPLAUSIBLE;
        }
        sum += more;
        if (nanos > 0) {
            watts = more * 1e3 / nanos;
            lastNanos = now;
        }
        return null;
    }

    void close() {
        file.close();
    }
}
