package io.dms.control;

import io.dms.model.Profile;
import io.dms.monitor.MonitorEvent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * What a change of clocks will do to latency, before any frame shows it. How latency follows the clock is read from the
 * profile's operating points, linear in the inverse clock between them; a profile of one point is taken to follow it
 * wholly.
 *
 * <p>Monitors are late, get stuck and lie, so that what latency has already shown is not applied a second time, and each
 * change that latency did not bear out halves the trust in the next. Allocates nothing. Not thread-safe.
 */
final class ClockAnticipation {
    private static final double LEAST_SHARE = 0.02;
    private static final double MOST_SHARE = 20;
    private static final double WORTH_TESTING = 0.05;
    private static final int EVENT_FRAMES = 50;

    private final double[] hertz;
    private final double[] logSlow;
    private final double profileHertz;
    private final boolean ofGpu;
    private final Profile.Point[] points;

    private double applied;
    private double lastShare = Double.NaN;
    private int eventFrames;
    private double shown;
    private double trust = 1;
    private double testedBase;
    private double testedBy;
    private boolean testing;

    ClockAnticipation(LevelTable table) {
        List<Profile.Point> known = new ArrayList<>();
        ofGpu = table.point.gpuHertz() != null
                || (table.point.cpuHertz() == null && !table.profile.backend().equals("cpu"));
        profileHertz = clock(table.point);
        for (Profile.Point p : table.profile.points()) {
            if (!Double.isNaN(clock(p)) && known.stream().noneMatch(k -> clock(k) == clock(p))) {
                known.add(p);
            }
        }
        known.sort(Comparator.comparingDouble(this::clock));
        points = table.profile.points().toArray(new Profile.Point[0]);
        hertz = new double[known.size()];
        logSlow = new double[known.size()];
        for (int k = 0; k < hertz.length; k++) {
            hertz[k] = clock(known.get(k));
            for (int i = 0; i < table.size; i++) {
                double here = known.get(k).levels().get(i).latency().p50();
                logSlow[k] += Math.log(here / table.medianMillis[i]) / table.size;
            }
        }
    }

    private double clock(Profile.Point p) {
        Long f = ofGpu ? p.gpuHertz() : p.cpuHertz();
        return f == null ? Double.NaN : f;
    }

    /** Logarithm of how much slower all is at this share of the profile's clock. */
    double logSlow(double share) {
        if (Double.isNaN(profileHertz)) {
            return -Math.log(share);
        }
        double f = share * profileHertz;
        int last = hertz.length - 1;
        if (f <= hertz[0]) {
            return logSlow[0] + Math.log(hertz[0] / f);
        }
        if (f >= hertz[last]) {
            return logSlow[last];
        }
        int k = 0;
        while (f > hertz[k + 1]) {
            k++;
        }
        double part = (1 / hertz[k] - 1 / f) / (1 / hertz[k] - 1 / hertz[k + 1]);
        double low = Math.exp(logSlow[k]);
        return Math.log(low + part * (Math.exp(logSlow[k + 1]) - low));
    }

    /** A frame is to be served at this share of the profile's clock: tells the estimator what that means. */
    void clock(double share, FactorEstimator slowdown) {
        if (!(share >= LEAST_SHARE && share <= MOST_SHARE)) {
            return;
        }
        if (eventFrames > 0) {
            eventFrames--;
            if (share == lastShare) {
                if (eventFrames == 0) {
                    applied = logSlow(share);
                }
                return;
            }
        }
        if (share != lastShare) {
            lastShare = share;
            expect(logSlow(share), slowdown);
        }
    }

    /** Something was said to have happened; true where the estimator was told by how much. */
    boolean on(MonitorEvent event, FactorEstimator slowdown) {
        double share = shareAfter(event);
        if (!(share >= LEAST_SHARE && share <= MOST_SHARE)) {
            return false;
        }
        eventFrames = EVENT_FRAMES;
        expect(logSlow(share), slowdown);
        return true;
    }

    private double shareAfter(MonitorEvent event) {
        double now = Double.isNaN(lastShare) ? 1 : lastShare;
        if (event.kind() == MonitorEvent.Kind.CLOCK_CAPPED) {
            String subject = event.subject().toLowerCase(Locale.ROOT);
            if (subject.contains("cpu") == ofGpu && (subject.contains("cpu") || subject.contains("gpu"))) {
                return Double.NaN;
            }
            if (!Double.isNaN(profileHertz)) {
                // A cap that was lifted says where the clock may go, not where it goes.
                double cap = event.after() / profileHertz;
                return event.after() < event.before() ? Math.min(now, cap) : Double.NaN;
            }
            return event.after() < event.before() ? now * event.after() / event.before() : Double.NaN;
        }
        double most = Double.NaN;
        for (Profile.Point p : points) {
            String mode = p.powerMode();
            if (mode != null && mode.equals(event.subject()) && !Double.isNaN(clock(p))) {
                most = Double.isNaN(most) ? clock(p) : Math.max(most, clock(p));
            }
        }
        return most / profileHertz;
    }

    private void expect(double target, FactorEstimator slowdown) {
        double by = target - applied;
        applied = target;
        double already = by > 0 ? Math.min(Math.max(shown, 0), by) : Math.max(Math.min(shown, 0), by);
        shown -= already;
        by -= already;
        if (Math.abs(by) > WORTH_TESTING) {
            testing = true;
            testedBase = slowdown.mean();
            testedBy = by;
        }
        if (trust > 0.2) {
            slowdown.shift(trust * by, 0.3 * by);
        }
    }

    /**
     * What a frame showed: z is the logarithm of measured over profiled, moved how far that moved the estimate.
     *
     * @return true where it did not bear out what had been said
     */
    boolean observe(double z, double moved) {
        shown = 0.9 * shown + moved;
        if (!testing) {
            return false;
        }
        testing = false;
        boolean borneOut = Math.abs(z - testedBase - testedBy) < Math.abs(z - testedBase);
        trust = borneOut ? Math.min(1, trust + 0.25) : 0.5 * trust;
        if (!borneOut) {
            shown = 0;
        }
        return !borneOut;
    }
}
