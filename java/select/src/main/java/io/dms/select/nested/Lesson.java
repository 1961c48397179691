package io.dms.select.nested;

import io.dms.model.UserException;
import io.dms.select.TrainingData;
import io.dms.select.sample.FeatureTable;
import io.dms.select.sample.SampleTable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Some samples of a table, in the order of the stream, as the nested method learns from them. Arrays are indexed by row of
 * the lesson.
 *
 * @param answers softmax by row, then by candidate
 * @param past by first candidate, then by row: how often each class was seen before that row
 * @param doubt by first candidate, then by row
 * @param embedding by candidate, then by row; null where it was not kept
 */
@SuppressWarnings("ArrayRecordComponent")
record Lesson(
        int candidates,
        int classes,
        int[] label,
        float[][][] answers,
        float[][][] past,
        float[][] doubt,
        float[] @Nullable [][] embedding,
        double[] millis) {
    static final int LEAST_ROWS = 50;
    static final int MOST_CANDIDATES = 16;
    /** Wider embeddings are left aside: the gates would need more samples than people have. */
    static final int WIDEST_EMBEDDING = 128;

    /**
     * Takes rows out of a table.
     *
     * @throws UserException where they can't teach anything
     */
    static Lesson of(TrainingData data, int[] rows) {
        SampleTable t = data.samples();
        int candidates = t.candidates().size();
        check(t, rows, candidates);
        int n = rows.length;
        int[] label = new int[n];
        float[][][] answers = new float[n][][];
        for (int i = 0; i < n; i++) {
            label[i] = t.label()[rows[i]];
            answers[i] = answers(t, rows[i]);
        }
        float[][][] past = new float[candidates][n][];
        float[][] doubt = new float[candidates][n];
        float[] @Nullable [][] embedding = new float[candidates][][];
        double[] millis = new double[candidates];
        for (int c = 0; c < candidates; c++) {
            Past p = new Past(t.classes());
            for (int i = 0; i < n; i++) {
                past[c][i] = p.classes().clone();
                doubt[c][i] = p.doubt();
                p.add(answers[i][c]);
            }
            FeatureTable features = data.embeddings().get(c);
            if (features != null) {
                embedding[c] =
                        Arrays.stream(rows).mapToObj(r -> features.values()[r]).toArray(float[][]::new);
            }
            millis[c] = t.candidates().get(c).millis();
        }
        return new Lesson(candidates, t.classes(), label, answers, past, doubt, embedding, millis);
    }

    private static void check(SampleTable t, int[] rows, int candidates) {
        if (candidates < 2 || candidates > MOST_CANDIDATES) {
            throw new UserException("a selector chooses from 2 to " + MOST_CANDIDATES + " candidates, the table "
                    + t.data() + " has " + candidates);
        }
        if (rows.length < LEAST_ROWS) {
            throw new UserException("the nested method learns from at least " + LEAST_ROWS + " samples, but there are "
                    + rows.length + " of " + t.data());
        }
        if (Arrays.stream(rows).map(r -> t.label()[r]).distinct().count() < 2) {
            throw new UserException("all " + rows.length + " samples of " + t.data()
                    + " have the same label: nothing can be learned from them; profile samples of several classes");
        }
    }

    private static float[][] answers(SampleTable t, int row) {
        float[][][] whole = t.probability();
        int candidates = t.candidates().size();
        float[][] out = new float[candidates][];
        for (int c = 0; c < candidates; c++) {
            if (whole != null) {
                out[c] = whole[row][c];
            } else {
                float sure = t.confidence()[row][c];
                out[c] = new float[t.classes()];
                Arrays.fill(out[c], t.classes() > 1 ? (1 - sure) / (t.classes() - 1) : 0);
                out[c][t.answer()[row][c]] = sure;
            }
            for (float p : out[c]) {
                if (!(p >= 0 && p <= 1.001f)) {
                    throw new UserException("sample " + t.sample()[row] + " of " + t.data() + ": candidate "
                            + t.candidates().get(c).id() + " gave a probability of " + p
                            + "; profile it again, and look at the model if it stays");
                }
            }
        }
        return out;
    }

    int rows() {
        return label.length;
    }

    /** Number of penultimate features of a candidate that were kept. */
    int embeddings(int candidate) {
        float[][] e = embedding[candidate];
        return e == null || e[0].length > WIDEST_EMBEDDING ? 0 : e[0].length;
    }
}
