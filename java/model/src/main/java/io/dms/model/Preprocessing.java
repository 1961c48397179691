package io.dms.model;

/**
 * How RGB bytes become the network's input: {@code (byte / 255 - mean[c]) / std[c]}, planes in the order R, G, B.
 *
 * @param mean one per channel, in units of byte / 255
 * @param std one per channel, in units of byte / 255
 */
@SuppressWarnings("ArrayRecordComponent")
public record Preprocessing(float[] mean, float[] std) {
    /** The statistics of ImageNet, which most published CNN classifiers use. */
    public static final Preprocessing IMAGENET =
            new Preprocessing(new float[] {0.485f, 0.456f, 0.406f}, new float[] {0.229f, 0.224f, 0.225f});

    /** Checks lengths and that no std is 0. */
    public Preprocessing {
        if (mean.length != std.length) {
            throw new UserException(
                    "mean and std need one number per channel each: " + mean.length + " and " + std.length);
        }
        for (int c = 0; c < mean.length; c++) {
            if (!Float.isFinite(mean[c]) || !Float.isFinite(std[c]) || std[c] == 0) {
                throw new UserException("mean and std must be finite numbers and std not 0: channel " + c + " has "
                        + mean[c] + " and " + std[c]);
            }
        }
    }
}
