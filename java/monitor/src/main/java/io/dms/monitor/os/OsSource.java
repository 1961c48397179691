package io.dms.monitor.os;

import io.dms.monitor.MonitorSource;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Sensor;
import java.util.ArrayList;
import java.util.List;

/** Load, memory, clocks and temperatures as the operating system tells them. It knows no power. */
final class OsSource implements MonitorSource {
    private final Part[] parts;
    private final int[] first;
    private final List<Sensor> sensors;

    OsSource(List<Part> parts) {
        this.parts = parts.toArray(new Part[0]);
        this.first = new int[parts.size()];
        List<Sensor> all = new ArrayList<>();
        for (int i = 0; i < this.parts.length; i++) {
            first[i] = all.size();
            all.addAll(this.parts[i].sensors());
        }
        sensors = List.copyOf(all);
    }

    @Override
    public String name() {
        return "os";
    }

    @Override
    public List<Sensor> sensors() {
        return sensors;
    }

    @Override
    public void sample(SampleSink sink) {
        for (int i = 0; i < parts.length; i++) {
            parts[i].sample(sink, first[i]);
        }
    }

    @Override
    public void close() {
        for (Part part : parts) {
            part.close();
        }
    }
}
