package io.dms.select.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.dms.model.UserException;
import io.dms.select.json.Fields;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClassifiersTest {
    private static double accuracy(Classifier classifier, Dataset data) {
        float[] scores = new float[classifier.classes()];
        int right = 0;
        for (int i = 0; i < data.size(); i++) {
            classifier.scores(data.x()[i], scores);
            right += Classifier.best(scores) == data.y()[i] ? 1 : 0;
        }
        return (double) right / data.size();
    }

    private static Classifier reread(Classifier classifier, int features) throws IOException {
        String text = new ObjectMapper().writeValueAsString(ClassifierJson.write(classifier));
        return ClassifierJson.read(new Fields(new ObjectMapper().readTree(text), "here"), features);
    }

    @ParameterizedTest
    @EnumSource
    void learnsCloudsAndJudgesOthersOfTheirKind(Learner learner) {
        for (int classes = 2; classes <= 4; classes++) {
            Classifier classifier = learner.learn(Made.clouds(600, 3, classes, 0.1, 1), 5, 1);
            assertThat(accuracy(classifier, Made.clouds(500, 3, classes, 0.1, 2)))
                    .as("%s classes", classes)
                    .isGreaterThan(0.95);
        }
    }

    @ParameterizedTest
    @EnumSource
    void comesBackFromAFileWithTheSameScores(Learner learner) throws IOException {
        for (int classes = 2; classes <= 3; classes++) {
            Classifier learned = learner.learn(Made.clouds(200, 4, classes, 0.3, 3), 5, 1);
            Classifier read = reread(learned, 4);
            float[] a = new float[classes];
            float[] b = new float[classes];
            for (float[] x : Made.clouds(200, 4, classes, 0.3, 4).x()) {
                learned.scores(x, a);
                read.scores(x, b);
                assertThat(b).isEqualTo(a);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void allocatesNothing(Learner learner) {
        Classifier classifier = learner.learn(Made.clouds(300, 4, 3, 0.3, 3), 5, 1);
        float[] x = {0.1f, 0.2f, 0.3f, 0.4f};
        float[] scores = new float[3];
        assertThat(Made.allocated(() -> classifier.scores(x, scores), 1000)).isLessThan(1000);
    }

    @ParameterizedTest
    @EnumSource
    void answersTheOnlyClassThatItSaw(Learner learner) throws IOException {
        Dataset one = new Dataset(List.of("a"), new float[][] {{1}, {2}, {3}, {4}, {5}}, new int[] {2, 2, 2, 2, 2}, 4);
        Classifier classifier = reread(learner.learn(one, 5, 1), 1);
        float[] scores = new float[4];
        classifier.scores(new float[] {9}, scores);
        assertThat(Classifier.best(scores)).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource
    void givesTheSameForTheSameSeed(Learner learner) {
        Dataset data = Made.clouds(5000, 3, 3, 0.3, 3).rows(Folds.sample(5000, 300, 1));
        assertThat(ClassifierJson.write(learner.learn(data, 5, 1)))
                .isEqualTo(ClassifierJson.write(learner.learn(data, 5, 1)));
    }

    @ParameterizedTest
    @EnumSource
    void refusesNothingToLearnFrom(Learner learner) {
        assertThatThrownBy(() -> learner.learn(new Dataset(List.of("a"), new float[0][], new int[0], 2), 5, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no samples");
        assertThatThrownBy(() -> learner.learn(new Dataset(List.of(), new float[9][0], new int[9], 2), 5, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("no feature");
        assertThat(Learner.of(learner.id())).isEqualTo(learner);
    }

    @ParameterizedTest
    @EnumSource
    void refusesADamagedFileByName(Learner learner) {
        ObjectNode whole = ClassifierJson.write(learner.learn(Made.clouds(60, 2, 2, 0.3, 3), 5, 1));
        whole.fieldNames().forEachRemaining(field -> {
            ObjectNode damaged = whole.deepCopy();
            damaged.remove(field);
            assertThatThrownBy(() -> ClassifierJson.read(new Fields(damaged, "some.json"), 2))
                    .as(field)
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("some.json")
                    .hasMessageContaining(field);
        });
        assertThatThrownBy(() -> ClassifierJson.read(new Fields(whole, "some.json"), 1))
                .as("another number of features")
                .isInstanceOf(UserException.class);
    }

    @Test
    void votesOfNeighboursAreShares() {
        Knn knn = new Knn(Neighbours.of(new float[][] {{0}, {1}, {2}, {9}}, 3), new int[] {0, 1, 1, 0}, 2);
        float[] scores = new float[2];
        knn.scores(new float[] {0.9f}, scores);
        assertThat(scores[0]).isEqualTo(1 / 3f, offset(1e-6f));
        assertThat(scores[1]).isEqualTo(2 / 3f, offset(1e-6f));
        assertThat(knn.votes(1)).isEqualTo(2);
    }

    @Test
    void bayesIsTheFormula() {
        Dataset data =
                new Dataset(List.of("a"), new float[][] {{0}, {2}, {4}, {10}, {14}}, new int[] {0, 0, 0, 1, 1}, 2);
        float[] scores = new float[2];
        Learner.BAYES.learn(data, 5, 1).scores(new float[] {6}, scores);
        double low = Math.log(0.6) - 0.5 * (Math.log(8 / 3.0) + 16 / (8 / 3.0));
        double high = Math.log(0.4) - 0.5 * (Math.log(4) + 36 / 4.0);
        assertThat((double) scores[0]).isEqualTo(low, offset(1e-5));
        assertThat((double) scores[1]).isEqualTo(high, offset(1e-5));
    }

    @Test
    void aTreeThatLoopsIsRefused() {
        assertThatThrownBy(() ->
                        new DecisionTree(2, new int[] {0}, new float[1], new int[] {0}, new int[] {0}, new float[1][2]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(Arrays.stream(Learner.values()).map(Learner::id)).containsExactly("knn", "tree", "bayes", "svm");
    }
}
