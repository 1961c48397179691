package io.dms.serve.client;

/**
 * What the way to a server costs, learned from every request: a fixed time for the round trip, a time for each byte sent
 * and received, joules for each byte, and whether the server can be reached at all. Times are fitted by recursive least
 * squares with exponential forgetting, so that a change of the network shows within some 20 requests; figures are held at
 * or above 0. After losses in a row the server counts as out of reach for a while that doubles, so that a request does
 * not spend its deadline on finding that out again.
 *
 * <p>Reads no clock: who measures passes times in. Allocates nothing once made. Thread-safe.
 */
public final class NetworkModel {
    private static final int N = 3;
    private static final double FORGET = 0.95;
    private static final double KILOBYTE = 1024;
    private static final int LOSSES = 2;
    private static final long LEAST_PAUSE = 250_000_000L;
    private static final long MOST_PAUSE = 30_000_000_000L;

    /** Seconds of a round trip, of each KiB sent, of each KiB received. */
    private final double[] at = {0.005, 0, 0};

    private final double[][] covariance = {{1, 0, 0}, {0, 1e-4, 0}, {0, 0, 1e-4}};
    private final double[] x = new double[N];
    private final double[] gain = new double[N];
    private double variance = 1e-6;
    private long samples;
    private double sendJoulesPerByte;
    private double receiveJoulesPerByte;
    private double joules;
    private double joulesBytes;
    private int lossesInARow;
    private double lossShare;
    private long pauseNanos;
    private long awayUntilNanos;

    /**
     * A model before the first request.
     *
     * @param sendJoulesPerByte what the radio takes for a byte sent, until it is measured
     * @param receiveJoulesPerByte likewise for a byte received
     */
    public NetworkModel(double sendJoulesPerByte, double receiveJoulesPerByte) {
        if (!(sendJoulesPerByte >= 0) || !(receiveJoulesPerByte >= 0)) {
            throw new IllegalArgumentException("joules per byte must be at least 0");
        }
        this.sendJoulesPerByte = sendJoulesPerByte;
        this.receiveJoulesPerByte = receiveJoulesPerByte;
    }

    /**
     * A request was answered.
     *
     * @param sentBytes to the server
     * @param receivedBytes from it
     * @param networkSeconds from sending to the answer, without the time that the server had it
     */
    public synchronized void answered(long sentBytes, long receivedBytes, double networkSeconds) {
        lossesInARow = 0;
        pauseNanos = 0;
        awayUntilNanos = 0;
        lossShare *= FORGET;
        if (!(networkSeconds >= 0) || networkSeconds > 3600) {
            return; // clocks that jumped say nothing
        }
        x[0] = 1;
        x[1] = sentBytes / KILOBYTE;
        x[2] = receivedBytes / KILOBYTE;
        double error = networkSeconds - dot();
        // The first samples set the scale; later a single outlier may not move everything.
        double bound = 4 * Math.sqrt(variance);
        double used = samples < 5 ? error : Math.max(-bound, Math.min(bound, error));
        double forget = samples < 10 ? 1 : FORGET;
        double s = forget;
        for (int i = 0; i < N; i++) {
            gain[i] = 0;
            for (int j = 0; j < N; j++) {
                gain[i] += covariance[i][j] * x[j];
            }
            s += x[i] * gain[i];
        }
        for (int i = 0; i < N; i++) {
            at[i] = Math.max(0, at[i] + gain[i] / s * used);
        }
        for (int i = 0; i < N; i++) {
            for (int j = 0; j < N; j++) {
                double p = (covariance[i][j] - gain[i] * gain[j] / s) / forget;
                covariance[i][j] = Math.max(-1, Math.min(1, p));
            }
        }
        double weight = samples < 20 ? 1.0 / (samples + 1) : 1 - FORGET;
        variance = Math.max(1e-12, variance + weight * (error * error - variance));
        samples++;
    }

    private double dot() {
        return at[0] * x[0] + at[1] * x[1] + at[2] * x[2];
    }

    /**
     * A request was lost: the server was not there, or the way to it broke.
     *
     * @param nowNanos now
     */
    public synchronized void lost(long nowNanos) {
        lossesInARow++;
        lossShare = lossShare * FORGET + 1 - FORGET;
        if (lossesInARow >= LOSSES) {
            pauseNanos = Math.min(MOST_PAUSE, Math.max(LEAST_PAUSE, 2 * pauseNanos));
            awayUntilNanos = nowNanos + pauseNanos;
        }
    }

    /**
     * Whether it is worth asking the server; true again, for a try, when its pause is over.
     *
     * @param nowNanos now, on the clock of {@link #lost}; a clock that jumped far ends the pause
     */
    public synchronized boolean reachable(long nowNanos) {
        if (lossesInARow < LOSSES) {
            return true;
        }
        long left = awayUntilNanos - nowNanos;
        return left <= 0 || left > MOST_PAUSE;
    }

    /**
     * Energy was measured over some traffic.
     *
     * @param measured joules of the radio, or of the board over what it takes without
     * @param bytes sent and received meanwhile
     */
    public synchronized void energy(double measured, long bytes) {
        if (!(measured >= 0) || Double.isInfinite(measured) || bytes <= 0) {
            return;
        }
        joules = joules * FORGET + measured;
        joulesBytes = joulesBytes * FORGET + bytes;
        sendJoulesPerByte = joules / joulesBytes;
        receiveJoulesPerByte = sendJoulesPerByte;
    }

    /**
     * Seconds on the network of a request, without the server's own.
     *
     * @param sigmas standard deviations of what was seen to add: 0 for what to expect, 2 for what is seldom exceeded
     */
    public synchronized double seconds(long sentBytes, long receivedBytes, double sigmas) {
        return at[0]
                + at[1] * (sentBytes / KILOBYTE)
                + at[2] * (receivedBytes / KILOBYTE)
                + sigmas * Math.sqrt(variance);
    }

    /** Joules of the traffic of a request. */
    public synchronized double joules(long sentBytes, long receivedBytes) {
        return sentBytes * sendJoulesPerByte + receivedBytes * receiveJoulesPerByte;
    }

    /** Seconds of a round trip without load. */
    public synchronized double roundTripSeconds() {
        return at[0];
    }

    /** Bytes a second to the server, infinite while no request told it apart from the round trip. */
    public synchronized double sendBytesPerSecond() {
        return at[1] == 0 ? Double.POSITIVE_INFINITY : KILOBYTE / at[1];
    }

    /** Bytes a second from the server, likewise. */
    public synchronized double receiveBytesPerSecond() {
        return at[2] == 0 ? Double.POSITIVE_INFINITY : KILOBYTE / at[2];
    }

    /** Share of the last requests that were lost, the newest counting most. */
    public synchronized double lossShare() {
        return lossShare;
    }

    /** Requests that were lost since one was answered. */
    public synchronized int lossesInARow() {
        return lossesInARow;
    }

    /** Requests that it has learned from. */
    public synchronized long samples() {
        return samples;
    }
}
