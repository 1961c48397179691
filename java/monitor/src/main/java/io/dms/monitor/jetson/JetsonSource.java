package io.dms.monitor.jetson;

import io.dms.monitor.MonitorSource;
import io.dms.monitor.PowerMode;
import io.dms.monitor.SampleSink;
import io.dms.monitor.Sensor;
import io.dms.monitor.TotalPower;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The files of a Jetson. */
final class JetsonSource implements MonitorSource {
    private final ActiveMode mode;
    private final List<Sensor> sensors;
    private final Probe[] probes;
    private final @Nullable TotalPower total;

    private JetsonSource(SensorList list) {
        mode = new ActiveMode(list.files());
        sensors = list.sensors();
        probes = list.probes().toArray(Probe[]::new);
        total = Rails.total(list.rails());
    }

    /** Explores a board. What is not there is left out. */
    static JetsonSource open(SensorList list, @Nullable JetsonBoard board) {
        PowerMonitors.addTo(list, board);
        GpuClock.addTo(list);
        CpuCores.addTo(list);
        MemoryClock.addTo(list);
        ThermalZones.addTo(list);
        Throttling.addTo(list);
        Fan.addTo(list);
        return new JetsonSource(list);
    }

    @Override
    public String name() {
        return JetsonProvider.NAME;
    }

    @Override
    public List<Sensor> sensors() {
        return sensors;
    }

    @Override
    public void sample(SampleSink sink) {
        for (Probe probe : probes) {
            probe.sample(sink);
        }
    }

    @Override
    public @Nullable TotalPower totalPower() {
        return total;
    }

    @Override
    public @Nullable PowerMode powerMode() {
        return mode.now();
    }

    @Override
    public void close() {
        for (Probe probe : probes) {
            probe.close();
        }
    }
}
