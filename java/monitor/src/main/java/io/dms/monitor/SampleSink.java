package io.dms.monitor;

/** Takes what a source reads. Sensors are named by their index in {@link MonitorSource#sensors()}. Allocates nothing. */
public interface SampleSink {
    /** A value in the unit of the sensor's quantity, read now. */
    void value(int sensor, double value);

    /** No value now, and why. */
    void absent(int sensor, Absence why);

    /**
     * What follows was read at this time, on the monitor's clock, and not during this call: for sources that hand on what
     * came meanwhile. One call of {@link MonitorSource#sample} may give several such samples, oldest first.
     */
    default void at(long nanos) {}
}
