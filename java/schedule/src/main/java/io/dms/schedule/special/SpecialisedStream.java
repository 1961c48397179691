package io.dms.schedule.special;

import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
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
     * @param general the general model's answers to the held-out images; not copied, must not change
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Trunk(Session session, WidthLevel level, FeatureSet training, FeatureSet heldOut, int[] general) {}

    /** What runs the models. Whoever shares runs among several tasks brings an own one. */
    public interface Models {
        /** The class that the general model names for a frame. */
        int general(FloatBuffer frame);

        /** What a trunk gives for a frame, from index 0; valid until the next call. */
        FloatBuffer features(int trunk, FloatBuffer frame);
    }

    /**
     * What heads of one trunk are trained and measured on.
     *
     * @param training cached features of that trunk and level
     * @param heldOut more of them, on which a head is measured before it is used
     * @param general the general model's answers to the held-out images; not copied, must not change
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Cached(FeatureSet training, FeatureSet heldOut, int[] general) {
        HeadTrial trial(LinearHead head) {
            return HeadTrial.of(head, heldOut, general);
        }
    }

    private record Trained(LinearHead head, HeadTrial trial, double seconds) {}

    private record Outcome(
            @Nullable Trained trained, @Nullable RuntimeException failure) {}

    private final Models models;
    private final List<Cached> trunks;
    private final SpecialisationRule rule;
    private final HeadTrainer trainer;
    private final Executor executor;
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
    private final LinearHead.Reading reading = new LinearHead.Reading();
    private long frames;
    private long generalRuns;
    private final long[] trunkRuns;
    private int trained;
    private int entered;
    private int left;
    private long byHead;
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
        this(
                new SessionModels(general, level, classes, trunks),
                trunks.stream()
                        .map(t -> new Cached(t.training(), t.heldOut(), t.general()))
                        .toList(),
                rule,
                options,
                executor);
    }

    /**
     * @param models the general model and the trunks
     * @param trunks in the order in which the rule knows them
     * @param executor trains heads; {@code Runnable::run} trains within the call that asks for one
     */
    public SpecialisedStream(
            Models models, List<Cached> trunks, SpecialisationRule rule, TrainOptions options, Executor executor) {
        this.models = models;
        this.trunks = List.copyOf(trunks);
        this.trunkRuns = new long[trunks.size()];
        this.rule = rule;
        this.trainer = new HeadTrainer(options);
        this.executor = executor;
    }

    /**
     * Takes in a head that was trained before, so that it need not be trained when its classes are wanted.
     *
     * @param trunk that it reads
     */
    public void know(int trunk, LinearHead head) {
        int[] own = Arrays.stream(head.classes())
                .filter(c -> c != LinearHead.OTHER)
                .sorted()
                .toArray();
        kept.put(key(trunk, own), new Trained(head, trunks.get(trunk).trial(head), 0));
    }

    private static String key(int trunk, int[] classes) {
        return trunk + Arrays.toString(classes);
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
        FloatBuffer features = models.features(running.trunk(), frame);
        trunkRuns[running.trunk()]++;
        h.read(features, 0, reading);
        boolean taken = rule.margins().take(reading.overOther, reading.overNext);
        int answer = reading.named;
        if (!taken) {
            answer = general(frame);
        } else if (step == SpecialisationRule.Step.CHECKED) {
            int other = general(frame);
            rule.checked(answer == other);
            answer = other;
        } else {
            byHead++;
        }
        if (rule.running() != null) {
            rule.special(answer, !taken);
        }
        want();
        countLeaving();
        return answer;
    }

    /**
     * Tells the answer to a frame of this stream that something else gave, as a server: what is seen counts, whoever saw
     * it. While a head runs, an answer that is none of its classes counts as one that it would have passed on.
     */
    public void told(int answer) {
        takeTrained();
        LinearHead h = head;
        if (rule.running() == null || h == null) {
            rule.general(answer);
            want();
            return;
        }
        rule.special(answer, !h.knows(answer));
        want();
        countLeaving();
    }

    private void countLeaving() {
        if (rule.running() == null) {
            left++;
        }
    }

    private int general(FloatBuffer frame) {
        generalRuns++;
        return models.general(frame);
    }

    private void want() {
        SpecialisationRule.Wanted wanted = rule.wanted();
        if (wanted == null || training != null) {
            return;
        }
        String key = key(wanted.trunk(), wanted.classes());
        Trained before = kept.get(key);
        training = key;
        if (before != null) {
            outcome.set(new Outcome(before, null));
            return;
        }
        Cached trunk = trunks.get(wanted.trunk());
        executor.execute(() -> outcome.set(train(trunk, wanted.classes())));
    }

    private Outcome train(Cached trunk, int[] dominant) {
        try {
            long start = System.nanoTime();
            LinearHead made = trainer.specialised(trunk.training(), dominant);
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Outcome(new Trained(made, trunk.trial(made), seconds), null);
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
        if (rule.enter(made.trial())) {
            head = made.head();
            entered++;
        }
    }

    /** Why the last head could not be trained, or null. */
    public @Nullable RuntimeException failure() {
        return failure;
    }

    /** The head that runs, or null while the general model does. */
    public @Nullable LinearHead running() {
        return rule.running() == null ? null : head;
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
        return Arrays.stream(trunkRuns).sum();
    }

    /** Runs of one of them. */
    public long trunkRuns(int trunk) {
        return trunkRuns[trunk];
    }

    /** Frames that a head alone answered. */
    public long byHead() {
        return byHead;
    }

    /** Heads that were trained. */
    public int trained() {
        return trained;
    }

    /** How often a head was entered. */
    public int entered() {
        return entered;
    }

    /** How often a head was left. */
    public int left() {
        return left;
    }

    /** Seconds spent on training heads. */
    public double trainSeconds() {
        return trainSeconds;
    }
}
