package io.dms.select.published;

import io.dms.select.TrainingData;
import io.dms.select.sample.Candidate;
import io.dms.select.sample.FeatureTable;
import io.dms.select.sample.SampleTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/** Sample tables made up from a seed. */
final class Tables {
    private static final int CLASSES = 10;

    private Tables() {}

    /** Candidates c0, c1, ... that take 1, 2, 4, ... ms. */
    static List<Candidate> candidates(int n) {
        List<Candidate> list = new ArrayList<>();
        for (int c = 0; c < n; c++) {
            list.add(new Candidate("c" + c, "m", "1", "digest" + c, "c" + c, 1 << c, 1000L << c));
        }
        return list;
    }

    /**
     * A table from who is right where.
     *
     * @param right by sample, then by candidate
     */
    static SampleTable of(boolean[][] right) {
        int n = right.length;
        int m = right[0].length;
        int[] label = new int[n];
        int[][] answer = new int[n][m];
        float[][] ones = new float[n][m];
        for (int i = 0; i < n; i++) {
            label[i] = i % CLASSES;
            for (int c = 0; c < m; c++) {
                answer[i][c] = right[i][c] ? label[i] : (label[i] + 1) % CLASSES;
                ones[i][c] = 1;
            }
        }
        return new SampleTable(
                "made up",
                candidates(m),
                CLASSES,
                IntStream.range(0, n).toArray(),
                label,
                answer,
                ones,
                ones,
                ones,
                ones);
    }

    /**
     * Images with a difficulty that the features tell, more or less: three candidates of growing ability; features: the
     * difficulty with noise, nearly the same again, one that says nothing, and one that never varies.
     *
     * @param noise in the feature; difficulty is from 0 to 1
     */
    static TrainingData images(int n, double noise, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        java.util.Random normal = new java.util.Random(seed);
        boolean[][] right = new boolean[n][3];
        float[][] x = new float[n][];
        for (int i = 0; i < n; i++) {
            double difficulty = random.nextDouble();
            right[i] = new boolean[] {difficulty < 0.5, difficulty < 0.75, difficulty < 0.9};
            float seen = (float) (difficulty + noise * normal.nextGaussian());
            x[i] = new float[] {seen, (float) (3 * seen + 0.01 * normal.nextGaussian()), (float) random.nextDouble(), 7
            };
        }
        return new TrainingData(
                of(right), new FeatureTable(List.of("difficulty", "again", "nothing", "constant"), x), 0.1, Map.of());
    }

    /** Image features of a table that has some. */
    static FeatureTable image(TrainingData data) {
        return Objects.requireNonNull(data.image());
    }

    static int[] range(int from, int to) {
        return IntStream.range(from, to).toArray();
    }

    /** Options that suffice for tables of some hundred samples. */
    static PublishedOptions quick() {
        return PublishedOptions.standard().withModels(ModelsBy.OPTIMAL, 0.5).withElimination(300, 5, 1);
    }
}
