package io.dms.runtime;

import io.dms.model.ModelException;
import io.dms.model.Node;
import io.dms.model.Tensor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A step in the making. */
final class Draft {
    final Node node;
    final int input;
    final List<PostOp> after = new ArrayList<>();
    Step.@Nullable LinearKind kind;

    @Nullable
    Tensor weights;

    boolean inputMajor;
    Step.@Nullable Window window;
    int group = 1;
    float @Nullable [] scale;
    float @Nullable [] bias;
    int channels;
    boolean channelsLast;
    int second = -1;
    Step.@Nullable BinaryKind binary;
    int shuffle;
    boolean other;
    int[] inputs = {};
    int[] outputs = {};
    String output = "";

    Draft(Node node, int input) {
        this.node = node;
        this.input = input;
    }

    boolean takesAffine(int n) {
        return (kind != null || isScaleShift()) && after.isEmpty() && n == channels;
    }

    boolean takesAfter() {
        return !other && shuffle == 0;
    }

    boolean isScaleShift() {
        return kind == null && scale != null;
    }

    void scale(float[] by) {
        if (scale == null) {
            scale = by.clone();
        } else {
            for (int i = 0; i < by.length; i++) {
                scale[i] *= by[i];
            }
        }
        if (bias != null) {
            float[] b = bias.clone();
            for (int i = 0; i < by.length; i++) {
                b[i] *= by[i];
            }
            bias = b;
        }
    }

    void shift(float[] by) {
        float[] b = bias == null ? new float[by.length] : bias.clone();
        for (int i = 0; i < by.length; i++) {
            b[i] += by[i];
        }
        bias = b;
    }

    /** @param out the value that it writes */
    Step finish(int out) {
        if (other) {
            return new Step.Other(node, inputs, outputs);
        }
        if (kind != null) {
            Tensor w = weights;
            if (w == null) {
                throw new ModelException("node " + node.name() + " lacks weights");
            }
            float[] s = scale;
            if (s != null) {
                boolean one = true;
                for (float v : s) {
                    one &= v == 1;
                }
                s = one ? null : s;
            }
            return new Step.Linear(
                    node.name(), kind, input, out, w, inputMajor, window, group, s, bias, List.copyOf(after));
        }
        float[] s = scale;
        float[] b = bias;
        if (s != null && b != null) {
            return new Step.ScaleShift(node.name(), input, out, s, b, List.copyOf(after));
        }
        if (binary != null) {
            return new Step.Binary(node.name(), binary, input, second, out, List.copyOf(after));
        }
        if (shuffle > 0) {
            return new Step.ChannelShuffle(node.name(), input, out, shuffle);
        }
        return new Step.Elementwise(node.name(), input, out, List.copyOf(after));
    }
}
