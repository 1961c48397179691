package io.dms.trainer;

import io.dms.model.Affine;
import org.bytedeco.pytorch.Tensor;

/**
 * One level's normalisation at one site: trained scale and shift, running mean and variance. Owns its tensors.
 *
 * @param epsilon added to the variance
 */
record LevelNorm(Tensor scale, Tensor shift, Tensor mean, Tensor variance, float epsilon) {
    /** What it does at inference. */
    Affine affine() {
        float[] gamma = Torch.floats(scale);
        float[] beta = Torch.floats(shift);
        float[] m = Torch.floats(mean);
        float[] v = Torch.floats(variance);
        float[] outScale = new float[gamma.length];
        float[] outShift = new float[gamma.length];
        for (int c = 0; c < gamma.length; c++) {
            double s = gamma[c] / Math.sqrt((double) v[c] + epsilon);
            outScale[c] = (float) s;
            outShift[c] = (float) (beta[c] - m[c] * s);
        }
        return new Affine(outScale, outShift);
    }
}
