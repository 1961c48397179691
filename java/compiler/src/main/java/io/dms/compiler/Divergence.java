package io.dms.compiler;

import io.dms.model.Node;
import java.nio.FloatBuffer;

/** The divergence of Kullback and Leibler of class scores from those at full width. */
final class Divergence {
    /** What is said of a class that a level gives no probability: a loss that is large, but finite. */
    private static final double LEAST = 1e-12;

    private Divergence() {}

    /** Sum over the images in flight; scores are taken through the softmax where the network has not done so. */
    static double sum(Lane full, Lane narrow, String output) {
        int classes = Math.toIntExact(full.graph()
                .shape(output)
                .elements(1, full.graph().shape(output).rank()));
        Node last = full.graph().producer(output);
        boolean probabilities = last != null && last.is("Softmax");
        double[] p = new double[classes];
        double[] q = new double[classes];
        double sum = 0;
        for (int k = 0; k < full.chunks(); k++) {
            FloatBuffer wide = full.tensor(output)[k];
            FloatBuffer own = narrow.tensor(output)[k];
            for (int i = 0; i < full.imagesIn(k); i++) {
                read(wide, i, p, probabilities);
                read(own, i, q, probabilities);
                for (int c = 0; c < classes; c++) {
                    sum += p[c] * (Math.log(Math.max(LEAST, p[c])) - Math.log(Math.max(LEAST, q[c])));
                }
            }
        }
        return sum;
    }

    private static void read(FloatBuffer scores, int image, double[] out, boolean probabilities) {
        double largest = Double.NEGATIVE_INFINITY;
        for (int c = 0; c < out.length; c++) {
            out[c] = scores.get(image * out.length + c);
            largest = Math.max(largest, out[c]);
        }
        if (probabilities) {
            return;
        }
        double total = 0;
        for (int c = 0; c < out.length; c++) {
            out[c] = Math.exp(out[c] - largest);
            total += out[c];
        }
        for (int c = 0; c < out.length; c++) {
            out[c] /= total;
        }
    }
}
