package io.dms.select.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import io.dms.select.learn.Dataset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FeatureFilterTest {
    private static Dataset data(float[][] x) {
        return new Dataset(
                IntStream.range(0, x[0].length).mapToObj(f -> "f" + f).toList(), x, new int[x.length], 1);
    }

    @Test
    void correlationIsPearsons() {
        // by hand: x 1 2 3 4, y 2 1 4 3: covariance 3, variances 5 and 5
        double[][] r = FeatureFilter.correlations(data(new float[][] {{1, 2, -1}, {2, 1, -2}, {3, 4, -3}, {4, 3, -4}}));
        assertThat(r[0][1]).isEqualTo(0.6, offset(1e-12));
        assertThat(r[0][2]).isEqualTo(-1, offset(1e-12));
        assertThat(r[1][0]).isEqualTo(r[0][1]);
    }

    @Test
    void dropsWhatNeverVariesAndSaysWhy() {
        FeatureFilter.Result result = FeatureFilter.filter(data(new float[][] {{0.1f, 1}, {0.1f, 2}, {0.1f, 0}}), 0.75);
        assertThat(result.kept()).containsExactly(1);
        assertThat(result.dropped().get(0).why(List.of("a", "b"))).isEqualTo("never varies");
    }

    @Test
    void ofAChainTheLinkThatSaysTheSameAsBothGoes() {
        Random random = new Random(3);
        float[][] x = new float[2000][3];
        for (float[] row : x) {
            float a = (float) random.nextGaussian();
            float b = (float) random.nextGaussian();
            // the middle one correlates with both at about 0.86, these with each other at about 0.5
            row[0] = a;
            row[1] = a + 0.58f * b;
            row[2] = 0.5f * a + 0.87f * b;
        }
        FeatureFilter.Result result = FeatureFilter.filter(data(x), 0.75);
        assertThat(result.kept()).containsExactly(0, 2);
        assertThat(result.dropped().get(0).why(List.of("a", "m", "b")))
                .startsWith("correlates with ")
                .contains(", r 0.8");
    }

    @Test
    void noPairThatStaysIsAboveTheLimitAndAllThatGoWereAboveIt() {
        Random random = new Random(9);
        for (int trial = 0; trial < 30; trial++) {
            int hidden = 3;
            float[][] mix = new float[12][hidden];
            for (float[] row : mix) {
                for (int h = 0; h < hidden; h++) {
                    row[h] = (float) random.nextGaussian();
                }
            }
            float[][] x = new float[150][12];
            for (float[] row : x) {
                double[] z = random.doubles(hidden).toArray();
                for (int f = 0; f < row.length; f++) {
                    for (int h = 0; h < hidden; h++) {
                        row[f] += (float) (mix[f][h] * z[h]);
                    }
                }
            }
            Dataset data = data(x);
            double[][] r = FeatureFilter.correlations(data);
            FeatureFilter.Result result = FeatureFilter.filter(data, 0.75);
            for (int a : result.kept()) {
                for (int b : result.kept()) {
                    assertThat(a == b || Math.abs(r[a][b]) <= 0.75).isTrue();
                }
            }
            Set<Integer> seen = new HashSet<>();
            for (int f : result.kept()) {
                seen.add(f);
            }
            for (FeatureFilter.Dropped d : result.dropped()) {
                assertThat(Math.abs(d.correlation())).isGreaterThan(0.75);
                assertThat(seen.add(d.feature())).isTrue();
            }
            assertThat(seen).hasSize(12);
        }
    }

    @Test
    void eliminationTakesAwayTheLeastUsefulFirstAndStopsBeforeItHurts() {
        // each feature is worth its number of points
        Dataset data = data(new float[][] {{1, 2, 3, 4}});
        List<List<String>> asked = new ArrayList<>();
        FeatureElimination.Result result = FeatureElimination.eliminate(data, new int[] {0, 1, 2, 3}, 1.5, 1, d -> {
            asked.add(d.names());
            return d.names().stream().mapToInt(n -> n.charAt(1) - '0').sum() / 100.0;
        });
        assertThat(result.kept()).containsExactly(2, 3);
        assertThat(result.steps().stream().map(FeatureElimination.Step::feature))
                .containsExactly(0, 1);
        assertThat(result.accuracy()).isEqualTo(0.06, offset(1e-12));
        assertThat(asked).hasSize(1 + 4 + 3 + 2);
        assertThat(FeatureElimination.eliminate(data, new int[] {1, 2}, 100, 1, d -> 0.5)
                        .kept())
                .hasSize(1);
        assertThat(FeatureElimination.eliminate(data, new int[] {0, 1, 2}, 100, 2, d -> 0.5)
                        .kept())
                .hasSize(2);
    }
}
