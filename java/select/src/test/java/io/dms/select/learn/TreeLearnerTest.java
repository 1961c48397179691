package io.dms.select.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TreeLearnerTest {
    private static double impurity(Dataset data, int feature, float threshold, boolean left) {
        int[] counts = new int[data.classes()];
        int n = 0;
        for (int i = 0; i < data.size(); i++) {
            if ((data.x()[i][feature] <= threshold) == left) {
                counts[data.y()[i]]++;
                n++;
            }
        }
        int rows = n;
        double squares = Arrays.stream(counts)
                .mapToDouble(c -> (double) c * c / rows / rows)
                .sum();
        return n * (1 - squares);
    }

    private static double impurity(Dataset data, int feature, float threshold) {
        return impurity(data, feature, threshold, true) + impurity(data, feature, threshold, false);
    }

    @Test
    void asksFirstWhatSeparatesBest() {
        for (long seed = 0; seed < 20; seed++) {
            Dataset data = Made.clouds(80, 3, 3, 0.4, seed);
            DecisionTree tree = TreeLearner.grow(data, 1, 1);
            double best = Double.POSITIVE_INFINITY;
            for (int f = 0; f < 3; f++) {
                for (float[] row : data.x()) {
                    int at = f;
                    boolean splits = Arrays.stream(data.x()).anyMatch(r -> r[at] > row[at]);
                    if (splits) {
                        best = Math.min(best, impurity(data, f, row[f]));
                    }
                }
            }
            assertThat(impurity(data, tree.feature()[0], tree.threshold()[0])).isCloseTo(best, offset(1e-9));
        }
    }

    @Test
    void keepsToItsDepthAndToTheSizeOfLeaves() {
        Dataset data = Made.clouds(500, 3, 3, 0.5, 1);
        DecisionTree tree = TreeLearner.grow(data, 3, 20);
        assertThat(tree.feature().length).isBetween(3, 15);
        int[] rows = new int[tree.feature().length];
        for (float[] x : data.x()) {
            int node = 0;
            while (tree.feature()[node] >= 0) {
                node = x[tree.feature()[node]] <= tree.threshold()[node] ? tree.left()[node] : tree.right()[node];
            }
            rows[node]++;
        }
        for (int n = 0; n < rows.length; n++) {
            if (tree.feature()[n] < 0) {
                assertThat(rows[n]).isGreaterThanOrEqualTo(20);
            }
        }
    }

    @Test
    void separatesNeighbouringFloatsAndNegativeOnes() {
        float a = -1f;
        float b = Math.nextUp(a);
        Dataset data = new Dataset(Made.names(1), new float[][] {{a}, {b}, {-0f}, {0f}}, new int[] {0, 1, 1, 1}, 2);
        DecisionTree tree = TreeLearner.grow(data, 5, 1);
        float[] scores = new float[2];
        for (int i = 0; i < data.size(); i++) {
            tree.scores(data.x()[i], scores);
            assertThat(Classifier.best(scores)).isEqualTo(data.y()[i]);
        }
    }
}
