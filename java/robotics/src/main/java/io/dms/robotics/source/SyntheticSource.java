package io.dms.robotics.source;

import io.dms.model.UserException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/**
 * Made-up frames at a rate: normally distributed numbers, the same for the same seed. Frames are due by the schedule
 * whether anybody is ready or not, so that a stream that falls behind shows it in its latencies.
 */
public final class SyntheticSource implements FrameSource {
    /** When frames are due. */
    public enum Arrivals {
        /** Evenly, as a camera's. */
        EVEN,
        /** At random times, independent of each other (a Poisson process). */
        POISSON,
        /** In groups that are due at once, the groups evenly. */
        BURST
    }

    private static final int VARIETY = 4;
    private static final int SEED_MIX = 0x5bd1e995;

    private final double framesPerSecond;
    private final Arrivals arrivals;
    private final int group;
    private final LongSupplier clock;
    private final FloatBuffer[] inputs = new FloatBuffer[VARIETY];
    private final SplittableRandom random;
    private long startNanos;
    private double nextSeconds;
    private long taken;
    private long due;
    private final long[] ahead = new long[1024];
    private volatile boolean closed;

    /**
     * @param group frames of one burst
     * @param clock {@link System#nanoTime()} outside tests
     */
    public SyntheticSource(
            double framesPerSecond, Arrivals arrivals, int group, SourceOptions options, LongSupplier clock) {
        if (!(framesPerSecond > 0 && framesPerSecond <= 100_000)) {
            throw new UserException(
                    "a synthetic source needs a rate above 0 and at most 100000 frames/s: " + framesPerSecond);
        }
        this.framesPerSecond = framesPerSecond;
        this.arrivals = arrivals;
        this.group = group;
        this.clock = clock;
        this.random = new SplittableRandom(options.seed());
        Random values = new Random(options.seed() ^ SEED_MIX);
        for (int v = 0; v < VARIETY; v++) {
            FloatBuffer b = ByteBuffer.allocateDirect(
                            Math.multiplyExact(Math.multiplyExact(options.batch(), options.elements()), Float.BYTES))
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
            for (int i = 0; i < b.capacity(); i++) {
                b.put(i, (float) values.nextGaussian());
            }
            inputs[v] = b;
        }
    }

    @Override
    public String describe() {
        String how = switch (arrivals) {
            case EVEN -> "";
            case POISSON -> ", Poisson arrivals";
            case BURST -> ", bursts of " + group;
        };
        return "synthetic, " + Rates.text(framesPerSecond) + " frames/s" + how;
    }

    @Override
    public double framesPerSecond() {
        return framesPerSecond;
    }

    @Override
    public void start(long nowNanos) {
        startNanos = nowNanos;
        nextSeconds = arrivals == Arrivals.POISSON ? gap() : 0;
        schedule();
    }

    private double gap() {
        return -Math.log(1 - random.nextDouble()) / framesPerSecond;
    }

    /** Draws when the next frame is due. */
    private void schedule() {
        ahead[(int) (due % ahead.length)] = startNanos + Math.round(nextSeconds * 1e9);
        due++;
        switch (arrivals) {
            case EVEN -> nextSeconds = due / framesPerSecond;
            case POISSON -> nextSeconds += gap();
            case BURST -> nextSeconds = (due - due % group) / framesPerSecond;
        }
    }

    @Override
    public Arrival next(Frame into, long timeoutNanos) throws InterruptedException {
        long at = ahead[(int) (taken % ahead.length)];
        long giveUp = clock.getAsLong() + timeoutNanos;
        for (long now = clock.getAsLong(); now < at; now = clock.getAsLong()) {
            if (closed) {
                return Arrival.END;
            }
            if (now >= giveUp) {
                return Arrival.NONE;
            }
            LockSupport.parkNanos(this, Math.min(at, giveUp) - now);
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
        }
        if (closed) {
            return Arrival.END;
        }
        into.set(inputs[(int) (taken % VARIETY)], at, taken);
        taken++;
        if (taken == due) {
            schedule();
        }
        return Arrival.FRAME;
    }

    /** Counted up to the most that the schedule is drawn ahead. */
    @Override
    public int waiting(long nowNanos) {
        while (ahead[(int) ((due - 1) % ahead.length)] <= nowNanos && due - taken < ahead.length) {
            schedule();
        }
        int n = 0;
        while (taken + n < due && ahead[(int) ((taken + n) % ahead.length)] <= nowNanos) {
            n++;
        }
        return n;
    }

    @Override
    public long replaced() {
        return 0;
    }

    @Override
    public void close() {
        closed = true;
    }
}
