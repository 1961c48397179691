package io.dms.backend.cudnn;

import io.dms.model.Tensor;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What a plan reads beside activations: packed weights, biases, tables. A {@link WeightStore} keeps it on the device. */
interface Content {
    /** Equal for contents that are the same bytes. */
    Object key();

    /** Bytes that it takes. */
    long bytes();

    /** Writes the content from the buffer's start; the buffer has native byte order. */
    void write(ByteBuffer to);

    /** True for weights of the full width, which all levels read in place. */
    default boolean isMaster() {
        return false;
    }

    /** Numbers as they are, in single precision or half. */
    record Plain(float[] values, boolean half) implements Content {
        /** Equal by value. */
        private record Key(int hash, Plain content) {
            @Override
            public boolean equals(Object o) {
                return o instanceof Key k
                        && hash == k.hash
                        && content.half == k.content.half
                        && Arrays.equals(content.values, k.content.values);
            }

            @Override
            public int hashCode() {
                return hash;
            }
        }

        @Override
        public Object key() {
            return new Key(Arrays.hashCode(values), this);
        }

        @Override
        public long bytes() {
            return (half ? 2L : 4L) * values.length;
        }

        @Override
        public void write(ByteBuffer to) {
            for (int i = 0; i < values.length; i++) {
                if (half) {
                    to.putShort(2 * i, Half.of(values[i]));
                } else {
                    to.putFloat(4 * i, values[i]);
                }
            }
        }
    }

    /** Whole numbers: tables of indices. */
    record Table(int[] values) implements Content {
        @Override
        public Object key() {
            return Arrays.toString(values);
        }

        @Override
        public long bytes() {
            return 4L * values.length;
        }

        @Override
        public void write(ByteBuffer to) {
            to.asIntBuffer().put(values);
        }
    }

    /**
     * The full width of a constant, for products that read a part of it by a leading dimension.
     *
     * @param scale a factor for each index of {@code axis}, or null
     * @param axis 0 or 1
     */
    record Master(Tensor base, boolean half, float @Nullable [] scale, int axis) implements Content {
        /** The same tensor in the same type, multiplied by the same factors. */
        private record Key(int identity, Master content) {
            @Override
            public boolean equals(Object o) {
                return o instanceof Key k
                        && content.base == k.content.base
                        && content.half == k.content.half
                        && content.axis == k.content.axis
                        && Arrays.equals(content.scale, k.content.scale);
            }

            @Override
            public int hashCode() {
                return identity;
            }
        }

        @Override
        public Object key() {
            return new Key(System.identityHashCode(base), this);
        }

        @Override
        public long bytes() {
            return (half ? 2L : 4L) * base.elements();
        }

        @Override
        public void write(ByteBuffer to) {
            FloatBuffer from = base.bytes().asFloatBuffer();
            if (!half && scale == null) {
                to.asFloatBuffer().put(from);
                return;
            }
            int n = from.remaining();
            int row = scale == null || axis == 1 ? 1 : n / scale.length;
            for (int i = 0; i < n; i++) {
                float v = scale == null ? from.get(i) : scale[i / row % scale.length] * from.get(i);
                if (half) {
                    to.putShort(2 * i, Half.of(v));
                } else {
                    to.putFloat(4 * i, v);
                }
            }
        }

        @Override
        public boolean isMaster() {
            return true;
        }
    }

    /** Order of the axes of packed weights; the tensor's are [0, 1, kernel...]. */
    enum Order {
        /** As in the tensor: cuDNN's KCRS. */
        PLAIN,
        /** [0, kernel..., 1]: cuDNN's KRSC. */
        CHANNELS_LAST,
        /** [kernel..., 0], axis 1 being 1: what the bridge's depthwise kernel reads. */
        DEPTHWISE
    }

    /**
     * The cut of a constant, gathered, scaled and put in order.
     *
     * @param scale a factor for each output channel, or null
     * @param scaleAxis the axis that carries it
     * @param groups where scale is on axis 1: axis 0 is split between them
     */
    record Weights(Tensor tensor, float @Nullable [] scale, int scaleAxis, int groups, Order order, boolean half)
            implements Content {
        /** The same cut of the same tensor, scaled and ordered alike. */
        private record Key(int hash, Weights w) {
            @Override
            public boolean equals(Object o) {
                return o instanceof Key k
                        && w.tensor.base() == k.w.tensor.base()
                        && w.tensor.cut(0).equals(k.w.tensor.cut(0))
                        && w.tensor.cut(1).equals(k.w.tensor.cut(1))
                        && Arrays.equals(w.scale, k.w.scale)
                        && (w.scale == null || (w.scaleAxis == k.w.scaleAxis && w.groups == k.w.groups))
                        && w.order == k.w.order
                        && w.half == k.w.half;
            }

            @Override
            public int hashCode() {
                return hash;
            }
        }

        @Override
        public Object key() {
            int hash =
                    31 * System.identityHashCode(tensor.base()) + tensor.cut(0).hashCode();
            return new Key(31 * hash + tensor.cut(1).hashCode(), this);
        }

        @Override
        public long bytes() {
            return (half ? 2L : 4L) * tensor.elements();
        }

        @Override
        public void write(ByteBuffer to) {
            FloatBuffer from = tensor.base().bytes().asFloatBuffer();
            int rank = tensor.shape().rank();
            int kernel = Math.toIntExact(tensor.shape().elements(2, rank));
            int size1 = tensor.cut(1).size();
            int[] kept0 = tensor.cut(0).indices();
            int[] kept1 = tensor.cut(1).indices();
            int[] stride = strides(kept0.length, kept1.length, kernel);
            for (int i = 0; i < kept0.length; i++) {
                int group = i / Math.max(1, kept0.length / groups);
                for (int j = 0; j < kept1.length; j++) {
                    float f = scale == null ? 1 : scale[scaleAxis == 0 ? i : (group % groups) * kept1.length + j];
                    int source = (kept0[i] * size1 + kept1[j]) * kernel;
                    int target = i * stride[0] + j * stride[1];
                    for (int r = 0; r < kernel; r++) {
                        float v = scale == null ? from.get(source + r) : f * from.get(source + r);
                        int at = target + r * stride[2];
                        if (half) {
                            to.putShort(2 * at, Half.of(v));
                        } else {
                            to.putFloat(4 * at, v);
                        }
                    }
                }
            }
        }

        private int[] strides(int n0, int n1, int kernel) {
            return switch (order) {
                case PLAIN -> new int[] {n1 * kernel, kernel, 1};
                case CHANNELS_LAST -> new int[] {n1 * kernel, 1, n1};
                case DEPTHWISE -> new int[] {1, n0, n0};
            };
        }
    }
}
