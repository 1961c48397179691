package io.dms.schedule.special;

import java.util.Random;

/** Made-up features: a Gaussian cloud for each class. */
final class Clusters {
    private Clusters() {}

    /**
     * @param each images of each class
     * @param noise standard deviation around a class's centre, whose own coordinates have 1 / sqrt(dims) * 6
     * @param seed of the images; the centres are always the same for a number of classes and features
     */
    static FeatureSet features(int classes, int dims, int each, double noise, long seed) {
        Random centre = new Random(99);
        float[] centres = new float[classes * dims];
        for (int i = 0; i < centres.length; i++) {
            centres[i] = (float) (6 / Math.sqrt(dims) * centre.nextGaussian());
        }
        Random random = new Random(seed);
        float[] values = new float[classes * each * dims];
        int[] labels = new int[classes * each];
        for (int n = 0; n < labels.length; n++) {
            int c = n % classes;
            labels[n] = c;
            for (int i = 0; i < dims; i++) {
                values[n * dims + i] = (float) (centres[c * dims + i] + noise * random.nextGaussian());
            }
        }
        return new FeatureSet("clusters", "none", "1.00", classes, dims, values, labels);
    }
}
