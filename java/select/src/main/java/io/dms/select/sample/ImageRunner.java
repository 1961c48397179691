package io.dms.select.sample;

import io.dms.select.feature.ImageFeatures;

/** Computes the features of the images themselves, at the size that a candidate reads, and times them. */
final class ImageRunner {
    private final SampleImages images;
    private final ImageFeatures features;
    private final byte[] rgb;
    private final float[][] values;
    private final float[] millis;

    ImageRunner(CandidateRunner like) {
        images = like.images();
        features = new ImageFeatures(images.width(), images.height());
        rgb = new byte[3 * images.width() * images.height()];
        values = new float[like.count()][ImageFeatures.NAMES.size()];
        millis = new float[like.count()];
    }

    /** Images {@code from} until {@code to}, the first one twice. */
    void turn(int from, int to) {
        images.rgb(from, rgb);
        features.compute(rgb, values[from]);
        for (int i = from; i < to; i++) {
            images.rgb(i, rgb);
            long start = System.nanoTime();
            features.compute(rgb, values[i]);
            millis[i] = Math.max(1, System.nanoTime() - start) / 1e6f;
        }
    }

    FeatureTable table() {
        return new FeatureTable(ImageFeatures.NAMES, values);
    }

    float[] millis() {
        return millis;
    }
}
