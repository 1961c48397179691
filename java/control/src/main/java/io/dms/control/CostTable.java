package io.dms.control;

import io.dms.model.Profile;
import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The profiles of several applications side by side: the clocks that all of them know, and for each application the
 * levels that are worth choosing. A level that is neither more accurate than a faster one nor faster than a more accurate
 * one is left out, so that along what is left cost and accuracy fall together; the search relies on it.
 */
final class CostTable {
    /** Clocks in hertz, lowest first; one of 0 where the profiles share none and each stands for its first point. */
    final long[] hertz;
    /** Power of the board while nothing runs, [clock]; 0 where nobody measured it. */
    final double[] idleWatts;
    /** The profile's index of each level worth choosing, [application][choice], widest first. */
    final int[][] level;
    /** Mean time of a call alone, [application][clock][choice]. */
    final double[][][] millis;
    /** Energy of a call above idle, [application][clock][choice]; 0 where it was not measured. */
    final double[][][] joules;
    /** Accuracy, or the width where it was not measured, [application][choice]. */
    final double[][] accuracy;
    /** How much of the accelerator a call fills, by its power; 1 where that was not measured, [application][choice]. */
    final double[][] pressure;
    /** Relative spread of a call alone, [application]. */
    final double[] spread;

    final int size;

    CostTable(List<Profile> profiles) {
        size = profiles.size();
        hertz = commonClocks(profiles);
        idleWatts = new double[hertz.length];
        level = new int[size][];
        millis = new double[size][hertz.length][];
        joules = new double[size][hertz.length][];
        accuracy = new double[size][];
        pressure = new double[size][];
        spread = new double[size];
        for (int i = 0; i < size; i++) {
            fill(i, profiles.get(i));
        }
    }

    private static long[] commonClocks(List<Profile> profiles) {
        if (profiles.isEmpty()) {
            throw new UserException("a coordinator needs at least one application");
        }
        TreeSet<Long> common = clocks(profiles.get(0));
        for (Profile p : profiles) {
            common.retainAll(clocks(p));
        }
        return common.isEmpty()
                ? new long[1]
                : common.stream().mapToLong(x -> x).toArray();
    }

    private static TreeSet<Long> clocks(Profile profile) {
        TreeSet<Long> all = new TreeSet<>();
        for (Profile.Point p : profile.points()) {
            Long f = p.gpuHertz();
            if (f != null) {
                all.add(f);
            }
        }
        return all;
    }

    private Profile.Point point(Profile profile, int clock) {
        for (Profile.Point p : profile.points()) {
            Long f = p.gpuHertz();
            if (f != null && f == hertz[clock]) {
                return p;
            }
        }
        return profile.points().get(0);
    }

    private void fill(int i, Profile profile) {
        level[i] = worthwhile(profile.levels());
        int n = level[i].length;
        accuracy[i] = new double[n];
        pressure[i] = new double[n];
        for (int k = 0; k < n; k++) {
            Profile.Level l = profile.levels().get(level[i][k]);
            accuracy[i][k] = worth(l);
            spread[i] = Math.max(spread[i], l.latency().p90() / l.latency().p50() - 1);
        }
        spread[i] /= 1.2816;
        for (int c = 0; c < hertz.length; c++) {
            Profile.Point p = point(profile, c);
            Double idle = p.idleWatts();
            if (idle != null) {
                idleWatts[c] = idleWatts[c] == 0 ? idle : Math.min(idle, idleWatts[c]);
            }
            millis[i][c] = new double[n];
            joules[i][c] = new double[n];
            for (int k = 0; k < n; k++) {
                Profile.Level l = p.levels().get(level[i][k]);
                millis[i][c][k] = l.latency().mean();
                Double mj = l.millijoules();
                double own = mj == null || idle == null
                        ? 0
                        : mj * 1e-3 - idle * l.latency().mean() * 1e-3;
                joules[i][c][k] = Math.max(0, own);
            }
        }
        int top = hertz.length - 1;
        double full = joules[i][top][0] / millis[i][top][0];
        for (int k = 0; k < n; k++) {
            double share = full > 0 ? joules[i][top][k] / millis[i][top][k] / full : 1;
            pressure[i][k] = Math.min(k == 0 ? 1 : pressure[i][k - 1], Math.max(0.05, share));
        }
    }

    private static int[] worthwhile(List<Profile.Level> levels) {
        List<Integer> kept = new ArrayList<>();
        for (int l = 0; l < levels.size(); l++) {
            Profile.Level a = levels.get(l);
            boolean beaten = false;
            for (int o = 0; o < levels.size() && !beaten; o++) {
                Profile.Level b = levels.get(o);
                boolean noWorse = worth(b) >= worth(a)
                        && b.latency().mean() <= a.latency().mean();
                boolean better =
                        worth(b) > worth(a) || b.latency().mean() < a.latency().mean() || o < l;
                beaten = o != l && noWorse && better;
            }
            if (!beaten) {
                kept.add(l);
            }
        }
        kept.sort((x, y) -> Double.compare(worth(levels.get(y)), worth(levels.get(x))));
        return kept.stream().mapToInt(x -> x).toArray();
    }

    private static double worth(Profile.Level l) {
        Double a = l.accuracy();
        return a == null ? l.width() : a;
    }

    /** The index of the highest clock not above this one; the lowest where all are above; the highest for NaN. */
    int clockAt(double limit) {
        int c = hertz.length - 1;
        while (c > 0 && hertz[c] > limit) {
            c--;
        }
        return c;
    }
}
