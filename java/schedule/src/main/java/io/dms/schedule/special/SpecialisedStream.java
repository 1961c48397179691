package io.dms.schedule.special;

import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Classifies the frames of one stream by a general model, and by specialised heads on cheaper trunks while the stream
 * shows few classes. Heads are trained in the background from cached features; until one is there, the general model
 * answers. Heads that were trained are kept for when their classes come back.
 *
 * <p>Owns no session. One thread at a time; the executor's thread only trains.
 */
public final class SpecialisedStream {
    private static final int KEPT_HEADS = 16;

    /**
     * A trunk with what is needed to train and run heads on it.
     *
     * @param session of a model that gives features
     * @param level that it runs at
     * @param training cached features of that trunk and level
     * @param heldOut more of them, on which a head is measured before it is used
     */
    public record Trunk(Session session, WidthLevel level, FeatureSet training, FeatureSet heldOut) {}

    private record Trained(LinearHead head, CascadeRates rates, double seconds) {}

    private record Outcome(
            @Nullable Trained trained, @Nullable RuntimeException failure) {}

    private final Session general;
    private final WidthLevel level;
    private final int classes;
    private final List<Trunk> trunks;
    private final SpecialisationRule rule;
    private final HeadTrainer trainer;
    private final Executor executor;
    private final FloatBuffer scores;
    private final FloatBuffer[] features;
    private final AtomicReference<@Nullable Outcome> outcome = new AtomicReference<>();
    private final Map<String, Trained> kept = new LinkedHashMap<>(KEPT_HEADS, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Trained> eldest) {
            return size() > KEPT_HEADS;
        }
    };
    private @Nullable String training;
    private @Nullable LinearHead head;
    private @Nullable RuntimeException failure;
    private long frames;
    private long generalRuns;
    private long trunkRuns;
    private int trained;
    private int entered;
    private double trainSeconds;

    /**
     * @param general runs the general model
     * @param level of the general model
     * @param classes of it
     * @param trunks in the order in which the rule knows them
     * @param executor trains heads; {@code Runnable::run} trains within the call that asks for one
     */
    public SpecialisedStream(
            Session general,
            WidthLevel level,
            int classes,
            List<Trunk> trunks,
            SpecialisationRule rule,
            TrainOptions options,
            Executor executor) {
        this.general = general;
        this.level = level;
        this.classes = classes;
        this.trunks = List.copyOf(trunks);
        this.rule = rule;
        this.trainer = new HeadTrainer(options);
        this.executor = executor;
        this.scores = direct(classes);
        this.features = trunks.stream()
                .map(t -> direct(Math.toIntExact(
                        t.session().model().graph().outputs().get(0).shape().elements())))
                .toArray(FloatBuffer[]::new);
        general.prepare(level);
        trunks.forEach(t -> t.session().prepare(t.level()));
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(floats * Float.BYTES)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** The class of a frame, in the general model's numbers. */
    public int classify(FloatBuffer frame) {
        frames++;
        takeTrained();
        SpecialisationRule.Step step = rule.next();
        SpecialisationRule.Wanted running = rule.running();
        LinearHead h = head;
        if (step == SpecialisationRule.Step.GENERAL || running == null || h == null) {
            int answer = general(frame);
            rule.general(answer);
            want();
            return answer;
        }
        int t = running.trunk();
        Trunk trunk = trunks.get(t);
        trunk.session().run(trunk.level(), frame, features[t]);
        trunkRuns++;
        int answer = h.classify(features[t], 0);
        rule.special(answer == LinearHead.OTHER);
        if (answer == LinearHead.OTHER) {
            answer = general(frame);
        } else if (step == SpecialisationRule.Step.CHECKED && rule.running() != null) {
            int other = general(frame);
            rule.checked(answer == other);
            answer = other;
        }
        return answer;
    }

    private int general(FloatBuffer frame) {
        general.run(level, frame, scores);
        generalRuns++;
        int best = 0;
        for (int c = 1; c < classes; c++) {
            if (scores.get(c) > scores.get(best)) {
                best = c;
            }
        }
        return best;
    }

    private void want() {
        SpecialisationRule.Wanted wanted = rule.wanted();
        if (wanted == null || training != null) {
            return;
        }
        String key = wanted.trunk() + Arrays.toString(wanted.classes());
        Trained before = kept.get(key);
        training = key;
        if (before != null) {
            outcome.set(new Outcome(before, null));
            return;
        }
        Trunk trunk = trunks.get(wanted.trunk());
        executor.execute(() -> outcome.set(train(trunk, wanted.classes())));
    }

    private Outcome train(Trunk trunk, int[] dominant) {
        try {
            long start = System.nanoTime();
            LinearHead made = trainer.specialised(trunk.training(), dominant);
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Outcome(new Trained(made, CascadeRates.of(made, trunk.heldOut()), seconds), null);
        } catch (RuntimeException e) {
            return new Outcome(null, e);
        }
    }

    private void takeTrained() {
        Outcome o = training == null ? null : outcome.getAndSet(null);
        String key = training;
        if (o == null || key == null) {
            return;
        }
        training = null;
        Trained made = o.trained();
        if (made == null) {
            failure = o.failure();
            rule.refuse();
            return;
        }
        if (kept.put(key, made) == null) {
            trained++;
            trainSeconds += made.seconds();
        }
        if (rule.enter(made.rates())) {
            head = made.head();
            entered++;
        }
    }

    /** Why the last head could not be trained, or null. */
    public @Nullable RuntimeException failure() {
        return failure;
    }

    /** Frames so far. */
    public long frames() {
        return frames;
    }

    /** Runs of the general model so far. */
    public long generalRuns() {
        return generalRuns;
    }

    /** Runs of trunks so far. */
    public long trunkRuns() {
        return trunkRuns;
    }

    /** Heads that were trained. */
    public int trained() {
        return trained;
    }

    /** How often a head was entered. */
    public int entered() {
        return entered;
    }

    /** Seconds spent on training heads. */
    public double trainSeconds() {
        return trainSeconds;
    }
}
