package io.dms.control;

/**
 * The mean power of the board at each level: the profile's idle power and energy, and what else the measured power holds
 * (other applications, a camera), which is followed slowly. A reading that repeats to the last bit over many frames is
 * stuck and is not believed; one far off moves the estimate no farther than the prediction itself.
 */
final class PowerEstimator {
    private static final double GAIN = 0.05;
    private static final int STUCK_AFTER = 50;

    private final LevelTable table;
    private double other;
    private double last = Double.NaN;
    private int repeats;

    PowerEstimator(LevelTable table) {
        this.table = table;
    }

    /** What the profile predicts where a frame takes so long and so much energy and one comes every period. */
    private double profiled(double energyMillijoules, double serviceMillis, double periodMillis) {
        double period = Double.isNaN(periodMillis) ? serviceMillis : Math.max(periodMillis, serviceMillis);
        return (energyMillijoules + table.idleWatts * (period - serviceMillis)) / period;
    }

    double watts(double energyMillijoules, double serviceMillis, double periodMillis) {
        return profiled(energyMillijoules, serviceMillis, periodMillis) + other;
    }

    void observe(double measured, double energyMillijoules, double serviceMillis, double periodMillis) {
        if (!(measured > 0 && measured < Double.POSITIVE_INFINITY)) {
            return;
        }
        repeats = measured == last ? repeats + 1 : 0;
        last = measured;
        if (repeats >= STUCK_AFTER) {
            other *= 1 - GAIN;
            return;
        }
        double predicted = profiled(energyMillijoules, serviceMillis, periodMillis);
        if (!Double.isNaN(predicted)) {
            double off = measured - predicted - other;
            other += GAIN * Math.min(Math.max(off, -predicted), predicted);
        }
    }
}
