package io.dms.testkit;

import io.dms.model.ModelException;
import io.dms.model.Node;
import java.util.Arrays;

/** BatchNormalization, LRN, Softmax, ReduceMean. */
final class NormKernels {
    private NormKernels() {}

    /** y = scale * (x - mean) / sqrt(variance + epsilon) + shift, each of them by channel. */
    static Nd batchNormalization(Node node, Nd x, Nd scale, Nd shift, Nd mean, Nd variance) {
        double epsilon = node.floatAttr("epsilon", 1e-5f);
        int channels = x.dim(1);
        for (Nd parameter : new Nd[] {scale, shift, mean, variance}) {
            if (parameter.data.length != channels) {
                throw new ModelException("node " + node.name() + " (BatchNormalization): " + channels
                        + " channels need as many parameters, not " + parameter.data.length);
            }
        }
        int plane = x.elements(2, x.rank());
        Nd y = Nd.zeros(x.dims());
        for (int i = 0; i < y.data.length; i++) {
            int c = i / plane % channels;
            y.data[i] = (float)
                    (scale.data[c] * ((double) x.data[i] - mean.data[c]) / Math.sqrt(variance.data[c] + epsilon)
                            + shift.data[c]);
        }
        return y;
    }

    /** y[c] = x[c] / (bias + alpha / size * sum of squares over the size channels around c) ^ beta. */
    static Nd lrn(Node node, Nd x) {
        int size = node.intAttr("size", 1);
        double alpha = node.floatAttr("alpha", 0.0001f);
        double beta = node.floatAttr("beta", 0.75f);
        double bias = node.floatAttr("bias", 1);
        int channels = x.dim(1);
        int plane = x.elements(2, x.rank());
        Nd y = Nd.zeros(x.dims());
        for (int i = 0; i < y.data.length; i++) {
            int c = i / plane % channels;
            double squares = 0;
            for (int j = Math.max(0, c - (size - 1) / 2); j <= Math.min(channels - 1, c + size / 2); j++) {
                double v = x.data[i + (j - c) * plane];
                squares += v * v;
            }
            y.data[i] = (float) (x.data[i] / Math.pow(bias + alpha / size * squares, beta));
        }
        return y;
    }

    /** exp(x) over its sum along one axis, shifted by the largest x so that it can't overflow. */
    static Nd softmax(Node node, Nd x) {
        int axis = Nd.axis(node.intAttr("axis", -1), x.rank());
        int size = x.dim(axis);
        int inner = x.elements(axis + 1, x.rank());
        Nd y = Nd.zeros(x.dims());
        for (int outer = 0; outer < x.elements(0, axis); outer++) {
            for (int j = 0; j < inner; j++) {
                int first = outer * size * inner + j;
                double max = Double.NEGATIVE_INFINITY;
                for (int i = 0; i < size; i++) {
                    max = Math.max(max, x.data[first + i * inner]);
                }
                double sum = 0;
                for (int i = 0; i < size; i++) {
                    sum += Math.exp(x.data[first + i * inner] - max);
                }
                for (int i = 0; i < size; i++) {
                    y.data[first + i * inner] = (float) (Math.exp(x.data[first + i * inner] - max) / sum);
                }
            }
        }
        return y;
    }

    /** The mean over the given axes, which stay as size 1 or go. */
    static Nd reduceMean(Node node, Nd x) {
        int[] axes = node.intsOrNull("axes");
        int rank = x.rank();
        boolean[] reduced = new boolean[rank];
        for (int i = 0; i < (axes == null ? rank : axes.length); i++) {
            reduced[axes == null ? i : Nd.axis(axes[i], rank)] = true;
        }
        int[] kept = x.dims();
        int[] dims = new int[rank];
        int n = 0;
        for (int i = 0; i < rank; i++) {
            kept[i] = reduced[i] ? 1 : x.dim(i);
            if (!reduced[i] || node.intAttr("keepdims", 1) != 0) {
                dims[n++] = kept[i];
            }
        }
        double[] sums = new double[Nd.elements(kept)];
        int[] index = new int[rank];
        for (int i = 0; i < x.data.length; i++) {
            int to = 0;
            for (int a = 0; a < rank; a++) {
                to = to * kept[a] + (reduced[a] ? 0 : index[a]);
            }
            sums[to] += x.data[i];
            Nd.advance(index, x.dims());
        }
        Nd y = Nd.zeros(Arrays.copyOf(dims, n));
        int each = x.data.length / sums.length;
        for (int i = 0; i < sums.length; i++) {
            y.data[i] = (float) (sums[i] / each);
        }
        return y;
    }
}
