package io.dms.schedule.special;

import java.util.Arrays;

/**
 * How a specialised head does on images of its own classes ("in") and on others ("out").
 *
 * @param classes number of its own classes
 * @param right share of images in that it names rightly
 * @param missed share of images in that it calls "other"
 * @param passed share of images out that it calls "other"
 */
public record CascadeRates(double classes, double right, double missed, double passed) {
    /**
     * Measures a head on labelled features that it was not trained on.
     *
     * @param head its own classes and "other"
     */
    public static CascadeRates of(LinearHead head, FeatureSet features) {
        boolean[] own = new boolean[features.classes()];
        Arrays.stream(head.classes()).filter(c -> c >= 0).forEach(c -> own[c] = true);
        double in = 0;
        double right = 0;
        double missed = 0;
        double out = 0;
        double passed = 0;
        for (int i = 0; i < features.size(); i++) {
            int label = features.labels()[i];
            int answer = head.classify(features.values(), i * features.dims());
            if (own[label]) {
                in++;
                right += answer == label ? 1 : 0;
                missed += answer == LinearHead.OTHER ? 1 : 0;
            } else {
                out++;
                passed += answer == LinearHead.OTHER ? 1 : 0;
            }
        }
        int n = head.rows() - 1;
        return new CascadeRates(n, in == 0 ? 0 : right / in, in == 0 ? 0 : missed / in, out == 0 ? 1 : passed / out);
    }

    /**
     * Accuracy of the cascade (Shen et al., CVPR 2017, section 4.2): what the head names, and what it passes on.
     *
     * @param share of the stream in its own classes
     * @param general accuracy of the general model
     */
    public double accuracy(double share, double general) {
        return share * right + share * missed * general + (1 - share) * passed * general;
    }

    /** Share of the stream that runs the general model, too. */
    public double generalShare(double share) {
        return share * missed + (1 - share) * passed;
    }

    /** The stream's share in the head's own classes, by how much of it the head passes on; 0 to 1. */
    public double shareOf(double passedOn) {
        double apart = passed - missed;
        return apart <= 0.01 ? 0 : Math.max(0, Math.min(1, (passed - passedOn) / apart));
    }
}
