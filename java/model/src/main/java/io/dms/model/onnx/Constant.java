package io.dms.model.onnx;

import io.dms.model.DataType;
import io.dms.model.ModelException;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A value known at import: a weight, a folded subgraph, or the result of shape arithmetic. Elements of shape arithmetic
 * may depend on the batch size N: each is then {@code value + batch * N}, and the constant is <em>symbolic</em>.
 * Immutable; arrays handed out are not copies and must not be changed.
 */
final class Constant {
    private final int type;
    private final int[] dims;
    private final int size;
    private @Nullable Tensor tensor;
    private float @Nullable [] floats;
    private final long @Nullable [] longs;
    private final double @Nullable [] values;
    private final double @Nullable [] batch;

    private Constant(
            int type,
            int[] dims,
            @Nullable Tensor tensor,
            float @Nullable [] floats,
            long @Nullable [] longs,
            double @Nullable [] values,
            double @Nullable [] batch) {
        this.type = type;
        this.dims = dims;
        this.size = size(dims);
        this.tensor = tensor;
        this.floats = floats;
        this.longs = longs;
        this.values = values;
        this.batch = batch;
    }

    static Constant of(Tensor floats) {
        return new Constant(ElementType.FLOAT, floats.shape().dims(), floats, null, null, null, null);
    }

    static Constant floats(int[] dims, float... v) {
        return new Constant(ElementType.FLOAT, dims, null, v, null, null, null);
    }

    static Constant longs(int type, int[] dims, long... v) {
        return new Constant(type, dims, null, null, v, null, null);
    }

    /** Elements {@code values[i] + batch[i] * N}; an ordinary constant where no element depends on N. */
    static Constant symbolic(int type, int[] dims, double[] values, double[] batch) {
        if (Arrays.stream(batch).anyMatch(b -> b != 0)) {
            return new Constant(type, dims, null, null, null, values, batch);
        }
        if (type == ElementType.FLOAT) {
            float[] f = new float[values.length];
            for (int i = 0; i < f.length; i++) {
                f[i] = (float) values[i];
            }
            return floats(dims, f);
        }
        long[] l = new long[values.length];
        for (int i = 0; i < l.length; i++) {
            l[i] = (long) values[i];
        }
        return longs(type, dims, l);
    }

    /** Number of elements of a shape; {@link ArithmeticException} where that is beyond an int. */
    static int size(int[] dims) {
        long n = 1;
        for (int d : dims) {
            n = Math.multiplyExact(n, (long) d);
        }
        return Math.toIntExact(n);
    }

    int type() {
        return type;
    }

    int[] dims() {
        return dims;
    }

    int rank() {
        return dims.length;
    }

    int size() {
        return size;
    }

    boolean isFloat() {
        return type == ElementType.FLOAT;
    }

    boolean isSymbolic() {
        return batch != null;
    }

    /** Elements of a float constant that is not symbolic. */
    float[] floats() {
        if (floats == null) {
            if (tensor == null) {
                throw new UnsupportedForm("not a known float constant");
            }
            floats = tensor.floats();
        }
        return floats;
    }

    /** Elements of an integer or boolean constant that is not symbolic. */
    long[] longs() {
        if (longs == null) {
            throw new UnsupportedForm("not a known integer constant");
        }
        return longs;
    }

    /** The part of an element that does not depend on N. */
    double value(int i) {
        if (values != null) {
            return values[i];
        }
        return longs != null ? longs[i] : floats()[i];
    }

    /** How many times N an element holds. */
    double batch(int i) {
        return batch == null ? 0 : batch[i];
    }

    /** The same elements in another shape of the same size. */
    Constant reshaped(int[] dims) {
        Tensor t = tensor == null ? null : Tensor.of(tensor.type(), Shape.of(dims), tensor.bytes());
        return new Constant(type, dims, t, floats, longs, values, batch);
    }

    /** The elements at the given places, in a new shape. */
    Constant take(int[] dims, int[] index) {
        if (batch != null && values != null) {
            double[] v = new double[index.length];
            double[] b = new double[index.length];
            for (int i = 0; i < index.length; i++) {
                v[i] = values[index[i]];
                b[i] = batch[index[i]];
            }
            return symbolic(type, dims, v, b);
        }
        if (isFloat()) {
            float[] in = floats();
            float[] out = new float[index.length];
            for (int i = 0; i < index.length; i++) {
                out[i] = in[index[i]];
            }
            return floats(dims, out);
        }
        long[] in = longs();
        long[] out = new long[index.length];
        for (int i = 0; i < index.length; i++) {
            out[i] = in[index[i]];
        }
        return longs(type, dims, out);
    }

    /**
     * This constant for a graph.
     *
     * @param name for the message
     * @throws ModelException if its type is not one that graphs hold
     */
    Tensor toTensor(String name) {
        if (tensor == null) {
            tensor = isFloat() ? Tensor.ofFloats(Shape.of(dims), floats()) : integers(name);
        }
        return tensor;
    }

    private Tensor integers(String name) {
        long[] v = longs();
        DataType t = switch (type) {
            case ElementType.INT64 -> DataType.INT64;
            case ElementType.INT32 -> DataType.INT32;
            case ElementType.INT8 -> DataType.INT8;
            case ElementType.UINT8 -> DataType.UINT8;
            case ElementType.BOOL -> DataType.BOOL;
            default ->
                throw new ModelException("constant " + Text.clean(name) + " has type " + ElementType.name(type)
                        + ", which is not supported: export the network with float32 weights");
        };
        if (t == DataType.INT64) {
            return Tensor.ofLongs(Shape.of(dims), v);
        }
        ByteBuffer b =
                ByteBuffer.allocate(Math.multiplyExact(v.length, t.bytes())).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < v.length; i++) {
            if (t == DataType.INT32) {
                b.putInt(i * 4, (int) v[i]);
            } else {
                b.put(i, (byte) v[i]);
            }
        }
        return Tensor.of(t, Shape.of(dims), b);
    }

    @Override
    public String toString() {
        return ElementType.name(type) + Arrays.toString(dims);
    }
}
