package io.dms.runtime;

import io.dms.model.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Constants as one number for each channel. */
final class ChannelNumbers {
    private ChannelNumbers() {}

    /**
     * The constant as one number for each of {@code channels}, where it broadcasts so against a tensor of {@code rank}
     * with its channels on {@code axis}; else null.
     */
    static float @Nullable [] perChannel(Tensor c, int channels, int axis, int rank) {
        float[] v = c.floats();
        if (v.length == 1) {
            return fill(channels, v[0]);
        }
        if (v.length != channels || c.shape().rank() > Math.max(rank, 2)) {
            return null;
        }
        int fromEnd = rank - 1 - axis;
        int at = c.shape().rank() - 1 - fromEnd;
        if (rank == 1) {
            return c.shape().dim(-1) == channels ? v : null;
        }
        if (at < 0 || c.shape().dim(at) != channels) {
            // PRelu of some exporters: [C, 1, 1] against [N, C, H, W] is found above; [C] is not per channel.
            return null;
        }
        return v;
    }

    /** The same number for each. */
    static float[] fill(int n, float v) {
        float[] f = new float[n];
        Arrays.fill(f, v);
        return f;
    }

    /** All times one number. */
    static float[] scaled(float[] v, float by) {
        float[] f = v.clone();
        for (int i = 0; i < f.length; i++) {
            f[i] *= by;
        }
        return f;
    }
}
