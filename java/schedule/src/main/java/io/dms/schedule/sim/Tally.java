package io.dms.schedule.sim;

import io.dms.schedule.Reason;
import io.dms.schedule.catalog.Place;
import java.util.EnumMap;
import java.util.Map;

/** What came of a trace: every request is in exactly one of served, late and refused. Not thread-safe. */
public final class Tally {
    /** Bins of the timeline. */
    public static final int BINS = 120;

    private final String scheduler;
    private final double binSeconds;
    private final Map<Reason, Integer> refused = new EnumMap<>(Reason.class);
    private final int[] places = new int[Place.values().length];
    private final double[] binAccuracy = new double[BINS];
    private final int[] binRequests = new int[BINS];
    private final int[] binServed = new int[BINS];
    private final int[] variants;
    private int requests;
    private int served;
    private int late;
    private int degraded;
    private int retried;
    private int loads;
    private double accuracy;
    private double loadJoules;
    private double runJoules;
    private double dollars;
    private double lastServed = Double.NaN;

    Tally(String scheduler, double seconds, int variantCount) {
        this.scheduler = scheduler;
        binSeconds = seconds / BINS;
        variants = new int[variantCount];
    }

    private int bin(double second) {
        return Math.max(0, Math.min(BINS - 1, (int) (second / binSeconds)));
    }

    void request(double second) {
        requests++;
        binRequests[bin(second)]++;
    }

    void served(double second, int variant, Place place, double a, boolean isDegraded) {
        served++;
        accuracy += a;
        degraded += isDegraded ? 1 : 0;
        places[place == Place.DEVICE ? 0 : place == Place.SPLIT ? 1 : 2]++;
        binServed[bin(second)]++;
        binAccuracy[bin(second)] += a;
        variants[variant]++;
        lastServed = second;
    }

    void countLate() {
        late++;
    }

    void refused(Reason why) {
        refused.merge(why, 1, Integer::sum);
    }

    void countRetry() {
        retried++;
    }

    void load(double joules) {
        loads++;
        loadJoules += joules;
    }

    void run(double joules, double cost) {
        runJoules += joules;
        dollars += cost;
    }

    /** Name of the scheduler. */
    public String scheduler() {
        return scheduler;
    }

    /** All requests. */
    public int requests() {
        return requests;
    }

    /** Those that were answered in time. */
    public int served() {
        return served;
    }

    /** Those that were answered too late: they count for nothing. */
    public int late() {
        return late;
    }

    /** Those that were refused, by reason. */
    public Map<Reason, Integer> refused() {
        return new EnumMap<>(refused);
    }

    /** Served by less than the best variant of their task. */
    public int degraded() {
        return degraded;
    }

    /** Those that lost their server on the way and were decided once more. */
    public int retried() {
        return retried;
    }

    /** Units that were loaded. */
    public int loads() {
        return loads;
    }

    /** Served at a place. */
    public int servedAt(Place place) {
        return places[place == Place.DEVICE ? 0 : place == Place.SPLIT ? 1 : 2];
    }

    /** Served by a variant. */
    public int servedBy(int variant) {
        return variants[variant];
    }

    /** Served over all. */
    public double servedShare() {
        return requests == 0 ? Double.NaN : (double) served / requests;
    }

    /** Mean accuracy over all requests, where one that was not served counts 0: what is maximised. */
    public double accuracy() {
        return requests == 0 ? Double.NaN : accuracy / requests;
    }

    /** Mean accuracy of what was served. */
    public double accuracyServed() {
        return served == 0 ? Double.NaN : accuracy / served;
    }

    /** Joules of the device in all. */
    public double joules() {
        return loadJoules + runJoules;
    }

    /** Joules for loading. */
    public double loadJoules() {
        return loadJoules;
    }

    /** Joules for each request that was served. */
    public double joulesServed() {
        return served == 0 ? Double.NaN : joules() / served;
    }

    /** Dollars in all. */
    public double dollars() {
        return dollars;
    }

    /** When the last request was served, in seconds; NaN for none. */
    public double lastServedSeconds() {
        return lastServed;
    }

    /** Middle of a bin, in seconds. */
    public double binSecond(int bin) {
        return (bin + 0.5) * binSeconds;
    }

    /** Mean accuracy over all requests of a bin; NaN where there were none. */
    public double binAccuracy(int bin) {
        return binRequests[bin] == 0 ? Double.NaN : binAccuracy[bin] / binRequests[bin];
    }

    /** Served over all of a bin; NaN where there were none. */
    public double binServed(int bin) {
        return binRequests[bin] == 0 ? Double.NaN : (double) binServed[bin] / binRequests[bin];
    }
}
