package io.dms.control;

import io.dms.model.Profile;
import java.util.List;

/** The figures of one operating point of a profile as arrays, by level, widest first; NaN where not measured. Immutable. */
final class LevelTable {
    private static final double Z90 = 1.2815515655446004;
    private static final double LEAST_SIGMA = 0.01;

    final Profile profile;
    final Profile.Point point;
    final int size;
    final double[] medianMillis;
    final double[] meanMillis;
    final double[] logMedian;
    /** Deviation of the logarithm of the latency, from p50 and p90. */
    final double[] sigma;
    /** Accuracy where the profile has it for every level, else the width: an order, not a figure. */
    final double[] merit;

    final boolean knowsAccuracy;
    final boolean knowsEnergy;
    final double[] millijoules;
    final double idleWatts;
    final double switchMillis;

    LevelTable(Profile profile, int point) {
        this.profile = profile;
        this.point = profile.points().get(point);
        List<Profile.Level> levels = this.point.levels();
        size = levels.size();
        medianMillis = new double[size];
        meanMillis = new double[size];
        logMedian = new double[size];
        sigma = new double[size];
        merit = new double[size];
        millijoules = new double[size];
        knowsAccuracy = levels.stream().allMatch(l -> l.accuracy() != null);
        knowsEnergy = levels.stream().allMatch(l -> l.millijoules() != null);
        for (int i = 0; i < size; i++) {
            Profile.Level l = levels.get(i);
            medianMillis[i] = l.latency().p50();
            meanMillis[i] = l.latency().mean();
            logMedian[i] = Math.log(medianMillis[i]);
            sigma[i] = Math.max(
                    LEAST_SIGMA, Math.log(l.latency().p90() / l.latency().p50()) / Z90);
            Double accuracy = l.accuracy();
            merit[i] = knowsAccuracy && accuracy != null ? accuracy : l.width();
            Double energy = l.millijoules();
            millijoules[i] = energy == null ? Double.NaN : energy;
        }
        Double idle = this.point.idleWatts();
        idleWatts = idle == null ? 0 : idle;
        Double cost = profile.switchMillis();
        switchMillis = cost == null ? 0 : cost;
    }

    String name(int level) {
        return point.levels().get(level).name();
    }
}
