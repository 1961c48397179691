package io.dms.schedule.special;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.GraphBuilder;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** The whole stream, on sessions that are made up: the frame is its features with the class in front. */
class SpecialisedStreamTest {
    private static final int CLASSES = 20;
    private static final int DIMS = 24;
    private static final FeatureSet TRAINING = Clusters.features(CLASSES, DIMS, 40, 0.8, 1);
    private static final FeatureSet HELD_OUT = Clusters.features(CLASSES, DIMS, 30, 0.8, 2);
    private static final FeatureSet STREAM = Clusters.features(CLASSES, DIMS, 50, 0.8, 3);

    private static final int[] ANSWERS = answers();
    private static final Confusion CONFUSION = Confusion.of(CLASSES, HELD_OUT.labels(), ANSWERS);

    /** What the general model says to the held-out images: right in four cases of five. */
    private static int[] answers() {
        SplittableRandom random = new SplittableRandom(6);
        return Arrays.stream(HELD_OUT.labels())
                .map(l -> random.nextInt(5) > 0 ? l : random.nextInt(CLASSES))
                .toArray();
    }

    /** A session that computes in Java. */
    private record MadeUp(ScalableModel model, BiConsumer<FloatBuffer, FloatBuffer> work) implements Session {
        @Override
        public SessionOptions options() {
            return SessionOptions.DEFAULT;
        }

        @Override
        public void prepare(WidthLevel level) {}

        @Override
        public void run(WidthLevel level, FloatBuffer input, FloatBuffer output) {
            work.accept(input, output);
        }

        @Override
        public void run(WidthLevel level, FloatBuffer[] inputs, FloatBuffer[] outputs) {
            run(level, inputs[0], outputs[0]);
        }

        @Override
        public long weightBytes() {
            return 0;
        }

        @Override
        public long weightBytes(WidthLevel level) {
            return 0;
        }

        @Override
        public long arenaBytes() {
            return 0;
        }

        @Override
        public void close() {}
    }

    private static ScalableModel model(int outputs) {
        GraphBuilder b = new GraphBuilder("made-up", 1);
        String x = b.input("x", DIMS + 1);
        Graph g = b.output(b.gemm(x, outputs)).build();
        assertThat(g.outputs().get(0).shape().dim(0)).isEqualTo(Shape.BATCH);
        return ScalableModel.plain(g);
    }

    private final SplittableRandom random = new SplittableRandom(5);
    private final List<Runnable> waiting = new ArrayList<>();

    /** Right in four cases of five. */
    private void general(FloatBuffer in, FloatBuffer out) {
        for (int c = 0; c < CLASSES; c++) {
            out.put(c, 0);
        }
        int label = (int) in.get(0);
        out.put(random.nextInt(5) > 0 ? label : random.nextInt(CLASSES), 1);
    }

    private static void features(FloatBuffer in, FloatBuffer out) {
        for (int i = 0; i < DIMS; i++) {
            out.put(i, in.get(i + 1));
        }
    }

    private SpecialisedStream stream(Executor executor) {
        return stream(executor, RuleOptions.DEFAULT);
    }

    private SpecialisedStream stream(Executor executor, RuleOptions options) {
        CascadeTable table = CascadeTable.measure(
                TRAINING, HELD_OUT, ANSWERS, new int[] {2, 4}, 2, new TrainOptions(0.6, 400, 1e-4, 25, 1, 1));
        SpecialisationRule rule =
                new SpecialisationRule(CONFUSION, 1, List.of(new SpecialisationRule.Trunk("t", table, 0.1)), options);
        ScalableModel whole = model(CLASSES);
        ScalableModel trunk = model(DIMS);
        return new SpecialisedStream(
                new MadeUp(whole, this::general),
                whole.full(),
                CLASSES,
                List.of(new SpecialisedStream.Trunk(
                        new MadeUp(trunk, SpecialisedStreamTest::features), trunk.full(), TRAINING, HELD_OUT, ANSWERS)),
                rule,
                TrainOptions.DEFAULT,
                executor);
    }

    /** Frames of four classes with this share; the share of right answers. */
    private double play(SpecialisedStream stream, int frames, int first, double share) {
        FloatBuffer frame = ByteBuffer.allocateDirect(4 * (DIMS + 1))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
        int right = 0;
        for (int f = 0; f < frames; f++) {
            int label = random.nextDouble() < share ? first + random.nextInt(4) : random.nextInt(CLASSES);
            int row = random.nextInt(STREAM.size() / CLASSES) * CLASSES + label;
            frame.put(0, label);
            frame.put(1, STREAM.values(), row * DIMS, DIMS);
            right += stream.classify(frame) == label ? 1 : 0;
        }
        return (double) right / frames;
    }

    @Test
    void aSkewedStreamBecomesMoreAccurateAndRunsTheGeneralModelSeldom() {
        SpecialisedStream stream = stream(Runnable::run);
        assertThat(play(stream, 1000, 4, 0.95)).isGreaterThan(0.9);
        assertThat(stream.generalRuns()).isLessThan(250);
        assertThat(stream.trained()).isPositive();
    }

    @Test
    void headsOfContextsThatComeBackAreKept() {
        // Of four classes at most, so that no head serves both contexts.
        SpecialisedStream stream = stream(Runnable::run, new RuleOptions(30, 2, 0.01, 0.5, 0, 1, 4, 3, 1));
        for (int i = 0; i < 4; i++) {
            play(stream, 300, 4, 1);
            play(stream, 300, 12, 1);
        }
        assertThat(stream.entered()).isGreaterThanOrEqualTo(6);
        assertThat(stream.trained()).isLessThan(stream.entered());
    }

    @Test
    void whileAHeadIsBeingTrainedTheGeneralModelAnswers() {
        SpecialisedStream stream = stream(waiting::add);
        play(stream, 200, 4, 0.95);
        assertThat(waiting).hasSize(1);
        assertThat(stream.generalRuns()).isEqualTo(200);
        waiting.remove(0).run();
        play(stream, 100, 4, 0.95);
        assertThat(stream.trunkRuns()).isGreaterThan(60);
    }

    @Test
    void aHeadThatCannotBeTrainedLeavesTheStreamToTheGeneralModel() {
        int[] map = new int[CLASSES];
        for (int c = 0; c < CLASSES; c++) {
            map[c] = c >= 4 && c < 8 ? -1 : c;
        }
        FeatureSet holes = TRAINING.relabelled(map, CLASSES);
        CascadeTable table = new CascadeTable(List.of(CascadeTable.Size.flat(4, 0.98, 0.1, 0.15, -0.08)));
        SpecialisationRule rule = new SpecialisationRule(
                CONFUSION, 1, List.of(new SpecialisationRule.Trunk("t", table, 0.1)), RuleOptions.DEFAULT);
        ScalableModel whole = model(CLASSES);
        ScalableModel trunk = model(DIMS);
        SpecialisedStream stream = new SpecialisedStream(
                new MadeUp(whole, this::general),
                whole.full(),
                CLASSES,
                List.of(new SpecialisedStream.Trunk(
                        new MadeUp(trunk, SpecialisedStreamTest::features), trunk.full(), holes, HELD_OUT, ANSWERS)),
                rule,
                TrainOptions.DEFAULT,
                Runnable::run);
        play(stream, 200, 4, 1);
        assertThat(stream.failure()).hasMessageContaining("no image of");
        assertThat(stream.generalRuns()).isEqualTo(200);
    }
}
