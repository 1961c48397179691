package io.dms.control.sim;

import io.dms.model.Profile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What the levels of one profile truly cost on a board, at every clock. At the clocks of the profile's points this is the
 * profile; between them latency is linear in the inverse of the clock; outside, and where no point has a clock, the
 * board's share of clockless time scales the nearest point.
 */
final class Work {
    /** Median time of a frame alone on the board, [clock][level]. */
    final double[][] nanos;
    /** Power above idle while such a frame runs alone, [clock][level]. */
    final double[][] watts;
    /** How much of the accelerator a frame fills, [level]. */
    final double[] pressure;
    /** Deviation of the logarithm of a frame's time, [level]. */
    final double[] sigma;
    /** Accuracy, 0 where the profile has none. */
    final double[] accuracy;
    /** The clock of the profile's first point. */
    final double profileHertz;

    final double switchNanos;
    final int threads;

    Work(BoardModel board, Profile profile) {
        int clocks = board.clocks().size();
        int levels = profile.levels().size();
        double startHertz = board.clocks().get(board.startClock()).hertz();
        Long first = profile.points().get(0).gpuHertz();
        profileHertz = first == null ? startHertz : first;
        switchNanos = profile.switchMillis() == null ? 0 : profile.switchMillis() * 1e6;
        threads = Math.max(1, profile.threads());
        nanos = new double[clocks][levels];
        watts = new double[clocks][levels];
        pressure = new double[levels];
        sigma = new double[levels];
        accuracy = new double[levels];
        List<Profile.Point> known = new ArrayList<>();
        for (Profile.Point p : profile.points()) {
            Long f = p.gpuHertz();
            if (f != null && known.stream().noneMatch(k -> f.equals(k.gpuHertz()))) {
                known.add(p);
            }
        }
        known.sort(Comparator.comparingLong(p -> p.gpuHertz() == null ? 0 : p.gpuHertz()));
        for (int l = 0; l < levels; l++) {
            Profile.Level level = profile.levels().get(l);
            sigma[l] = Math.log(level.latency().p90() / level.latency().p50()) / 1.2816;
            Double acc = level.accuracy();
            accuracy[l] = acc == null ? 0 : acc;
            for (int c = 0; c < clocks; c++) {
                nanos[c][l] = nanos(board, profile, known, c, l);
                watts[c][l] = watts(board, profile, known, c, l);
            }
            int top = clocks - 1;
            pressure[l] = Math.min(1, Math.max(0.1, watts[top][l] / board.dynamicWatts()));
        }
    }

    private static double hertz(Profile.Point p, double otherwise) {
        Long f = p.gpuHertz();
        return f == null ? otherwise : f;
    }

    private static double stretch(BoardModel board, double hertz) {
        double top = board.clocks().get(board.clocks().size() - 1).hertz();
        return board.clockless() + (1 - board.clockless()) * top / hertz;
    }

    private double nanos(BoardModel board, Profile profile, List<Profile.Point> known, int clock, int level) {
        double f = board.clocks().get(clock).hertz();
        if (known.isEmpty()) {
            double ms = profile.levels().get(level).latency().p50();
            return ms * 1e6 * stretch(board, f) / stretch(board, profileHertz);
        }
        for (int i = 0; i + 1 < known.size(); i++) {
            double low = hertz(known.get(i), 0);
            double high = hertz(known.get(i + 1), 0);
            if (f >= low && f <= high) {
                double share = (1 / low - 1 / f) / (1 / low - 1 / high);
                double slow = known.get(i).levels().get(level).latency().p50();
                double fast = known.get(i + 1).levels().get(level).latency().p50();
                return 1e6 * (slow + (fast - slow) * share);
            }
        }
        Profile.Point p = nearest(known, f);
        return p.levels().get(level).latency().p50() * 1e6 * stretch(board, f) / stretch(board, hertz(p, f));
    }

    private double watts(BoardModel board, Profile profile, List<Profile.Point> known, int clock, int level) {
        double f = board.clocks().get(clock).hertz();
        Profile.Point p = known.isEmpty() ? profile.points().get(0) : nearest(known, f);
        int at = board.clockAt(hertz(p, profileHertz));
        Profile.Level l = p.levels().get(level);
        Double mj = l.millijoules();
        if (mj == null) {
            return board.dynamicWatts() * board.scale(clock) * (0.5 + 0.5 * l.width());
        }
        Double idle = p.idleWatts();
        double own = mj / l.latency().mean() - (idle == null ? board.idleWatts(at) : idle);
        return Math.max(0.01, own) * board.scale(clock) / board.scale(at);
    }

    private static Profile.Point nearest(List<Profile.Point> known, double f) {
        Profile.Point best = known.get(0);
        for (Profile.Point p : known) {
            if (Math.abs(hertz(p, 0) - f) < Math.abs(hertz(best, 0) - f)) {
                best = p;
            }
        }
        return best;
    }
}
