package io.dms.control.sim;

import java.util.Arrays;

/**
 * What came of the frames of one application. Its size does not depend on how many they were. Times are those of the
 * simulation, without jumps of the clock that controllers are told.
 */
public final class Tally {
    private static final int SUB = 64;
    private static final int OCTAVES = 48;

    private long due;
    private long served;
    private long late;
    private long dropped;
    private long failed;
    private long switches;
    private double accuracy;
    private double levels;
    private double joules;
    private double latencySum;
    private final long[] atLevel;
    private final long[] histogram = new long[SUB * OCTAVES];
    private int lastLevel = -1;

    Tally(int levels) {
        atLevel = new long[levels];
    }

    void arrived() {
        due++;
    }

    void drop() {
        dropped++;
    }

    void serve(
            int level, double levelAccuracy, long latencyNanos, boolean isLate, double frameJoules, boolean hasFailed) {
        joules += frameJoules;
        if (lastLevel >= 0 && level != lastLevel) {
            switches++;
        }
        lastLevel = level;
        if (hasFailed) {
            failed++;
            return;
        }
        served++;
        late += isLate ? 1 : 0;
        accuracy += levelAccuracy;
        levels += level;
        atLevel[level]++;
        latencySum += latencyNanos;
        histogram[cell(latencyNanos)]++;
    }

    private static int cell(long nanos) {
        long bits = Double.doubleToRawLongBits(Math.max(1.0, (double) nanos));
        int i = (int) ((bits >>> 46) - (1023L << 6));
        return Math.min(SUB * OCTAVES - 1, i);
    }

    /** Forgets what was, so that a steady state can be counted alone. */
    public void reset() {
        due = 0;
        served = 0;
        late = 0;
        dropped = 0;
        failed = 0;
        switches = 0;
        accuracy = 0;
        levels = 0;
        joules = 0;
        latencySum = 0;
        Arrays.fill(atLevel, 0);
        Arrays.fill(histogram, 0);
    }

    /** Frames that were due; those of a stalled source are not. */
    public long due() {
        return due;
    }

    /** Frames whose output came, late ones included. */
    public long served() {
        return served;
    }

    /** Served frames over the goal's latency; of an application without one, none. */
    public long late() {
        return late;
    }

    /** Frames that were never served. */
    public long dropped() {
        return dropped;
    }

    /** Frames whose call failed. */
    public long failed() {
        return failed;
    }

    /** Late, dropped and failed frames. */
    public long missed() {
        return late + dropped + failed;
    }

    /** Missed frames over those that were served, dropped or failed; NaN without any. */
    public double missShare() {
        return (double) missed() / (served + dropped + failed);
    }

    /** Mean accuracy of the served frames, NaN without any. */
    public double meanAccuracy() {
        return accuracy / served;
    }

    /** Mean index of the levels served, NaN without any. */
    public double meanLevel() {
        return levels / served;
    }

    /** Frames served at a level. */
    public long servedAt(int level) {
        return atLevel[level];
    }

    /** Changes of level. */
    public long switches() {
        return switches;
    }

    /** Energy of all calls: what they took themselves and the board's idle power while they ran, shared evenly. */
    public double joules() {
        return joules;
    }

    /** The same per served frame, NaN without any. */
    public double joulesPerFrame() {
        return joules / served;
    }

    /** Mean latency in milliseconds, NaN without any. */
    public double meanMillis() {
        return latencySum / served * 1e-6;
    }

    /** A percentile of the latency in milliseconds, at most 1.6 % above the true one; NaN without frames. */
    public double percentileMillis(double percent) {
        if (served == 0) {
            return Double.NaN;
        }
        long rank = (long) Math.ceil(served * percent / 100);
        long seen = 0;
        int i = 0;
        while (i < histogram.length - 1 && (seen += histogram[i]) < Math.max(1, rank)) {
            i++;
        }
        return Double.longBitsToDouble((i + 1L + (1023L << 6)) << 46) * 1e-6;
    }
}
