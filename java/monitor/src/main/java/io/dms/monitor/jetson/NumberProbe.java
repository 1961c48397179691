package io.dms.monitor.jetson;

import io.dms.monitor.Absence;
import io.dms.monitor.SampleSink;
import io.dms.monitor.SensorFile;

/** One file, one sensor. */
final class NumberProbe implements Probe {
    private final SensorFile file;
    private final int sensor;
    private final double factor;
    private final double least;
    private final double most;

    /**
     * @param file holds a number
     * @param sensor index of the sensor
     * @param factor the sensor's unit is the file's times this
     * @param least the lowest value, in the sensor's unit, that the quantity can have
     * @param most the highest
     */
    NumberProbe(SensorFile file, int sensor, double factor, double least, double most) {
        this.file = file;
        this.sensor = sensor;
        this.factor = factor;
        this.least = least;
        this.most = most;
    }

    @Override
    public void sample(SampleSink sink) {
        double value = read(file, factor, least, most);
        if (Double.isNaN(value)) {
            sink.absent(sensor, why(file));
        } else {
            sink.value(sensor, value);
        }
    }

    @Override
    public void close() {
        file.close();
    }

    /** The file's number times a factor, NaN where there is none or it is out of bounds. */
    static double read(SensorFile file, double factor, double least, double most) {
        if (!file.readNumber()) {
            return Double.NaN;
        }
        double value = file.number() * factor;
        return value >= least && value <= most ? value : Double.NaN;
    }

    /** Why {@link #read} gave nothing. */
    static Absence why(SensorFile file) {
        Absence absence = file.absence();
        return absence == null ? Absence.IMPLAUSIBLE : absence;
    }
}
