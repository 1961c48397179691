package io.dms.schedule.special;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/**
 * Mean cross-entropy of a softmax regression with a squared penalty, and its gradient. Rows are worked off in blocks of
 * a fixed size whose sums are added in order, so that the outcome does not depend on the threads.
 */
final class SoftmaxLoss {
    private static final int BLOCK = 512;

    private final float[] x;
    private final int[] y;
    private final int dims;
    private final int classes;
    private final double penalty;
    private final ExecutorService pool;

    /** Gradient sums of one block. */
    private static final class Part {
        private final float[] gradient;
        private double loss;

        Part(int size) {
            gradient = new float[size];
        }
    }

    private final Part[] parts;

    /**
     * @param x rows x dims, unit variance
     * @param y class of each row
     * @param pool runs the blocks
     */
    SoftmaxLoss(float[] x, int[] y, int dims, int classes, double penalty, ExecutorService pool) {
        this.x = x;
        this.y = y;
        this.dims = dims;
        this.classes = classes;
        this.penalty = penalty;
        this.pool = pool;
        this.parts = new Part[(y.length + BLOCK - 1) / BLOCK];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = new Part(size());
        }
    }

    /** Numbers of a parameter vector: weights, class by class, then biases. */
    int size() {
        return classes * dims + classes;
    }

    /**
     * The loss at a point.
     *
     * @param gradient written
     */
    double at(double[] point, double[] gradient) {
        float[] w = new float[point.length];
        for (int i = 0; i < w.length; i++) {
            w[i] = (float) point[i];
        }
        List<Future<?>> running = new ArrayList<>();
        for (int b = 0; b < parts.length; b++) {
            int block = b;
            running.add(pool.submit(() -> block(w, block)));
        }
        join(running);
        double loss = 0;
        Arrays.fill(gradient, 0);
        for (Part p : parts) {
            loss += p.loss;
            for (int i = 0; i < gradient.length; i++) {
                gradient[i] += p.gradient[i];
            }
        }
        loss /= y.length;
        int weights = classes * dims;
        double squares = 0;
        for (int i = 0; i < gradient.length; i++) {
            gradient[i] /= y.length;
            if (i < weights) {
                gradient[i] += penalty * point[i];
                squares += point[i] * point[i];
            }
        }
        return loss + penalty / 2 * squares;
    }

    private static void join(List<Future<?>> running) {
        try {
            for (Future<?> f : running) {
                f.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a head was trained", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        }
    }

    private void block(float[] w, int b) {
        Part part = parts[b];
        float[] g = part.gradient;
        Arrays.fill(g, 0);
        float[] p = new float[classes];
        int biases = classes * dims;
        double loss = 0;
        int end = Math.min(y.length, (b + 1) * BLOCK);
        for (int r = b * BLOCK; r < end; r++) {
            int row = r * dims;
            for (int c = 0; c < classes; c++) {
                p[c] = w[biases + c] + dot(w, c * dims, row);
            }
            loss += softmax(p, y[r]);
            p[y[r]] -= 1;
            for (int c = 0; c < classes; c++) {
                float d = p[c];
                g[biases + c] += d;
                int at = c * dims;
                for (int i = 0; i < dims; i++) {
                    g[at + i] += d * x[row + i];
                }
            }
        }
        part.loss = loss;
    }

    /** Four sums side by side: floats are not added in another order than written. */
    private float dot(float[] w, int at, int row) {
        float s0 = 0;
        float s1 = 0;
        float s2 = 0;
        float s3 = 0;
        int i = 0;
        for (; i + 3 < dims; i += 4) {
            s0 += w[at + i] * x[row + i];
            s1 += w[at + i + 1] * x[row + i + 1];
            s2 += w[at + i + 2] * x[row + i + 2];
            s3 += w[at + i + 3] * x[row + i + 3];
        }
        for (; i < dims; i++) {
            s0 += w[at + i] * x[row + i];
        }
        return s0 + s1 + (s2 + s3);
    }

    /** Turns scores into probabilities; gives the cross-entropy. */
    private static double softmax(float[] scores, int label) {
        float most = scores[0];
        for (float s : scores) {
            most = Math.max(most, s);
        }
        double sum = 0;
        for (int c = 0; c < scores.length; c++) {
            double e = Math.exp(scores[c] - most);
            scores[c] = (float) e;
            sum += e;
        }
        for (int c = 0; c < scores.length; c++) {
            scores[c] /= (float) sum;
        }
        return -Math.log(Math.max(1e-30, scores[label]));
    }
}
