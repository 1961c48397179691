package io.dms.monitor.jetson;

import io.dms.monitor.Absence;
import io.dms.monitor.SampleSink;
import io.dms.monitor.SensorFile;
import org.jspecify.annotations.Nullable;

/**
 * One channel of a power monitor: volts, amperes, watts. Voltage and current are two reads of one moving average; where
 * the driver has no file for the power, it is their product.
 */
final class RailProbe implements Probe {
    private static final double MOST_VOLTS = 100;
    private static final double MOST_AMPERES = 500;
    /** Sensors read a little below zero where nothing flows. */
    private static final double LEAST_AMPERES = -5;

    private static final double MOST_WATTS = 2000;
    private static final double LEAST_WATTS = -100;

    private final SensorFile volts;
    private final SensorFile amperes;
    private final @Nullable SensorFile watts;
    private final double wattsPerUnit;
    private final int voltage;
    private final int current;
    private final int power;

    /**
     * @param volts millivolts
     * @param amperes milliamperes
     * @param watts the driver's own product, or null
     * @param wattsPerUnit what one in that file is, in watts
     * @param voltage index of the sensor, and so on
     */
    RailProbe(
            SensorFile volts,
            SensorFile amperes,
            @Nullable SensorFile watts,
            double wattsPerUnit,
            int power,
            int voltage,
            int current) {
        this.volts = volts;
        this.amperes = amperes;
        this.watts = watts;
        this.wattsPerUnit = wattsPerUnit;
        this.power = power;
        this.voltage = voltage;
        this.current = current;
    }

    @Override
    public void sample(SampleSink sink) {
        double v = tell(sink, voltage, volts, 1e-3, 0, MOST_VOLTS);
        double a = tell(sink, current, amperes, 1e-3, LEAST_AMPERES, MOST_AMPERES);
        if (watts != null) {
            tell(sink, power, watts, wattsPerUnit, LEAST_WATTS, MOST_WATTS);
        } else if (Double.isNaN(v)) {
            sink.absent(power, NumberProbe.why(volts));
        } else if (Double.isNaN(a)) {
            sink.absent(power, NumberProbe.why(amperes));
        } else if (v * a > MOST_WATTS) {
            sink.absent(power, Absence.IMPLAUSIBLE);
        } else {
            sink.value(power, v * a);
        }
    }

    private static double tell(SampleSink sink, int sensor, SensorFile file, double factor, double least, double most) {
        double value = NumberProbe.read(file, factor, least, most);
        if (Double.isNaN(value)) {
            sink.absent(sensor, NumberProbe.why(file));
        } else {
            sink.value(sensor, value);
        }
        return value;
    }

    @Override
    public void close() {
        volts.close();
        amperes.close();
        if (watts != null) {
            watts.close();
        }
    }
}
