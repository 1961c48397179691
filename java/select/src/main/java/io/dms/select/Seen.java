package io.dms.select;

import java.util.Arrays;
import java.util.List;

/**
 * What is known of one input so far: its image features, the time that is left, and what the candidates that already ran
 * answered. One object serves all inputs of a stream; who runs the candidates fills it, a {@link Selector} reads it.
 * Allocates nothing once made. Times are milliseconds. Not thread-safe.
 */
public final class Seen {
    private final int candidates;
    private final int classes;
    private final float[] image;
    private final float[][] embedding;
    private final float[][] probability;
    private final int[] order;
    private final boolean[] ran;
    private final int[] answer;
    private final float[] confidence;
    private final float[] margin;
    private final float[] entropy;
    private final double[] millis;
    private int runs;
    private double budgetMillis;

    /**
     * Room for the inputs of one stream.
     *
     * @param usualMillis time of one inference by candidate, until {@link #millis} is told better
     * @param classes number of classes
     * @param imageFeatures number of features of an image, 0 where no selector reads them
     * @param embeddings number of penultimate features by candidate, 0 where no selector reads them
     */
    public Seen(List<Double> usualMillis, int classes, int imageFeatures, int[] embeddings) {
        this.candidates = usualMillis.size();
        this.classes = classes;
        this.image = new float[imageFeatures];
        this.embedding = new float[candidates][];
        this.probability = new float[candidates][classes];
        this.order = new int[candidates];
        this.ran = new boolean[candidates];
        this.answer = new int[candidates];
        this.confidence = new float[candidates];
        this.margin = new float[candidates];
        this.entropy = new float[candidates];
        this.millis = new double[candidates];
        for (int c = 0; c < candidates; c++) {
            embedding[c] = new float[embeddings[c]];
            millis[c] = usualMillis.get(c);
        }
        begin(Double.POSITIVE_INFINITY);
    }

    /**
     * Forgets the last input.
     *
     * @param budgetMillis time that is left for this one, infinite where there is no deadline
     */
    public void begin(double budgetMillis) {
        runs = 0;
        Arrays.fill(ran, false);
        this.budgetMillis = budgetMillis;
    }

    /** Time that is left now. */
    public void budget(double budgetMillis) {
        this.budgetMillis = budgetMillis;
    }

    /** What one inference of a candidate takes as things stand: clocks and load change it. */
    public void millis(int candidate, double millis) {
        this.millis[candidate] = millis;
    }

    /**
     * A candidate ran; the softmax of its logits is taken here.
     *
     * @param logits one per class, as the network gives them before any softmax
     */
    public void ran(int candidate, java.nio.FloatBuffer logits) {
        float[] p = probability[candidate];
        float most = Float.NEGATIVE_INFINITY;
        for (int k = 0; k < classes; k++) {
            most = Math.max(most, logits.get(k));
        }
        float sum = 0;
        for (int k = 0; k < classes; k++) {
            p[k] = (float) Math.exp(logits.get(k) - most);
            sum += p[k];
        }
        for (int k = 0; k < classes; k++) {
            p[k] /= sum;
        }
        summarise(candidate);
    }

    /**
     * A candidate ran, and its softmax is known, as from a table.
     *
     * @param probabilities one per class
     */
    public void ran(int candidate, float[] probabilities) {
        System.arraycopy(probabilities, 0, probability[candidate], 0, classes);
        summarise(candidate);
    }

    private void summarise(int candidate) {
        float[] p = probability[candidate];
        int best = 0;
        for (int k = 1; k < classes; k++) {
            if (p[k] > p[best]) {
                best = k;
            }
        }
        float second = 0;
        double h = 0;
        for (int k = 0; k < classes; k++) {
            if (k != best) {
                second = Math.max(second, p[k]);
            }
            if (p[k] > 0) {
                h -= p[k] * Math.log(p[k]);
            }
        }
        ran(candidate, best, p[best], p[best] - second, (float) h);
    }

    /**
     * A candidate ran, and only a summary of its softmax is known: the rest of the probability is spread evenly.
     *
     * @param answer the class that it gave
     * @param confidence its probability
     * @param margin by how much that is above the second greatest
     * @param entropy of the softmax in nats
     */
    public void summary(int candidate, int answer, float confidence, float margin, float entropy) {
        Arrays.fill(probability[candidate], classes > 1 ? (1 - confidence) / (classes - 1) : 0);
        probability[candidate][answer] = confidence;
        ran(candidate, answer, confidence, margin, entropy);
    }

    private void ran(int candidate, int answer, float confidence, float margin, float entropy) {
        this.answer[candidate] = answer;
        this.confidence[candidate] = confidence;
        this.margin[candidate] = margin;
        this.entropy[candidate] = entropy;
        if (!ran[candidate]) {
            ran[candidate] = true;
            order[runs++] = candidate;
        }
    }

    /** Number of candidates. */
    public int candidates() {
        return candidates;
    }

    /** Number of classes. */
    public int classes() {
        return classes;
    }

    /** Features of the image, for whoever computes them to fill before the first question. */
    public float[] image() {
        return image;
    }

    /** Penultimate features of a candidate, for whoever runs it to fill before {@link #ran}. */
    public float[] embedding(int candidate) {
        return embedding[candidate];
    }

    /** Softmax of a candidate that ran. */
    public float[] probability(int candidate) {
        return probability[candidate];
    }

    /** How many candidates ran. */
    public int runs() {
        return runs;
    }

    /** The candidate that ran as the given one, from 0. */
    public int candidate(int run) {
        return order[run];
    }

    /** The candidate that ran last; -1 where none did. */
    public int last() {
        return runs == 0 ? -1 : order[runs - 1];
    }

    /** Whether a candidate ran on this input. */
    public boolean ran(int candidate) {
        return ran[candidate];
    }

    /** Class that a candidate gave. */
    public int answer(int candidate) {
        return answer[candidate];
    }

    /** Probability of the class that a candidate gave. */
    public float confidence(int candidate) {
        return confidence[candidate];
    }

    /** Greatest less second greatest probability. */
    public float margin(int candidate) {
        return margin[candidate];
    }

    /** Entropy of a candidate's softmax in nats. */
    public float entropy(int candidate) {
        return entropy[candidate];
    }

    /** What one inference of a candidate takes as things stand. */
    public double millis(int candidate) {
        return millis[candidate];
    }

    /** Time that is left for this input. */
    public double budgetMillis() {
        return budgetMillis;
    }

    /** Whether a candidate has not run yet and is done within the time that is left. */
    public boolean open(int candidate) {
        return !ran[candidate] && millis[candidate] <= budgetMillis;
    }
}
