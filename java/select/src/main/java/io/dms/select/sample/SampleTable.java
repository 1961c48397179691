package io.dms.select.sample;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Every candidate's answer to every sample. Samples keep the order of their data set, so that the recent past of a stream
 * is there. Arrays are indexed by sample, then by candidate; they are not copied and must not change.
 *
 * @param data what the samples are, for people
 * @param candidates cheapest first, by measured time
 * @param classes number of classes
 * @param sample index of each sample in its data set
 * @param label true class of each sample
 * @param answer class that each candidate gave
 * @param confidence its probability, in (0, 1]: the greatest of the softmax
 * @param margin by how much that is above the second greatest
 * @param entropy of the softmax in nats
 * @param millis time of this very inference
 * @param probability the whole softmax, by sample, candidate and class, so that answers of several candidates may be
 *     combined; null where it was not kept
 */
@SuppressWarnings("ArrayRecordComponent")
public record SampleTable(
        String data,
        List<Candidate> candidates,
        int classes,
        int[] sample,
        int[] label,
        int[][] answer,
        float[][] confidence,
        float[][] margin,
        float[][] entropy,
        float[][] millis,
        float @Nullable [][][] probability) {
    /** A table without the whole softmax. */
    public SampleTable(
            String data,
            List<Candidate> candidates,
            int classes,
            int[] sample,
            int[] label,
            int[][] answer,
            float[][] confidence,
            float[][] margin,
            float[][] entropy,
            float[][] millis) {
        this(data, candidates, classes, sample, label, answer, confidence, margin, entropy, millis, null);
    }

    /** Checks that everything has as many rows and columns as there are samples and candidates. */
    public SampleTable {
        candidates = List.copyOf(candidates);
        int n = label.length;
        if (sample.length != n
                || answer.length != n
                || confidence.length != n
                || margin.length != n
                || entropy.length != n
                || millis.length != n
                || (probability != null && probability.length != n)) {
            throw new IllegalArgumentException("columns differ in length");
        }
    }

    /** Number of samples. */
    public int samples() {
        return label.length;
    }

    /** True where a candidate gave a sample's label. */
    public boolean correct(int sample, int candidate) {
        return answer[sample][candidate] == label[sample];
    }
}
