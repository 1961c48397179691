package io.dms.model;

/**
 * A scale and a shift for each channel of a normalisation site: {@code y = scale * x + shift}.
 *
 * @param scale one per channel; not copied, must not change
 * @param shift one per channel; not copied, must not change
 */
@SuppressWarnings("ArrayRecordComponent")
public record Affine(float[] scale, float[] shift) {
    /** Checks that both have the same length. */
    public Affine {
        if (scale.length != shift.length) {
            throw new IllegalArgumentException(
                    "scale and shift must have one entry per channel: " + scale.length + " and " + shift.length);
        }
    }

    /** Number of channels. */
    public int channels() {
        return scale.length;
    }
}
