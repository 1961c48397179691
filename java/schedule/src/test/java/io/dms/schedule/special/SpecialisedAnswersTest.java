package io.dms.schedule.special;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Whose answer a stream gives, and which heads it trains, keeps and leaves; the general model always names the class. */
class SpecialisedAnswersTest {
    private static final int CLASSES = 24;
    private static final int DIMS = 12;
    private static final FeatureSet TRAINING = Clusters.features(CLASSES, DIMS, 30, 0.6, 1);
    private static final FeatureSet HELD_OUT = Clusters.features(CLASSES, DIMS, 30, 0.6, 2);
    private static final FeatureSet FRAMES = Clusters.features(CLASSES, DIMS, 30, 0.6, 3);
    /** What the general model said to the held-out images, wrong in one case of five: why heads are worth having. */
    private static final int[] ANSWERS = answers();

    private static final CascadeTable FOUR =
            new CascadeTable(List.of(CascadeTable.Size.flat(4, 0.98, 0.1, 0.15, -0.08)));
    /** Heads of four classes at most, for one window is enough; one answer in a hundred checked. */
    private static final RuleOptions OPTIONS = new RuleOptions(30, 2, 0.01, 0.5, 0, 1, 4, 3, 1);

    private final SplittableRandom random = new SplittableRandom(4);
    private final List<Integer> generalAnswers = new ArrayList<>();
    private int trainings;

    private static int[] answers() {
        SplittableRandom random = new SplittableRandom(6);
        return Arrays.stream(HELD_OUT.labels())
                .map(l -> random.nextInt(5) > 0 ? l : random.nextInt(CLASSES))
                .toArray();
    }

    /** Names what stands in front of a frame; the features are what follows. */
    private final class FromFrame implements SpecialisedStream.Models {
        @Override
        public int general(FloatBuffer frame) {
            int answer = (int) frame.get(0);
            generalAnswers.add(answer);
            return answer;
        }

        @Override
        public FloatBuffer features(int trunk, FloatBuffer frame) {
            return frame.slice(1, DIMS);
        }
    }

    private SpecialisedStream stream(RuleOptions options, FeatureSet training, int trunks) {
        List<SpecialisationRule.Trunk> known = IntStream.range(0, trunks)
                .mapToObj(i -> new SpecialisationRule.Trunk("t" + i, FOUR, 0.1 + 0.1 * i))
                .toList();
        SpecialisationRule rule =
                new SpecialisationRule(Confusion.of(CLASSES, HELD_OUT.labels(), ANSWERS), 1, known, options);
        Executor counting = task -> {
            trainings++;
            task.run();
        };
        return new SpecialisedStream(
                new FromFrame(),
                known.stream()
                        .map(t -> new SpecialisedStream.Cached(training, HELD_OUT, ANSWERS))
                        .toList(),
                rule,
                TrainOptions.DEFAULT,
                counting);
    }

    private FloatBuffer frame(int label, int of) {
        int row = random.nextInt(FRAMES.size() / CLASSES) * CLASSES + of;
        return FloatBuffer.allocate(DIMS + 1).put(0, label).put(1, FRAMES.values(), row * DIMS, DIMS);
    }

    /** Frames of four classes in a row. */
    private void play(SpecialisedStream stream, int frames, int first) {
        for (int f = 0; f < frames; f++) {
            int label = first + f % 4;
            stream.classify(frame(label, label));
        }
    }

    private static int[] four(int first) {
        return IntStream.range(first, first + 4).toArray();
    }

    @Test
    void a_frame_that_is_checked_gets_the_general_models_answer() {
        SpecialisedStream stream = stream(new RuleOptions(30, 2, 0.3, 1, 0, 1, 4, 3, 1), TRAINING, 1);
        play(stream, 100, 4);
        assertThat(stream.running()).isNotNull();
        long alone = stream.byHead();
        long checked = stream.generalRuns();
        int[] answers = new int[CLASSES];
        for (int f = 0; f < 20; f++) {
            // What the head takes for a 4 and the general model for a 5.
            answers[stream.classify(frame(5, 4))]++;
        }
        assertThat(answers[4]).isEqualTo((int) (stream.byHead() - alone)).isPositive();
        assertThat(answers[5]).isEqualTo((int) (stream.generalRuns() - checked)).isPositive();
    }

    @Test
    void a_head_that_cannot_be_trained_is_not_tried_at_every_frame() {
        int[] map =
                IntStream.range(0, CLASSES).map(c -> c >= 4 && c < 8 ? -1 : c).toArray();
        SpecialisedStream stream = stream(OPTIONS, TRAINING.relabelled(map, CLASSES), 1);
        play(stream, 600, 4);
        assertThat(stream.failure()).isNotNull();
        assertThat(trainings).isBetween(1, 20);
    }

    @Test
    void sixteen_heads_are_kept_and_the_one_unused_for_longest_goes() {
        HeadTrainer trainer = new HeadTrainer(TrainOptions.DEFAULT);
        for (int first : new int[] {0, 1}) {
            SpecialisedStream stream = stream(OPTIONS, TRAINING, 1);
            trainings = 0;
            for (int k = 0; k < 17; k++) {
                stream.know(0, trainer.specialised(TRAINING, four(k)));
            }
            play(stream, 60, first);
            assertThat(stream.entered()).isEqualTo(1);
            assertThat(trainings).as("the head of the classes from %d", first).isEqualTo(first == 0 ? 1 : 0);
        }
    }

    @Test
    void a_head_is_for_the_trunk_that_it_was_trained_on() {
        SpecialisedStream stream = stream(OPTIONS, TRAINING, 2);
        stream.know(1, new HeadTrainer(TrainOptions.DEFAULT).specialised(TRAINING, four(4)));
        play(stream, 60, 4);
        assertThat(stream.trunkRuns(0)).as("the cheaper trunk").isPositive();
        assertThat(stream.trunkRuns(1)).isZero();
        assertThat(trainings).isEqualTo(1);
    }

    @Test
    void answers_that_a_server_gave_count_as_passed_on_where_the_head_does_not_know_them() {
        SpecialisedStream stream = stream(OPTIONS, TRAINING, 1);
        play(stream, 100, 4);
        assertThat(stream.running()).isNotNull();
        int told = 0;
        while (stream.left() == 0 && told < 600) {
            // Nine of ten frames are of other classes: a head that passes so many on saves nothing.
            stream.told(told % 10 == 0 ? 4 : 12 + told % 8);
            told++;
        }
        assertThat(stream.left()).isEqualTo(1);
        assertThat(stream.running()).isNull();
        int general = generalAnswers.size();
        play(stream, 10, 4);
        assertThat(generalAnswers).as("the general model answers again").hasSize(general + 10);
    }
}
