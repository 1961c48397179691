package io.dms.monitor;

/** Takes what a source reads. Sensors are named by their index in {@link MonitorSource#sensors()}. Allocates nothing. */
public interface SampleSink {
    /** A value in the unit of the sensor's quantity, read now. */
    void value(int sensor, double value);

    /** No value now, and why. */
    void absent(int sensor, Absence why);
}
