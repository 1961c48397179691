package io.dms.serve.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Map;

/**
 * Numbers of any type as the single precision that models compute in, and back. An integer tensor may carry the parameter
 * {@code scale}: then its numbers are multiplied by it, which is how features quantised to a byte travel.
 */
public final class Numbers {
    /** Parameter of an integer tensor: what one step is worth. */
    public static final String SCALE = "scale";

    private Numbers() {}

    /**
     * Writes elements of a tensor into a buffer, from index 0 on.
     *
     * @param from first element
     * @param out at least {@code count} floats
     * @throws InferenceException if the tensor holds no numbers, or its scale is none
     */
    public static void toFloats(TensorData tensor, int from, FloatBuffer out, int count) {
        ByteBuffer in = tensor.data();
        switch (tensor.type()) {
            case FP32 -> out.put(0, in.asFloatBuffer(), from, count);
            case FP64 -> {
                for (int i = 0; i < count; i++) {
                    out.put(i, (float) in.getDouble((from + i) * 8));
                }
            }
            case FP16 -> {
                for (int i = 0; i < count; i++) {
                    out.put(i, Half.toFloat(in.getShort((from + i) * 2)));
                }
            }
            case BF16 -> {
                for (int i = 0; i < count; i++) {
                    out.put(i, Float.intBitsToFloat(in.getShort((from + i) * 2) << 16));
                }
            }
            case BYTES ->
                throw InferenceException.invalid(
                        "tensor " + Text.brief(tensor.name()) + " has datatype BYTES, and the model takes numbers");
            default -> {
                float scale = scale(tensor);
                for (int i = 0; i < count; i++) {
                    out.put(i, integer(tensor.type(), in, from + i) * scale);
                }
            }
        }
    }

    private static float integer(TensorType type, ByteBuffer in, int i) {
        return switch (type) {
            case BOOL -> in.get(i) == 0 ? 0 : 1;
            case UINT8 -> in.get(i) & 0xff;
            case INT8 -> in.get(i);
            case UINT16 -> in.getShort(2 * i) & 0xffff;
            case INT16 -> in.getShort(2 * i);
            case UINT32 -> in.getInt(4 * i) & 0xffffffffL;
            case INT32 -> in.getInt(4 * i);
            case UINT64 -> unsigned(in.getLong(8 * i));
            default -> in.getLong(8 * i);
        };
    }

    private static float unsigned(long v) {
        return v >= 0 ? v : 2f * (v >>> 1 | (v & 1));
    }

    /**
     * The scale of an integer tensor, 1 where it has none.
     *
     * @throws InferenceException if it is not a number above 0
     */
    static float scale(TensorData tensor) {
        Object given = tensor.parameters().get(SCALE);
        if (given == null) {
            return 1;
        }
        float scale = (float) (given instanceof Number n ? n.doubleValue() : parsed(given));
        if (!(scale > 0 && scale < Float.POSITIVE_INFINITY)) {
            throw InferenceException.invalid("parameter scale of tensor " + Text.brief(tensor.name())
                    + " must be a number above 0 that single precision has: " + Text.brief(given));
        }
        return scale;
    }

    private static double parsed(Object text) {
        try {
            return Double.parseDouble(text.toString());
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /**
     * Floats as a tensor of another type: half precision and brain floating point rounded to nearest, a byte
     * ({@link TensorType#INT8}) as steps of the largest magnitude over 127, with the parameter {@link #SCALE}.
     *
     * @param values read from index 0 on
     * @throws IllegalArgumentException for another type than FP32, FP16, BF16, INT8
     */
    public static TensorData ofFloats(String name, long[] shape, FloatBuffer values, TensorType type) {
        int n = Math.toIntExact(TensorData.elements(name, shape));
        ByteBuffer out =
                ByteBuffer.allocate(Math.multiplyExact(n, type.bytes())).order(ByteOrder.LITTLE_ENDIAN);
        Map<String, Object> parameters = Map.of();
        switch (type) {
            case FP32 -> out.asFloatBuffer().put(values.slice(0, n));
            case FP16 -> {
                for (int i = 0; i < n; i++) {
                    out.putShort(2 * i, Half.of(values.get(i)));
                }
            }
            case BF16 -> {
                for (int i = 0; i < n; i++) {
                    out.putShort(2 * i, Half.brain(values.get(i)));
                }
            }
            case INT8 -> parameters = Map.of(SCALE, quantise(values, n, out));
            default -> throw new IllegalArgumentException("floats can't travel as " + type);
        }
        return new TensorData(name, type, shape, out, parameters);
    }

    private static double quantise(FloatBuffer values, int n, ByteBuffer out) {
        float most = 0;
        for (int i = 0; i < n; i++) {
            float v = Math.abs(values.get(i));
            most = Float.isFinite(v) ? Math.max(most, v) : most;
        }
        float scale = most == 0 ? 1 : Math.max(most / 127, Float.MIN_NORMAL);
        for (int i = 0; i < n; i++) {
            int q = Math.round(values.get(i) / scale);
            out.put(i, (byte) Math.max(-127, Math.min(127, q)));
        }
        return scale;
    }
}
