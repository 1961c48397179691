package io.dms.schedule.special;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Made-up outcomes of heads on held-out images. A head's score over "other" is sure (5) where it is right, and unsure (1)
 * where it is wrong, so that margins can tell them apart where a test wants that.
 */
final class Trials {
    private Trials() {}

    /**
     * @param images of each class
     * @param general share that the general model names rightly
     * @param right share of its own classes' images that the head names rightly and surely
     * @param accepts share of other images that it takes for its own, as surely
     * @param unsure whether its mistakes are unsure
     */
    static HeadTrial of(
            int classes, int[] own, int images, double general, double right, double accepts, boolean unsure) {
        SplittableRandom random = new SplittableRandom(17);
        int n = classes * images;
        int[] labels = new int[n];
        int[] answers = new int[n];
        int[] named = new int[n];
        float[] overOther = new float[n];
        float[] overNext = new float[n];
        for (int i = 0; i < n; i++) {
            int c = i % classes;
            int rank = i / classes;
            boolean in = Arrays.binarySearch(own, c) >= 0;
            boolean isRight = in && rank < right * images;
            labels[i] = c;
            answers[i] = random.nextDouble() < general ? c : (c + 1) % classes;
            named[i] = isRight ? c : own[in && own[0] == c ? own.length - 1 : 0];
            boolean takes = in || rank < accepts * images;
            overOther[i] = !takes ? -9 : isRight || !unsure ? 5 : 1;
            overNext[i] = overOther[i];
        }
        return new HeadTrial(own, classes, labels, answers, named, overOther, overNext);
    }
}
