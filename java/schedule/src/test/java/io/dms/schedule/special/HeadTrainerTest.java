package io.dms.schedule.special;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HeadTrainerTest {
    private static final FeatureSet TRAINING = Clusters.features(20, 24, 40, 0.8, 1);
    private static final FeatureSet HELD_OUT = Clusters.features(20, 24, 30, 0.8, 2);

    @Test
    void aHeadForFewClassesNamesThemAndPassesTheOthersOn() {
        LinearHead head = new HeadTrainer(TrainOptions.DEFAULT).specialised(TRAINING, new int[] {2, 5, 11});
        double right = 0;
        double passed = 0;
        for (int i = 0; i < HELD_OUT.size(); i++) {
            int answer = head.classify(HELD_OUT.values(), i * HELD_OUT.dims());
            boolean in = head.knows(HELD_OUT.labels()[i]);
            right += in && answer == HELD_OUT.labels()[i] ? 1 / 90.0 : 0;
            passed += !in && answer == LinearHead.OTHER ? 1 / 510.0 : 0;
        }
        assertThat(right).isGreaterThan(0.9);
        assertThat(passed).isGreaterThan(0.8);
        assertThat(head.classes()).containsExactly(2, 5, 11, LinearHead.OTHER);
        assertThat(head.knows(5)).isTrue();
        assertThat(head.knows(6)).isFalse();
    }

    @Test
    void fewerClassesAreToldApartBetter() {
        HeadTrainer trainer = new HeadTrainer(TrainOptions.DEFAULT);
        FeatureSet training = Clusters.features(20, 24, 40, 1.6, 1);
        FeatureSet heldOut = Clusters.features(20, 24, 60, 1.6, 2);
        double all = right(trainer.classifier(training), heldOut);
        int[] own = {1, 2, 3};
        int[] map = new int[20];
        Arrays.fill(map, -1);
        for (int c : own) {
            map[c] = c;
        }
        double few = right(trainer.specialised(training, own), heldOut.relabelled(map, 20));
        assertThat(few).isGreaterThan(all + 0.05);
    }

    private static double right(LinearHead head, FeatureSet f) {
        int right = 0;
        for (int i = 0; i < f.size(); i++) {
            right += head.classify(f.values(), i * f.dims()) == f.labels()[i] ? 1 : 0;
        }
        return (double) right / f.size();
    }

    @Test
    void theSameSeedGivesTheSameHeadWhateverTheThreads() {
        float[] one = head(TrainOptions.DEFAULT.withThreads(1));
        assertThat(head(TrainOptions.DEFAULT.withThreads(4))).isEqualTo(one);
        assertThat(head(TrainOptions.DEFAULT.withSeed(2))).isNotEqualTo(one);
    }

    private static float[] head(TrainOptions options) {
        TrainOptions few = new TrainOptions(0.6, 200, 1e-4, 20, options.threads(), options.seed());
        return new HeadTrainer(few).specialised(TRAINING, new int[] {0, 7}).weights();
    }

    @Test
    void bothWaysOfReadingFeaturesGiveTheSameAnswers() {
        LinearHead head = new HeadTrainer(TrainOptions.DEFAULT).specialised(TRAINING, new int[] {2, 5, 11});
        FloatBuffer buffer = FloatBuffer.wrap(HELD_OUT.values());
        FloatBuffer scores = FloatBuffer.allocate(4);
        for (int i = 0; i < HELD_OUT.size(); i++) {
            int at = i * HELD_OUT.dims();
            int answer = head.classify(buffer, at);
            assertThat(head.classify(HELD_OUT.values(), at)).isEqualTo(answer);
            head.scores(buffer, at, scores);
            for (int r = 0; r < 4; r++) {
                if (head.classes()[r] == answer) {
                    for (int k = 0; k < 4; k++) {
                        assertThat(scores.get(r)).isGreaterThanOrEqualTo(scores.get(k));
                    }
                }
            }
        }
    }

    @Test
    void bothWaysOfReadingNameTheBestClassAndByHowMuch() {
        LinearHead head = new LinearHead(
                new int[] {3, 5, 8, LinearHead.OTHER}, 1, new float[] {1, 2, 0, 0}, new float[] {0, 0, 0, 1.5f});
        LinearHead.Reading reading = new LinearHead.Reading();
        head.read(new float[] {9, 2}, 1, reading);
        assertThat(reading.named).isEqualTo(5);
        assertThat(reading.overOther).isEqualTo(2.5f);
        assertThat(reading.overNext).isEqualTo(2);
        head.read(FloatBuffer.wrap(new float[] {-1}), 0, reading);
        assertThat(reading.named).isEqualTo(8);
        assertThat(reading.overOther).isEqualTo(-1.5f);
        assertThat(reading.overNext).isEqualTo(1);
    }

    @Test
    void aTableSaysWhatHeadsOfASizeDoAndLiesBetweenItsSizes() {
        int[] general = HELD_OUT.labels().clone();
        for (int i = 0; i < general.length; i += 5) {
            general[i] = (general[i] + 1) % 20;
        }
        CascadeTable table = CascadeTable.measure(
                TRAINING,
                HELD_OUT,
                general,
                new int[] {8, 2, 14, 20, 50},
                3,
                new TrainOptions(0.6, 400, 1e-4, 25, 2, 1));
        assertThat(table.sizes()).extracting(CascadeTable.Size::classes).containsExactly(2, 8, 14);
        double low = Math.min(table.taken(2, 0.9, 0), table.taken(8, 0.9, 0));
        double high = Math.max(table.taken(2, 0.9, 0), table.taken(8, 0.9, 0));
        assertThat(low).isGreaterThan(0.5);
        assertThat(table.taken(5, 0.9, 0)).isBetween(low - 0.05, high + 0.05);
        assertThat(table.taken(1, 0.9, 0)).isEqualTo(table.taken(2, 0.9, 0));
        assertThat(table.taken(17, 0.9, 0)).isEqualTo(table.taken(14, 0.9, 0));
        assertThat(table.taken(5, 0.9, 0.5)).as("nothing gains so much").isZero();
    }

    @Test
    void whatDoesNotFitIsRefusedInOneLine() {
        HeadTrainer trainer = new HeadTrainer(TrainOptions.DEFAULT);
        assertThatThrownBy(() -> trainer.specialised(TRAINING, new int[] {25}))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no class 25");
        int[] map = new int[20];
        Arrays.fill(map, -1);
        map[3] = 3;
        FeatureSet onlyThree = TRAINING.relabelled(map, 20);
        assertThatThrownBy(() -> trainer.specialised(onlyThree, new int[] {3}))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("any other class");
        assertThatThrownBy(() -> trainer.specialised(onlyThree, new int[] {3, 4}))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("class 4");
        assertThatThrownBy(() -> new LinearHead(new int[] {1, 2}, 1, new float[] {1, Float.NaN}, new float[2]))
                .isInstanceOf(UserException.class);
        assertThatThrownBy(() -> new FeatureSet("m", "d", "1", 3, 2, new float[4], new int[] {0, 3}))
                .isInstanceOf(UserException.class);
        assertThatThrownBy(() -> new TrainOptions(1, 10, 0, 1, 1, 1)).isInstanceOf(UserException.class);
    }
}
