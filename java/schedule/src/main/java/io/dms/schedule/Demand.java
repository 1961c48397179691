package io.dms.schedule;

/**
 * How often what is asked: requests per second of each task in each context, connected and not, over all the time so far
 * and lately. The first tells what the rest of the horizon will ask for, the second what is worth being kept loaded.
 * Allocates nothing.
 */
final class Demand {
    private static final double LATELY_SECONDS = 600;
    /** As if nothing had been asked for so long before the start: a few early requests are no flood. */
    private static final double BEGIN_SECONDS = 10;

    private final int contexts;
    private final double[] total;
    private final double[] lately;
    private double at = Double.NaN;

    Demand(int tasks, int contexts) {
        this.contexts = contexts;
        total = new double[tasks * contexts * 2];
        lately = new double[tasks * contexts];
    }

    void add(int task, int context, boolean connected, double elapsed) {
        decay(elapsed);
        int p = task * contexts + context;
        total[2 * p + (connected ? 1 : 0)]++;
        lately[p]++;
    }

    private void decay(double elapsed) {
        if (elapsed > at) {
            double keep = Math.exp((at - elapsed) / LATELY_SECONDS);
            for (int i = 0; i < lately.length; i++) {
                lately[i] *= keep;
            }
        }
        at = Double.isNaN(at) ? elapsed : Math.max(at, elapsed);
    }

    /** Pairs of task and context: task times contexts plus context. */
    int pairs() {
        return lately.length;
    }

    /**
     * Requests per second to be expected until the horizon: as over all the time, and the more as lately the nearer the
     * horizon is.
     *
     * @param connectedNow whether a server can be reached at this moment
     */
    double rate(int pair, boolean connected, double elapsed, double left, boolean connectedNow) {
        double near = LATELY_SECONDS / (LATELY_SECONDS + left);
        double whole = total[2 * pair + (connected ? 1 : 0)] / (elapsed + BEGIN_SECONDS);
        return (1 - near) * whole + (connected == connectedNow ? near * latelyRate(pair, elapsed) : 0);
    }

    /** Requests per second lately. */
    double latelyRate(int pair, double elapsed) {
        double window = LATELY_SECONDS * (1 - Math.exp(-(elapsed + BEGIN_SECONDS) / LATELY_SECONDS));
        return lately[pair] / window;
    }

    /**
     * By how many seconds requests may outlast a horizon in which as many were expected: three standard deviations of the
     * time that so many random gaps take, at most a twentieth of the horizon.
     */
    double beyondSeconds(double horizon, double elapsed) {
        double all = 0;
        for (double t : total) {
            all += t;
        }
        double rate = all / (elapsed + BEGIN_SECONDS);
        return Math.min(0.05 * horizon, 3 * Math.sqrt(horizon / rate));
    }

    /** Share of requests that came while a server could be reached. */
    double connectedShare() {
        double up = 0;
        double all = 0;
        for (int i = 0; i < total.length; i += 2) {
            up += total[i + 1];
            all += total[i] + total[i + 1];
        }
        return all == 0 ? 1 : up / all;
    }
}
