package io.dms.select;

import io.dms.select.sample.Candidate;
import io.dms.select.sample.FeatureTable;
import io.dms.select.sample.SampleTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Tables drawn from a seed: samples differ in difficulty, candidates in how much of it they stand. */
public final class Drawn {
    private Drawn() {}

    /**
     * A table.
     *
     * @param abilities of the candidates, which take 1, 2, 4, ... ms: the height of the right class's logit
     * @param labels of the samples
     */
    public static TrainingData of(double[] abilities, int classes, int[] labels, long seed) {
        Random random = new Random(seed);
        int n = labels.length;
        int m = abilities.length;
        float[][][] p = new float[n][m][classes];
        int[][] answer = new int[n][m];
        float[][] confidence = new float[n][m];
        float[][] margin = new float[n][m];
        float[][] entropy = new float[n][m];
        float[][] millis = new float[n][m];
        float[][] embedding = new float[n][2];
        for (int i = 0; i < n; i++) {
            double ease = 2 * random.nextDouble();
            embedding[i][0] = (float) (ease + 0.2 * random.nextGaussian());
            embedding[i][1] = 7;
            for (int c = 0; c < m; c++) {
                double[] z = new double[classes];
                double sum = 0;
                for (int k = 0; k < classes; k++) {
                    z[k] = random.nextGaussian() + (k == labels[i] ? abilities[c] * ease : 0);
                    sum += Math.exp(2 * z[k]);
                }
                for (int k = 0; k < classes; k++) {
                    p[i][c][k] = (float) (Math.exp(2 * z[k]) / sum);
                    answer[i][c] = p[i][c][k] > p[i][c][answer[i][c]] ? k : answer[i][c];
                }
                confidence[i][c] = p[i][c][answer[i][c]];
                millis[i][c] = 1 << c;
            }
        }
        SampleTable table = new SampleTable(
                "drawn",
                candidates(m),
                classes,
                IntStream.range(0, n).toArray(),
                labels,
                answer,
                confidence,
                margin,
                entropy,
                millis,
                p);
        return new TrainingData(table, null, 0, Map.of(0, new FeatureTable(List.of("ease", "constant"), embedding)));
    }

    /** Four candidates of growing ability, five classes, labels without an order. */
    public static TrainingData plain(int n, long seed) {
        Random random = new Random(seed + 99);
        return of(new double[] {2, 2.6, 3.4, 4.5}, 5, random.ints(n, 0, 5).toArray(), seed);
    }

    /** As {@link #plain}, but a class stays for 40 samples. */
    public static TrainingData bursts(int n, long seed) {
        Random random = new Random(seed + 99);
        int[] labels = new int[n];
        for (int i = 0; i < n; i++) {
            labels[i] = i % 40 == 0 ? random.nextInt(5) : labels[i - 1];
        }
        return of(new double[] {2, 2.6, 3.4, 4.5}, 5, labels, seed);
    }

    /** Candidates c0, c1, ... that take 1, 2, 4, ... ms. */
    public static List<Candidate> candidates(int n) {
        List<Candidate> list = new ArrayList<>();
        for (int c = 0; c < n; c++) {
            list.add(new Candidate("c" + c, "m", "1", "digest" + c, "c" + c, 1 << c, 1000L << c));
        }
        return list;
    }
}
