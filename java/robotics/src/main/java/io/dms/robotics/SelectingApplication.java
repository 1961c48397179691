package io.dms.robotics;

import io.dms.control.Goal;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.runtime.Backend;
import io.dms.runtime.SessionOptions;
import io.dms.select.Method;
import io.dms.select.Seen;
import io.dms.select.Selector;
import io.dms.select.sample.Candidate;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * A classifier that gives each frame the width, or the model, that it needs: a selector says which candidate runs next, within
 * the deadline that is left of the frame; hard frames get width, easy ones don't. The goal's accuracy floor is kept on
 * average by turning the selector's dial. Owns its sessions until it is closed.
 *
 * <p>One thread at a time. A call allocates nothing on the Java heap. The input buffer is the caller's.
 */
public final class SelectingApplication implements AutoCloseable {
    private static final int WARM_CALLS = 15;

    private final Roster roster;
    private final Selector selector;
    private final Seen seen;
    private final Pace pace;
    private final FloorDial dial;
    private final LongSupplier clock;
    private final double boundMillis;
    private final FloatBuffer[] inputs = new FloatBuffer[1];
    private final Choice choice = new Choice();

    /**
     * Opens sessions, and measures each candidate for a moment.
     *
     * @param learned what {@code dms select train} wrote, opened
     * @param models of which the selector's candidates are levels; they are found by digest
     * @param goal its latency bound and its accuracy floor are kept; without a floor the selector's usual setting holds
     * @throws UserException where a candidate is of none of the models, or the selector reads features of the image
     */
    public SelectingApplication(
            Method.Learned learned, List<ScalableModel> models, Backend backend, SessionOptions options, Goal goal) {
        this(learned, models, backend, options, goal, System::nanoTime);
    }

    SelectingApplication(
            Method.Learned learned,
            List<ScalableModel> models,
            Backend backend,
            SessionOptions options,
            Goal goal,
            LongSupplier clock) {
        this.clock = clock;
        dial = new FloorDial(learned, goal.accuracyFloor());
        selector = learned.selector(dial.setting());
        if (selector.readsImage()) {
            throw new UserException("the selector " + selector.name()
                    + " reads features of the image, which a stream does not compute; give a nested one");
        }
        Double bound = goal.latencyMillis();
        boundMillis = bound == null ? Double.POSITIVE_INFINITY : bound;
        roster = new Roster(selector, models, backend, options.withBatch(1));
        try {
            double[] usual = measured();
            pace = new Pace(usual);
            List<Double> millis = new ArrayList<>();
            int[] embeddings = new int[roster.size()];
            for (int c = 0; c < embeddings.length; c++) {
                embeddings[c] = roster.runner(c).features();
                millis.add(usual[c]);
            }
            seen = new Seen(millis, roster.classes(), 0, embeddings);
        } catch (RuntimeException | Error e) {
            roster.close();
            throw e;
        }
    }

    /** Median of some calls of each candidate, in turns. */
    private double[] measured() {
        int n = roster.size();
        double[][] taken = new double[n][WARM_CALLS];
        int floats = 1;
        for (int c = 0; c < n; c++) {
            floats = Math.max(
                    floats,
                    Math.toIntExact(roster.runner(c)
                            .session()
                            .model()
                            .graph()
                            .inputs()
                            .get(0)
                            .shape()
                            .elements()));
        }
        inputs[0] = Roster.direct(floats);
        for (int i = 0; i < WARM_CALLS; i++) {
            for (int c = 0; c < n; c++) {
                Roster.Runner r = roster.runner(c);
                long begin = clock.getAsLong();
                r.session().run(r.level(), inputs, r.outputs());
                taken[c][i] = Math.max(1e-6, (clock.getAsLong() - begin) * 1e-6);
            }
        }
        double[] usual = new double[n];
        for (int c = 0; c < n; c++) {
            Arrays.sort(taken[c]);
            usual[c] = taken[c][WARM_CALLS / 2];
        }
        return usual;
    }

    /** What it chooses from. */
    public List<Candidate> candidates() {
        return selector.candidates();
    }

    /**
     * Answers a frame.
     *
     * @param input one image, direct
     * @param scheduledNanos when it was due, on the clock of {@link System#nanoTime()}: its deadline counts from there
     * @return what came of it, filled anew at the next call
     */
    public Choice infer(FloatBuffer input, long scheduledNanos) {
        inputs[0] = input;
        long start = clock.getAsLong();
        long now = start;
        seen.begin(boundMillis - (now - scheduledNanos) * 1e-6);
        for (int c = 0; c < roster.size(); c++) {
            seen.millis(c, pace.millis(c));
        }
        int setting = dial.setting();
        selector.turn(setting);
        int next = selector.next(seen);
        while (next >= 0) {
            Roster.Runner r = roster.runner(next);
            long begin = clock.getAsLong();
            r.session().run(r.level(), inputs, r.outputs());
            now = clock.getAsLong();
            pace.observe(next, (now - begin) * 1e-6);
            float[] embedding = seen.embedding(next);
            for (int i = 0; i < embedding.length; i++) {
                embedding[i] = r.outputs()[1].get(i);
            }
            seen.ran(next, r.outputs()[0]);
            seen.budget(boundMillis - (now - scheduledNanos) * 1e-6);
            for (int c = 0; c < roster.size(); c++) {
                seen.millis(c, pace.millis(c));
            }
            next = selector.next(seen);
        }
        boolean refused = next == Selector.REFUSE || seen.runs() == 0;
        double sureness = refused ? 0 : selector.sureness(seen);
        choice.set(refused ? Choice.NONE : selector.answer(seen), sureness, seen.runs(), seen.last(), setting);
        selector.finish(seen);
        dial.observe(sureness);
        long end = clock.getAsLong();
        choice.times(scheduledNanos, start, end, (end - scheduledNanos) * 1e-6 > boundMillis);
        return choice;
    }

    /** Whether a candidate ran on the last frame. */
    public boolean ran(int candidate) {
        return seen.ran(candidate);
    }

    /** Closes the sessions. Idempotent. */
    @Override
    public void close() {
        roster.close();
    }
}
