package io.dms.select.sample;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import java.nio.FloatBuffer;

/**
 * What a classifier's scores say: the class, and how sure of it the network is. One object is read into again and again
 * without allocation. Not thread-safe.
 *
 * <p>Scores become probabilities by the softmax, except where the network ends in one already.
 */
final class Verdict {
    private final float[] probabilities;
    private final boolean softmax;
    private int answer;
    private float confidence;
    private float margin;
    private float entropy;

    /**
     * @param classes at least 2
     * @param softmax true where scores are not yet probabilities
     */
    Verdict(int classes, boolean softmax) {
        if (classes < 2) {
            throw new UserException("a classifier needs at least two classes, not " + classes);
        }
        this.probabilities = new float[classes];
        this.softmax = softmax;
    }

    /** For the first output of a model. */
    static Verdict of(ScalableModel model) {
        Graph.Value scores = model.graph().outputs().get(0);
        Node last = model.graph().producer(scores.name());
        return new Verdict(Math.toIntExact(scores.shape().elements()), last == null || !last.is("Softmax"));
    }

    /**
     * Reads one image's scores.
     *
     * @param at index of its first score
     * @throws UserException if a score is not finite
     */
    void read(FloatBuffer scores, int at) {
        float most = Float.NEGATIVE_INFINITY;
        for (int c = 0; c < probabilities.length; c++) {
            float s = scores.get(at + c);
            if (!Float.isFinite(s)) {
                throw new UserException("the network gives " + s + " as score of class " + c
                        + ": its weights or its input are damaged");
            }
            probabilities[c] = s;
            most = Math.max(most, s);
        }
        double sum = 0;
        for (int c = 0; c < probabilities.length; c++) {
            probabilities[c] = softmax ? (float) Math.exp(probabilities[c] - most) : Math.max(0, probabilities[c]);
            sum += probabilities[c];
        }
        if (!(sum > 0)) {
            throw new UserException("the network gives no class a probability: its weights or its input are damaged");
        }
        judge(sum);
    }

    private void judge(double sum) {
        answer = 0;
        float second = 0;
        double nats = 0;
        for (int c = 0; c < probabilities.length; c++) {
            float p = (float) (probabilities[c] / sum);
            probabilities[c] = p;
            if (p > 0) {
                nats -= p * Math.log(p);
            }
            if (c > 0 && p > probabilities[answer]) {
                second = probabilities[answer];
                answer = c;
            } else if (c > 0) {
                second = Math.max(second, p);
            }
        }
        confidence = Math.min(1, probabilities[answer]);
        margin = Math.max(0, confidence - second);
        entropy = (float) Math.max(0, nats);
    }

    /** The most probable class, the first of equals. */
    int answer() {
        return answer;
    }

    /** Its probability. */
    float confidence() {
        return confidence;
    }

    /** By how much that is above the second greatest. */
    float margin() {
        return margin;
    }

    /** Entropy of the probabilities in nats. */
    float entropy() {
        return entropy;
    }

    /** Copies the probabilities of all classes. */
    void probabilities(float[] to) {
        System.arraycopy(probabilities, 0, to, 0, probabilities.length);
    }
}
