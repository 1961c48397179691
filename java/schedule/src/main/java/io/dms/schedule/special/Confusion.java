package io.dms.schedule.special;

/**
 * How often something names each class for images of each class. Immutable.
 *
 * <p>A class of which nothing was measured counts as named rightly always.
 */
public final class Confusion {
    private final int classes;
    private final float[] share;
    private final double accuracy;

    private Confusion(int classes, float[] share, double accuracy) {
        this.classes = classes;
        this.share = share;
        this.accuracy = accuracy;
    }

    /**
     * Counts. Half an answer is added to each class's images, spread over all answers, so that none counts as impossible.
     *
     * @param classes of labels and answers
     * @param labels of images
     * @param answers to the same images
     */
    public static Confusion of(int classes, int[] labels, int[] answers) {
        int[] of = new int[classes];
        int[] counts = new int[classes * classes];
        int right = 0;
        for (int i = 0; i < labels.length; i++) {
            of[labels[i]]++;
            counts[labels[i] * classes + answers[i]]++;
            right += labels[i] == answers[i] ? 1 : 0;
        }
        float[] share = new float[classes * classes];
        for (int c = 0; c < classes; c++) {
            for (int a = 0; a < classes; a++) {
                double n = of[c] == 0 && a == c ? 1 : counts[c * classes + a];
                share[c * classes + a] = (float) ((n + 0.5 / classes) / (Math.max(1, of[c]) + 0.5));
            }
        }
        return new Confusion(classes, share, (double) right / labels.length);
    }

    /** Classes. */
    public int classes() {
        return classes;
    }

    /** Share of all images measured that were named rightly. */
    public double accuracy() {
        return accuracy;
    }

    /** Share of the images of a class for which an answer was given. */
    public double share(int label, int answer) {
        return share[label * classes + answer];
    }
}
