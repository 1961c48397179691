package io.dms.monitor.jetson;

import io.dms.monitor.Absence;
import io.dms.monitor.SampleSink;
import io.dms.monitor.SensorFile;

/** A thermal zone: thousandths of a degree, -256 °C while the part that it belongs to is switched off. */
final class ThermalProbe implements Probe {
    private static final double COLDEST = -60;
    private static final double HOTTEST = 200;

    private final SensorFile file;
    private final int sensor;

    ThermalProbe(SensorFile file, int sensor) {
        this.file = file;
        this.sensor = sensor;
    }

    @Override
    public void sample(SampleSink sink) {
        if (!file.readNumber()) {
            sink.absent(sensor, NumberProbe.why(file));
            return;
        }
        double celsius = file.number() / 1000;
        if (celsius == -256) {
            sink.absent(sensor, Absence.OFFLINE);
        } else if (celsius < COLDEST || celsius > HOTTEST) {
            sink.absent(sensor, Absence.IMPLAUSIBLE);
        } else {
            sink.value(sensor, celsius);
        }
    }

    @Override
    public void close() {
        file.close();
    }
}
