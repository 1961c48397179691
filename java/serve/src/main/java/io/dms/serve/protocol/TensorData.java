package io.dms.serve.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * A tensor on its way: dense, row-major, little-endian. Immutable as far as nobody writes to the bytes that it was made of.
 *
 * @param name of the input or output
 * @param type of its elements
 * @param shape sizes, each at least 0; the batch first
 * @param data its bytes, from position to limit; {@link TensorType#BYTES} each behind a length of four bytes
 * @param parameters by name: Boolean, Long, Double or String
 */
@SuppressWarnings("ArrayRecordComponent")
public record TensorData(String name, TensorType type, long[] shape, ByteBuffer data, Map<String, Object> parameters) {
    /** @throws InferenceException if shape and bytes don't fit together */
    public TensorData {
        data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
        long elements = elements(name, shape);
        if (type.numeric() && Math.multiplyExact(elements, (long) type.bytes()) != data.remaining()) {
            throw InferenceException.invalid("tensor " + Text.brief(name) + " of shape " + Arrays.toString(shape)
                    + " and datatype " + type + " takes " + elements * type.bytes() + " bytes, but has "
                    + data.remaining());
        }
    }

    /** A tensor of single precision numbers. */
    public static TensorData ofFloats(String name, long[] shape, float... values) {
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return new TensorData(name, TensorType.FP32, shape, bytes, Map.of());
    }

    /** A tensor of single precision numbers, copied from index 0 of a buffer on. */
    public static TensorData ofFloats(String name, long[] shape, FloatBuffer values) {
        int n = Math.toIntExact(elements(name, shape));
        ByteBuffer bytes = ByteBuffer.allocate(n * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values.slice(0, n));
        return new TensorData(name, TensorType.FP32, shape, bytes, Map.of());
    }

    /** Number of elements. */
    public long elements() {
        return elements(name, shape);
    }

    /**
     * Its numbers in single precision, whatever their type.
     *
     * @throws InferenceException if it holds no numbers
     */
    public float[] floats() {
        float[] out = new float[Math.toIntExact(elements())];
        Numbers.toFloats(this, 0, FloatBuffer.wrap(out), out.length);
        return out;
    }

    /** Product of the sizes. */
    static long elements(String name, long[] shape) {
        long n = 1;
        try {
            for (long d : shape) {
                if (d < 0) {
                    throw InferenceException.invalid(
                            "tensor " + Text.brief(name) + ": sizes in a shape are at least 0, but there is " + d);
                }
                n = Math.multiplyExact(n, d);
            }
            if (n > Integer.MAX_VALUE) {
                throw new ArithmeticException("too many");
            }
        } catch (ArithmeticException e) {
            throw new InferenceException(
                    Refusal.INVALID, "tensor " + Text.brief(name) + ": its shape has too many elements", e);
        }
        return n;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof TensorData t
                && name.equals(t.name)
                && type == t.type
                && Arrays.equals(shape, t.shape)
                && data.equals(t.data)
                && parameters.equals(t.parameters);
    }

    @Override
    public int hashCode() {
        return name.hashCode() * 31 + Arrays.hashCode(shape);
    }

    @Override
    public String toString() {
        return name + " " + type + Arrays.toString(shape);
    }
}
