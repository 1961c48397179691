package io.dms.backend.cpu;

import io.dms.model.AxisCut;
import io.dms.model.Tensor;
import io.dms.runtime.Step;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Where packed weights come from: a constant of the model, perhaps the cut of a wider one, seen in the library's order of
 * axes: [out, in, kernel...], with a leading axis for groups where there are several.
 *
 * @param tensor the weights as in the graph
 * @param dims sizes in the library's order
 * @param scale factor of each output channel (groups and their outputs in order), or null for 1
 */
@SuppressWarnings("ArrayRecordComponent")
record WeightSource(
        Tensor tensor, Step.LinearKind kind, boolean inputMajor, int group, long[] dims, float @Nullable [] scale) {

    static WeightSource of(Step.Linear s) {
        Tensor t = s.weights();
        int rank = t.shape().rank();
        boolean transposed = s.kind() == Step.LinearKind.CONV_TRANSPOSE || s.inputMajor();
        long outer = t.shape().dim(0);
        long inner = t.shape().dim(1);
        int g = s.group();
        long[] dims = new long[rank + (g > 1 ? 1 : 0)];
        int at = 0;
        if (g > 1) {
            dims[at++] = g;
            outer /= g;
        }
        dims[at++] = transposed ? inner : outer;
        dims[at++] = transposed ? outer : inner;
        for (int i = 2; i < rank; i++) {
            dims[at++] = t.shape().dim(i);
        }
        return new WeightSource(t, s.kind(), s.inputMajor(), g, dims, s.scale());
    }

    /** Axes 0 and 1 of the tensor seen as out and in, the other way round. */
    private boolean transposed() {
        return kind == Step.LinearKind.CONV_TRANSPOSE || inputMajor;
    }

    /** Elements of the kernel: everything behind axis 1. */
    long kernelElements() {
        return tensor.shape().elements(2, tensor.shape().rank());
    }

    /** True where one strided walk over the base reads everything. */
    boolean isStrided() {
        return tensor.cut(0).ranges() == 1 && tensor.cut(1).ranges() == 1;
    }

    /**
     * Strides in elements, in the library's order of axes, where one step on axis 0 of the tensor is {@code stride0} and
     * one on axis 1 is {@code stride1}.
     */
    long[] strides(long stride0, long stride1) {
        long[] s = new long[dims.length];
        int at = 0;
        if (group > 1) {
            s[at++] = tensor.shape().dim(0) / group * stride0;
        }
        s[at++] = transposed() ? stride1 : stride0;
        s[at++] = transposed() ? stride0 : stride1;
        long k = 1;
        for (int i = dims.length - 1; i >= at; i--) {
            s[i] = k;
            k *= dims[i];
        }
        return s;
    }

    /** Strides over the base, for a source that {@link #isStrided}. */
    long[] baseStrides() {
        long k = kernelElements();
        return strides(tensor.cut(1).size() * k, k);
    }

    /** First element in the base, for a source that {@link #isStrided}. */
    long baseOffset() {
        AxisCut c0 = tensor.cut(0);
        AxisCut c1 = tensor.cut(1);
        return (c0.start(0) * (long) c1.size() + c1.start(0)) * kernelElements();
    }

    /** Bit mask of the axes that carry {@link #scale}. */
    int scaleMask() {
        return group > 1 ? 3 : 1;
    }

    /** What makes packed weights the same: the source's contents by identity, the rest by value. */
    Key key(Desc packed) {
        return new Key(tensor.base(), tensor.cut(0), tensor.cut(1), scale, packed, group, transposed());
    }

    /** Key of packed weights. */
    static final class Key {
        private final Object[] identity;
        private final float @Nullable [] scale;
        private final long @Nullable [] layout;
        private final int hash;

        private Key(
                Tensor base,
                AxisCut c0,
                AxisCut c1,
                float @Nullable [] scale,
                Desc packed,
                int group,
                boolean transposed) {
            this.scale = scale;
            this.layout = packed.layout();
            this.identity = new Object[] {base, c0, c1, group, transposed, layout == null ? packed : ""};
            this.hash = 31 * (31 * (31 * System.identityHashCode(base) + c0.hashCode()) + c1.hashCode())
                    + Arrays.hashCode(scale);
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Key k
                    && identity[0] == k.identity[0]
                    && Arrays.equals(identity, 1, 6, k.identity, 1, 6)
                    && Arrays.equals(scale, k.scale)
                    && Arrays.equals(layout, k.layout);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }
}
