package io.dms.cli.run;

import io.dms.compiler.data.LabelledImages;
import io.dms.model.Preprocessing;
import io.dms.robotics.Choice;
import io.dms.robotics.SelectingApplication;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Plays labelled images as a stream of frames to an application that selects, while a script disturbs it. */
public final class SelectRun {
    private static final long LEAD_NANOS = 200_000_000;

    /**
     * What came of it.
     *
     * @param frames how many were answered
     * @param right how many rightly
     * @param missed how many later than the goal allows
     * @param sureness mean of what the selector thought of its answers
     * @param serviceMillis mean time of a frame from the first question to the answer
     * @param latencyMillis of all frames, rising
     * @param runs by candidate
     * @param seconds how long it took
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Outcome(
            int frames,
            int right,
            int missed,
            double sureness,
            double serviceMillis,
            double[] latencyMillis,
            long[] runs,
            double seconds) {
        /** A percentile by nearest rank. */
        public double percentile(double percent) {
            int rank = (int) Math.ceil(percent / 100 * latencyMillis.length);
            return latencyMillis[Math.max(0, Math.min(latencyMillis.length - 1, rank - 1))];
        }
    }

    private SelectRun() {}

    /**
     * Plays.
     *
     * @param first index of the first image
     * @param count how many
     * @param rate frames in a second; 0 for as fast as it goes
     * @param stop true once somebody asked for an end
     */
    public static Outcome play(
            SelectingApplication application,
            LabelledImages images,
            Preprocessing preprocessing,
            int first,
            int count,
            double rate,
            LoadScript script,
            BooleanSupplier stop) {
        int floats = 3 * images.width() * images.height();
        FloatBuffer input = ByteBuffer.allocateDirect(4 * floats)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        double[] latency = new double[count];
        long[] runs = new long[application.candidates().size()];
        double sureness = 0;
        double service = 0;
        int right = 0;
        int missed = 0;
        int done = 0;
        long start = System.nanoTime() + LEAD_NANOS;
        try (LoadRunner load = new LoadRunner(script, start)) {
            for (int i = 0; i < count && !stop.getAsBoolean(); i++) {
                images.fill(input, first + i, 1, preprocessing);
                long due = rate == 0 ? System.nanoTime() : start + (long) (i * 1e9 / rate);
                for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                Choice c = application.infer(input, due);
                latency[done++] = c.latencyNanos() * 1e-6;
                right += c.answer() == images.label(first + i) ? 1 : 0;
                missed += c.missed() ? 1 : 0;
                sureness += c.sureness();
                service += c.serviceNanos() * 1e-6;
                for (int k = 0; k < runs.length; k++) {
                    runs[k] += application.ran(k) ? 1 : 0;
                }
            }
        }
        double[] sorted = Arrays.copyOf(latency, done);
        Arrays.sort(sorted);
        double seconds = (System.nanoTime() - start) * 1e-9;
        return new Outcome(done, right, missed, sureness / done, service / done, sorted, runs, seconds);
    }
}
