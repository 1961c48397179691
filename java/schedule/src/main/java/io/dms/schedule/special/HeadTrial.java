package io.dms.schedule.special;

import io.dms.model.UserException;
import java.util.Arrays;
import java.util.List;

/**
 * What a specialised head did on held-out images, beside the general model's answers to the same images: for each class
 * and each pair of margins, how much the head would take, and how many more images the cascade of head and general model
 * would name rightly than the general model alone. Images are compared one by one: what a head passes on is harder for the
 * general model, too, than what it takes, and the difference of two answers to the same image varies much less than
 * either. Immutable.
 */
public final class HeadTrial {
    private static final List<Margins> GRID = Margins.GRID;

    private final int[] own;
    private final int classes;
    private final int[] labels;
    private final int[] general;
    private final int[] named;
    private final float[] overOther;
    private final float[] overNext;
    private final int[] images;
    private final float[] taken;
    private final float[] gain;
    private final float[] square;
    private final float[] differ;

    /**
     * @param own the head's classes, ascending
     * @param classes of the general model
     * @param labels of the images
     * @param general the general model's answers
     * @param named the head's best own class
     * @param overOther its score less that of "other"
     * @param overNext its score less that of the next own class
     */
    HeadTrial(int[] own, int classes, int[] labels, int[] general, int[] named, float[] overOther, float[] overNext) {
        if (general.length != labels.length) {
            throw new UserException("to measure a head, the general model's answers to the " + labels.length
                    + " held-out images are needed, not " + general.length);
        }
        this.own = own;
        this.classes = classes;
        this.labels = labels;
        this.general = general;
        this.named = named;
        this.overOther = overOther;
        this.overNext = overNext;
        this.images = new int[classes];
        for (int l : labels) {
            images[l]++;
        }
        int n = GRID.size() * classes;
        this.taken = new float[n];
        this.gain = new float[n];
        this.square = new float[n];
        this.differ = new float[n];
        for (int m = 0; m < GRID.size(); m++) {
            measure(m);
        }
    }

    /**
     * Measures a head.
     *
     * @param head its own classes and "other"
     * @param heldOut labelled features that neither head nor trunk was trained on
     * @param general the general model's answers to the same images; not copied, must not change
     */
    public static HeadTrial of(LinearHead head, FeatureSet heldOut, int[] general) {
        int n = heldOut.size();
        int[] named = new int[n];
        float[] overOther = new float[n];
        float[] overNext = new float[n];
        LinearHead.Reading reading = new LinearHead.Reading();
        for (int i = 0; i < n; i++) {
            head.read(heldOut.values(), i * heldOut.dims(), reading);
            named[i] = reading.named;
            overOther[i] = reading.overOther;
            overNext[i] = reading.overNext;
        }
        int[] own = Arrays.stream(head.classes())
                .filter(c -> c != LinearHead.OTHER)
                .sorted()
                .toArray();
        return new HeadTrial(own, heldOut.classes(), heldOut.labels(), general, named, overOther, overNext);
    }

    private void measure(int m) {
        Margins margins = GRID.get(m);
        int at = m * classes;
        for (int i = 0; i < labels.length; i++) {
            int c = at + labels[i];
            if (margins.take(overOther[i], overNext[i])) {
                int more = (named[i] == labels[i] ? 1 : 0) - (general[i] == labels[i] ? 1 : 0);
                taken[c]++;
                gain[c] += more;
                square[c] += more * more;
                differ[c] += named[i] == general[i] ? 0 : 1;
            }
        }
        for (int c = 0; c < classes; c++) {
            int n = images[c];
            if (n == 0) {
                // Nothing is known of this class: the worst is assumed.
                taken[at + c] = 1;
                gain[at + c] = -1;
                square[at + c] = 1;
                differ[at + c] = 1;
                continue;
            }
            taken[at + c] /= n;
            gain[at + c] /= n;
            // Half an image more: that no answer was lost among few images doesn't show that none will be.
            square[at + c] = (square[at + c] + 0.5f) / (n + 1);
            differ[at + c] /= n;
        }
    }

    /** The head's own classes, ascending. */
    int[] own() {
        return own;
    }

    boolean isOf(int[] others, int count) {
        return Arrays.equals(own, 0, own.length, others, 0, count);
    }

    /** Share that the head takes of a stream. */
    double taken(int m, double[] mix) {
        return dot(taken, m, mix);
    }

    /** By how much the cascade is more accurate than the general model alone on a stream. */
    double gain(int m, double[] mix) {
        return dot(gain, m, mix);
    }

    /** Share of what the head takes whose answer is not the general model's. */
    double differ(int m, double[] mix) {
        double t = taken(m, mix);
        return t <= 0 ? 0 : dot(differ, m, mix) / t;
    }

    /**
     * Variance of the gain: of the held-out images, which are a sample, and of the mix.
     *
     * @param seen answers that the mix was estimated from
     */
    double variance(int m, double[] mix, double seen) {
        double held = 0;
        double squares = 0;
        double mean = 0;
        int at = m * classes;
        for (int c = 0; c < classes; c++) {
            double g = gain[at + c];
            held += mix[c] * mix[c] * Math.max(0, square[at + c] - g * g) / Math.max(1, images[c]);
            squares += mix[c] * g * g;
            mean += mix[c] * g;
        }
        return held + Math.max(0, squares - mean * mean) / Math.max(1, seen);
    }

    private double dot(float[] of, int m, double[] mix) {
        double sum = 0;
        int at = m * classes;
        for (int c = 0; c < classes; c++) {
            sum += mix[c] * of[at + c];
        }
        return sum;
    }

    /** How the cascade names images of each class. */
    Confusion confusion(int m) {
        Margins margins = GRID.get(m);
        int[] answers = new int[labels.length];
        for (int i = 0; i < answers.length; i++) {
            answers[i] = margins.take(overOther[i], overNext[i]) ? named[i] : general[i];
        }
        return Confusion.of(classes, labels, answers);
    }
}
