package io.dms.monitor.os;

import io.dms.monitor.Absence;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Sensor;
import io.dms.monitor.SensorFile;
import io.dms.monitor.SystemFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Sensors that are one file with one number each. All are read together, and not more often than their interval, because
 * some temperatures are slow to ask for; in between the last value stands.
 */
class NumberFiles implements Part {
    private final List<Sensor> sensors = new ArrayList<>();
    private final List<Entry> entries = new ArrayList<>();
    private final SystemFiles files;
    private final LongSupplier clock;
    private final long intervalNanos;
    private Entry[] all = new Entry[0];
    private long readAt;
    private boolean read;

    /** One file: what it is multiplied by, and between what bounds it is believed. */
    private static final class Entry {
        final SensorFile file;
        final double factor;
        final double least;
        final double most;
        double value = Double.NaN;

        @Nullable
        Absence why = Absence.NOT_YET;

        Entry(SensorFile file, double factor, double least, double most) {
            this.file = file;
            this.factor = factor;
            this.least = least;
            this.most = most;
        }

        void read() {
            value = Double.NaN;
            if (!file.readNumber()) {
                why = file.absence();
                return;
            }
            double number = file.number() * factor;
            if (number == ThermalNames.OFFLINE_CELSIUS) {
                why = Absence.OFFLINE;
            } else if (number < least || number > most) {
                why = Absence.IMPLAUSIBLE;
            } else {
                value = number;
                why = null;
            }
        }
    }

    /** Files below a root that are read at most once in an interval, 0 for as often as asked. */
    NumberFiles(SystemFiles files, LongSupplier clock, long intervalNanos) {
        this.files = files;
        this.clock = clock;
        this.intervalNanos = intervalNanos;
    }

    /** Where a path is on the machine, without the root. */
    final String origin(Path path) {
        return path.startsWith(files.root()) ? "/" + files.root().relativize(path) : path.toString();
    }

    /** Adds a sensor; its name gets a number where it is taken. */
    final void add(Sensor sensor, Path path, double factor, double least, double most) {
        String name = sensor.name();
        for (int n = 2; isTaken(name); n++) {
            name = sensor.name() + "#" + n;
        }
        sensors.add(new Sensor(name, sensor.quantity(), sensor.scope(), intervalNanos, origin(path)));
        entries.add(new Entry(new SensorFile(path), factor, least, most));
        all = entries.toArray(new Entry[0]);
    }

    private boolean isTaken(String name) {
        return sensors.stream().anyMatch(s -> s.name().equals(name));
    }

    @Override
    public final List<Sensor> sensors() {
        return sensors;
    }

    @Override
    public final void sample(SampleSink sink, int first) {
        long now = clock.getAsLong();
        if (!read || now - readAt >= intervalNanos) {
            read = true;
            readAt = now;
            for (Entry entry : all) {
                entry.read();
            }
        }
        for (int i = 0; i < all.length; i++) {
            Absence why = all[i].why;
            if (why == null) {
                sink.value(first + i, all[i].value);
            } else {
                sink.absent(first + i, why);
            }
        }
    }

    @Override
    public final void close() {
        Arrays.stream(all).forEach(entry -> entry.file.close());
    }
}
