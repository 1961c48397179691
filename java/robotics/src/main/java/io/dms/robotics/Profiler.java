package io.dms.robotics;

import io.dms.model.Graph;
import io.dms.model.LevelExport;
import io.dms.model.ModelCosts;
import io.dms.model.ModelDigest;
import io.dms.model.Profile;
import io.dms.model.WidthLevel;
import io.dms.runtime.LatencyRecorder;
import io.dms.runtime.Session;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Measures what each level of a session costs. Levels take turns in a new random order each round, so that drift of
 * clocks and load meets all alike; the first call of a turn does not count among steady calls and tells what a change of
 * level costs. Used by the thread that owns the session.
 */
public final class Profiler {
    /** Counted time of one turn. */
    private static final long SLICE_NANOS = 10_000_000;

    private static final int LEAST_CALLS = 3;
    private static final int MOST_SWITCHES = 20_000;

    private final Session session;
    private final List<WidthLevel> levels;
    private final ProfileOptions options;
    private final FloatBuffer[] inputs;
    private final FloatBuffer[] outputs;
    private final LatencyRecorder[] steady;
    private final long[] counted;
    private final double[] millijoules;
    private final String[] scopes;
    private final double[] extraNanos = new double[MOST_SWITCHES];
    private int switches;

    /**
     * @param levels what to measure, widest first
     */
    public Profiler(Session session, List<WidthLevel> levels, ProfileOptions options) {
        this.session = session;
        this.levels = List.copyOf(levels);
        this.options = options;
        int batch = session.options().batch();
        inputs = buffers(session.model().graph().inputs(), batch, new Random(options.seed()));
        outputs = buffers(session.model().graph().outputs(), batch, null);
        steady = new LatencyRecorder[levels.size()];
        Arrays.setAll(steady, i -> new LatencyRecorder());
        counted = new long[steady.length];
        millijoules = new double[steady.length];
        Arrays.fill(millijoules, Double.NaN);
        scopes = new String[steady.length];
    }

    private static FloatBuffer[] buffers(List<Graph.Value> values, int batch, @Nullable Random random) {
        FloatBuffer[] out = new FloatBuffer[values.size()];
        for (int i = 0; i < out.length; i++) {
            Graph.Value v = values.get(i);
            out[i] = direct(Math.toIntExact(v.shape().elements() * (v.shape().hasBatch() ? batch : 1)));
            for (int k = 0; random != null && k < out[i].capacity(); k++) {
                out[i].put(k, (float) random.nextGaussian());
            }
        }
        return out;
    }

    static FloatBuffer direct(int elements) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(elements, Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /**
     * Measures latencies and switching.
     *
     * @param cancelled asked often; what was measured until then is kept
     * @param progress told the share that is done
     * @return false where it was cancelled before every level had a call
     */
    public boolean latencies(BooleanSupplier cancelled, DoubleConsumer progress) {
        for (WidthLevel level : levels) {
            session.prepare(level);
            long start = System.nanoTime();
            do {
                session.run(level, inputs, outputs);
            } while (System.nanoTime() - start < options.warmup().toNanos() && !cancelled.getAsBoolean());
        }
        Random random = new Random(options.seed());
        List<Integer> order = new ArrayList<>();
        for (int l = 0; l < levels.size(); l++) {
            order.add(l);
        }
        int last = -1;
        for (double done = 0; done < 1; ) {
            Collections.shuffle(order, random);
            for (int l : order) {
                if (cancelled.getAsBoolean()) {
                    return Arrays.stream(steady).allMatch(r -> r.count() > 0);
                }
                turn(l, last >= 0 && last != l);
                last = l;
            }
            done = done();
            progress.accept(done);
        }
        return true;
    }

    private double done() {
        double least = 1;
        for (int l = 0; l < steady.length; l++) {
            double time = (double) counted[l] / options.duration().toNanos();
            double calls = (double) steady[l].count() / options.iterations();
            least = Math.min(least, Math.min(time, calls));
        }
        return least;
    }

    private void turn(int l, boolean switched) {
        long first = time(l);
        long spent = 0;
        long sum = 0;
        int calls = 0;
        while (calls < LEAST_CALLS || spent < SLICE_NANOS) {
            long nanos = time(l);
            steady[l].record(nanos);
            spent += nanos;
            if (calls < LEAST_CALLS) {
                sum += nanos;
            }
            calls++;
        }
        counted[l] += spent;
        if (switched && switches < MOST_SWITCHES) {
            extraNanos[switches++] = first - (double) sum / LEAST_CALLS;
        }
    }

    private long time(int l) {
        long start = System.nanoTime();
        session.run(levels.get(l), inputs, outputs);
        return System.nanoTime() - start;
    }

    /** One call at a level, for whoever measures something else around it. */
    public void call(int level) {
        session.run(levels.get(level), inputs, outputs);
    }

    /** Says what one image took at a level, as a meter outside saw it. */
    public void energy(int level, double millijoules, String scope) {
        this.millijoules[level] = millijoules;
        this.scopes[level] = scope;
    }

    /** What the first call after a change of level takes more than a steady one, at the median; null below 20 changes. */
    public @Nullable Double switchMillis() {
        if (switches < 20) {
            return null;
        }
        double[] sorted = Arrays.copyOf(extraNanos, switches);
        Arrays.sort(sorted);
        return Math.max(0, sorted[(switches - 1) / 2] / 1e6);
    }

    /**
     * What was measured, as a profile.
     *
     * @param accuracies share of right answers of each level, null for a level where it was not measured
     */
    public Profile profile(
            String backend, Profile.Board board, @Nullable Double idleWatts, List<@Nullable Double> accuracies) {
        String mode = board.powerMode();
        return new Profile(
                session.model().name(),
                ModelDigest.of(session.model()),
                backend,
                session.options().precision().word(),
                session.options().batch(),
                session.options().threads(),
                board,
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                List.of(point(mode == null ? "as found" : mode, mode, null, idleWatts, accuracies)),
                switchMillis());
    }

    /**
     * What was measured, as one operating point of a profile.
     *
     * @param gpuHertz what the GPU's clock was pinned at, null where it was left to the board
     */
    public Profile.Point point(
            String name,
            @Nullable String powerMode,
            @Nullable Long gpuHertz,
            @Nullable Double idleWatts,
            List<@Nullable Double> accuracies) {
        List<Profile.Level> rows = new ArrayList<>();
        for (int l = 0; l < levels.size(); l++) {
            WidthLevel level = levels.get(l);
            boolean energy = !Double.isNaN(millijoules[l]);
            rows.add(new Profile.Level(
                    level.name(),
                    level.width(),
                    ModelCosts.macs(LevelExport.graph(session.model(), level)),
                    latency(steady[l]),
                    energy ? millijoules[l] : null,
                    energy ? scopes[l] : null,
                    accuracies.get(l),
                    session.weightBytes(level)));
        }
        return new Profile.Point(name, powerMode, gpuHertz, null, idleWatts, rows);
    }

    private static Profile.Latency latency(LatencyRecorder r) {
        double cv = r.variation();
        return new Profile.Latency(
                r.meanMillis(),
                r.percentileMillis(50),
                r.percentileMillis(90),
                r.percentileMillis(95),
                r.percentileMillis(99),
                Double.isNaN(cv) ? 0 : cv,
                r.count());
    }
}
