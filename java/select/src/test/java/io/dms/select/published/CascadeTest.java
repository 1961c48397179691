package io.dms.select.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.select.learn.Classifier;
import io.dms.select.learn.Constant;
import io.dms.select.learn.Dataset;
import io.dms.select.learn.Knn;
import io.dms.select.learn.Learner;
import io.dms.select.learn.Neighbours;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CascadeTest {
    private static Dataset random(int rows, int models, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        float[][] x = new float[rows][3];
        int[] y = new int[rows];
        for (int i = 0; i < rows; i++) {
            for (int f = 0; f < 3; f++) {
                x[i][f] = (float) random.nextDouble();
            }
            y[i] = Math.min(models, (int) (x[i][0] * (models + 1.5)));
        }
        return new Dataset(List.of("a", "b", "c"), x, y, models + 1);
    }

    @Test
    void sharingTheNeighboursChangesNoChoice() {
        Dataset data = random(400, 3, 1);
        Cascade cascade = Cascade.learn(data, PublishedOptions.standard(), 1);
        Knn[] apart = new Knn[3];
        for (int s = 0; s < 3; s++) {
            apart[s] = new Knn(Neighbours.of(data.x(), 5), data.against(s).y(), 2);
        }
        float[] scores = new float[2];
        for (float[] x : random(300, 3, 2).x()) {
            int expected = 3;
            for (int s = 2; s >= 0; s--) {
                apart[s].scores(x, scores);
                expected = scores[1] > 0.5 ? s : expected;
            }
            assertThat(cascade.choose(x)).isEqualTo(expected);
            assertThat(cascade.own().choose(x)).isEqualTo(expected);
        }
    }

    @Test
    void theFirstYesDecidesAndNoFromAllIsNone() {
        Classifier yes = new Constant(2, 1);
        Classifier no = new Constant(2, 0);
        float any = Float.POSITIVE_INFINITY;
        float[] x = {0};
        assertThat(new Cascade(3, false, new Classifier[] {no, yes, yes}, null, any).choose(x))
                .isOne();
        assertThat(new Cascade(2, false, new Classifier[] {no, no}, null, any).choose(x))
                .isEqualTo(2);
        assertThat(new Cascade(2, true, new Classifier[] {new Constant(3, 2)}, null, any).choose(x))
                .isEqualTo(2);
        assertThatThrownBy(() -> new Cascade(2, false, new Classifier[] {no}, null, any))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void anInputFarFromAllIsUnsoundAndNearOnesVoteByThoseWithinTheRadius() {
        Dataset data = new Dataset(
                List.of("a"),
                new float[][] {{0}, {0.1f}, {0.5f}, {0.6f}, {0.7f}, {0.8f}},
                new int[] {0, 0, 1, 1, 1, 1},
                2);
        PublishedOptions options = PublishedOptions.standard();
        assertThat(Cascade.learn(data, options, 1).choose(new float[] {0}))
                .as("five neighbours")
                .isOne();
        PublishedOptions near = new PublishedOptions(
                0.5,
                ModelsBy.ACCURACY,
                0.75,
                0.5,
                1,
                100,
                2,
                false,
                List.of(Learner.KNN),
                5,
                Soundness.RADIUS,
                0.2,
                0.05,
                0.5,
                Learner.SVM,
                "cheapest",
                "best");
        Cascade cascade = Cascade.learn(data, near, 1);
        assertThat(cascade.choose(new float[] {0})).as("only the two near ones").isZero();
        assertThat(cascade.choose(new float[] {1.5f})).isEqualTo(Cascade.UNSOUND);
    }

    @Test
    void stagesMayLearnInDifferentWays() {
        Dataset data = random(400, 2, 3);
        Cascade cascade = Cascade.learn(data, PublishedOptions.standard().withLearners(Learner.KNN, Learner.TREE), 1);
        assertThat(cascade.stage(0)).isInstanceOf(Knn.class);
        assertThat(cascade.stage(1)).isNotInstanceOf(Knn.class);
        int right = 0;
        for (int i = 0; i < data.size(); i++) {
            right += cascade.choose(data.x()[i]) == data.y()[i] ? 1 : 0;
        }
        assertThat(right).isGreaterThan(320);
    }
}
