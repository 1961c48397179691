package io.dms.schedule.special;

import io.dms.model.UserException;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * A linear classifier of features: the output layer of a small model, for some classes of the general one and perhaps
 * "other". Immutable; scoring allocates nothing and is thread-safe.
 */
public final class LinearHead {
    /** Answer for what is none of the head's classes. */
    public static final int OTHER = -1;

    /** What a head says of a frame, reused from frame to frame. */
    static final class Reading {
        /** Its best class but {@link #OTHER}. */
        int named;
        /** Its score less that of {@link #OTHER}; infinite where there is none. */
        float overOther;
        /** Its score less that of the second best; infinite where there is none. */
        float overNext;

        private float best;
        private float next;
        private float other;

        private void start() {
            named = OTHER;
            best = Float.NEGATIVE_INFINITY;
            next = Float.NEGATIVE_INFINITY;
            other = Float.NEGATIVE_INFINITY;
        }

        private void add(int c, float score) {
            if (c == OTHER) {
                other = score;
            } else if (score > best) {
                next = best;
                best = score;
                named = c;
            } else if (score > next) {
                next = score;
            }
        }

        private void end() {
            overOther = best - other;
            overNext = best - next;
        }
    }

    private final int[] classes;
    private final int dims;
    private final float[] weights;
    private final float[] bias;

    /**
     * @param classes class of the general model that each row stands for, {@link #OTHER} for the row of what is none
     * @param dims features
     * @param weights rows x dims
     * @param bias one for each row
     * @throws UserException if the parts don't fit each other or a number is not finite
     */
    public LinearHead(int[] classes, int dims, float[] weights, float[] bias) {
        if (classes.length < 2 || weights.length != classes.length * dims || bias.length != classes.length) {
            throw new UserException("a head of " + classes.length + " classes and " + dims + " features needs "
                    + classes.length * dims + " weights and " + classes.length + " biases, not " + weights.length
                    + " and " + bias.length);
        }
        for (float w : weights) {
            if (!Float.isFinite(w)) {
                throw new UserException("a head has a weight that is no finite number: train it again");
            }
        }
        this.classes = classes.clone();
        this.dims = dims;
        this.weights = weights.clone();
        this.bias = bias.clone();
    }

    /** Classes that it tells apart, "other" among them where it has it. */
    public int[] classes() {
        return classes.clone();
    }

    /** Rows. */
    public int rows() {
        return classes.length;
    }

    /** Features that it reads. */
    public int dims() {
        return dims;
    }

    /** Bytes of its weights. */
    public long bytes() {
        return 4L * (weights.length + bias.length);
    }

    /** Weights, rows x dims, a copy. */
    public float[] weights() {
        return weights.clone();
    }

    /** Biases, a copy. */
    public float[] bias() {
        return bias.clone();
    }

    /** True where it has that class. */
    public boolean knows(int c) {
        return Arrays.stream(classes).anyMatch(k -> k == c);
    }

    /**
     * The class with the highest score.
     *
     * @param features read from {@code at} on
     * @return a class of the general model, or {@link #OTHER}
     */
    public int classify(FloatBuffer features, int at) {
        int best = 0;
        float most = Float.NEGATIVE_INFINITY;
        for (int r = 0; r < classes.length; r++) {
            float s = score(r, features, at);
            if (s > most) {
                most = s;
                best = r;
            }
        }
        return classes[best];
    }

    /** As {@link #classify(FloatBuffer, int)}, of features in an array. */
    public int classify(float[] features, int at) {
        int best = 0;
        float most = Float.NEGATIVE_INFINITY;
        for (int r = 0; r < classes.length; r++) {
            float s = bias[r];
            for (int i = 0; i < dims; i++) {
                s += weights[r * dims + i] * features[at + i];
            }
            if (s > most) {
                most = s;
                best = r;
            }
        }
        return classes[best];
    }

    /** Reads features in an array. */
    void read(float[] features, int at, Reading out) {
        out.start();
        for (int r = 0; r < classes.length; r++) {
            float s = bias[r];
            for (int i = 0; i < dims; i++) {
                s += weights[r * dims + i] * features[at + i];
            }
            out.add(classes[r], s);
        }
        out.end();
    }

    /** As {@link #read(float[], int, Reading)}, of features in a buffer. */
    void read(FloatBuffer features, int at, Reading out) {
        out.start();
        for (int r = 0; r < classes.length; r++) {
            out.add(classes[r], score(r, features, at));
        }
        out.end();
    }

    /**
     * All scores, in the order of the rows.
     *
     * @param out written from index 0
     */
    public void scores(FloatBuffer features, int at, FloatBuffer out) {
        for (int r = 0; r < classes.length; r++) {
            out.put(r, score(r, features, at));
        }
    }

    private float score(int r, FloatBuffer features, int at) {
        float s = bias[r];
        int row = r * dims;
        for (int i = 0; i < dims; i++) {
            s += weights[row + i] * features.get(at + i);
        }
        return s;
    }
}
