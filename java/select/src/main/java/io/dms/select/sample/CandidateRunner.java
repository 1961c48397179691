package io.dms.select.sample;

import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** One candidate while samples are taken: runs it and keeps its columns. Not thread-safe. */
final class CandidateRunner {
    /**
     * The session of a model, which its levels share.
     *
     * @param session of the model, with features as second output where they are kept
     * @param input one image
     * @param outputs scores, and features where they are kept
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Shared(Session session, FloatBuffer[] input, FloatBuffer[] outputs) implements AutoCloseable {
        static Shared open(Backend backend, ScalableModel model, boolean features, SessionOptions options) {
            ScalableModel run = features ? Penultimate.of(model) : model;
            FloatBuffer[] out = run.graph().outputs().stream()
                    .map(v -> direct(v.shape().elements()))
                    .toArray(FloatBuffer[]::new);
            FloatBuffer in = direct(run.graph().inputs().get(0).shape().elements());
            return new Shared(backend.open(run, options), new FloatBuffer[] {in}, out);
        }

        @Override
        public void close() {
            session.close();
        }
    }

    private final Entrant entrant;
    private final Shared shared;
    private final SampleImages images;
    private final Verdict verdict;
    private final int[] answers;
    private final float[] confidence;
    private final float[] margin;
    private final float[] entropy;
    private final float[] millis;
    private final float[][] probabilities;
    private final float[][] features;

    CandidateRunner(
            Entrant entrant, Shared shared, SampleImages images, int count, boolean keepAll, boolean keepFeatures) {
        this.entrant = entrant;
        this.shared = shared;
        this.images = images;
        this.verdict = Verdict.of(entrant.model());
        answers = new int[count];
        confidence = new float[count];
        margin = new float[count];
        entropy = new float[count];
        millis = new float[count];
        probabilities = new float[keepAll ? count : 0][entrant.classes()];
        WidthLevel level = entrant.level();
        features = new float[keepFeatures ? count : 0]
                [keepFeatures ? Penultimate.dims(shared.session().model(), level) : 0];
        shared.session().prepare(level);
    }

    private static FloatBuffer direct(long floats) {
        return ByteBuffer.allocateDirect(Math.toIntExact(floats * Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    /** Runs the first image for some time. */
    void warmUp(long nanos) {
        load(0);
        long start = System.nanoTime();
        do {
            call();
        } while (System.nanoTime() - start < nanos);
    }

    /** Images {@code from} until {@code to}, the first one twice. */
    void turn(int from, int to) {
        load(from);
        call();
        for (int i = from; i < to; i++) {
            load(i);
            millis[i] = call() / 1e6f;
            verdict.read(shared.outputs()[0], 0);
            answers[i] = verdict.answer();
            confidence[i] = verdict.confidence();
            margin[i] = verdict.margin();
            entropy[i] = verdict.entropy();
            if (probabilities.length > 0) {
                verdict.probabilities(probabilities[i]);
            }
            if (features.length > 0) {
                shared.outputs()[1].get(0, features[i]);
            }
        }
    }

    private void load(int image) {
        images.fill(shared.input()[0], 0, image, entrant.preprocessing());
    }

    private long call() {
        long start = System.nanoTime();
        shared.session().run(entrant.level(), shared.input(), shared.outputs());
        return Math.max(1, System.nanoTime() - start);
    }

    /** Adds the features that were kept. */
    void features(Map<String, FeatureTable> to) {
        if (features.length > 0) {
            List<String> names = IntStream.range(0, features[0].length)
                    .mapToObj(i -> "feature" + i)
                    .toList();
            to.put(Samples.penultimate(entrant.id()), new FeatureTable(names, features));
        }
    }

    Entrant entrant() {
        return entrant;
    }

    SampleImages images() {
        return images;
    }

    /** Threads inside one inference. */
    int threads() {
        return shared.session().options().threads();
    }

    int count() {
        return answers.length;
    }

    int[] answers() {
        return answers;
    }

    float[] confidence() {
        return confidence;
    }

    float[] margin() {
        return margin;
    }

    float[] entropy() {
        return entropy;
    }

    /** By sample, then by class; empty where they are not kept. */
    float[][] probabilities() {
        return probabilities;
    }

    float[] millis() {
        return millis;
    }
}
