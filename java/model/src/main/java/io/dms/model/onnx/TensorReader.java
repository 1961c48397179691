package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;
import io.dms.model.DataType;
import io.dms.model.ModelException;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Reads {@code TensorProto}. Single precision {@code raw_data} is not copied; other real types become single precision.
 * Sizes are checked against the bytes that are really there before memory is taken.
 */
final class TensorReader {
    private static final int MAX_RANK = 32;

    private final ExternalData external;

    TensorReader(ExternalData external) {
        this.external = external;
    }

    /**
     * @param what for messages, as in {@code initializer conv1.weight}
     * @throws ModelException if the type is not supported or the data do not fit the shape
     */
    Constant read(TensorProto p, String what) {
        int type = p.getDataType();
        int[] dims = dims(p, what);
        int width = ElementType.bytes(type);
        if (width == 0) {
            throw new ModelException(what + " has type " + ElementType.name(type)
                    + ", which is not supported: export the network with float32 weights");
        }
        if (p.hasSegment()) {
            throw new ModelException(what + " is stored in segments, which is not supported: export the model again");
        }
        long n = 1;
        for (int d : dims) {
            n = d == 0 ? 0 : n > Integer.MAX_VALUE / d ? Long.MAX_VALUE : n * d;
            if (n == Long.MAX_VALUE) {
                break;
            }
        }
        if (n > Integer.MAX_VALUE / width) {
            throw new ModelException(what + " of shape " + Shape.of(dims) + " is larger than 2 GiB");
        }
        int elements = (int) n;
        if (p.getDataLocation() == TensorProto.DataLocation.EXTERNAL) {
            return raw(external.bytes(p, what, n * width), type, dims, elements, what);
        }
        if (p.hasRawData()) {
            return raw(p.getRawData().asReadOnlyByteBuffer(), type, dims, elements, what);
        }
        return typed(p, type, dims, elements, what);
    }

    private static int[] dims(TensorProto p, String what) {
        if (p.getDimsCount() > MAX_RANK) {
            throw new ModelException(
                    what + " has " + p.getDimsCount() + " dimensions; at most " + MAX_RANK + " are supported");
        }
        int[] dims = new int[p.getDimsCount()];
        for (int i = 0; i < dims.length; i++) {
            long d = p.getDims(i);
            if (d < 0 || d > Integer.MAX_VALUE) {
                throw new ModelException(what + " has dimension " + d + ": the file is damaged");
            }
            dims[i] = (int) d;
        }
        return dims;
    }

    private static Constant raw(ByteBuffer bytes, int type, int[] dims, int n, String what) {
        ByteBuffer b = bytes.order(ByteOrder.LITTLE_ENDIAN);
        int width = ElementType.bytes(type);
        check(b.remaining(), (long) n * width, "bytes", dims, what);
        int at = b.position();
        if (type == ElementType.FLOAT) {
            return Constant.of(Tensor.of(DataType.FLOAT32, Shape.of(dims), b));
        }
        if (ElementType.isFloat(type)) {
            float[] v = new float[n];
            for (int i = 0; i < n; i++) {
                v[i] = switch (type) {
                    case ElementType.FLOAT16 -> half(b.getShort(at + 2 * i));
                    case ElementType.BFLOAT16 -> Float.intBitsToFloat(b.getShort(at + 2 * i) << 16);
                    default -> (float) b.getDouble(at + 8 * i);
                };
            }
            return Constant.floats(dims, v);
        }
        long[] v = new long[n];
        for (int i = 0; i < n; i++) {
            v[i] = switch (type) {
                case ElementType.INT8 -> b.get(at + i);
                case ElementType.UINT8 -> b.get(at + i) & 0xff;
                case ElementType.BOOL -> b.get(at + i) == 0 ? 0 : 1;
                case ElementType.INT16 -> b.getShort(at + 2 * i);
                case ElementType.UINT16 -> b.getShort(at + 2 * i) & 0xffff;
                case ElementType.INT32 -> b.getInt(at + 4 * i);
                case ElementType.UINT32 -> b.getInt(at + 4 * i) & 0xffffffffL;
                default -> b.getLong(at + 8 * i);
            };
        }
        return Constant.longs(type, dims, v);
    }

    private static Constant typed(TensorProto p, int type, int[] dims, int n, String what) {
        int have = switch (type) {
            case ElementType.FLOAT -> p.getFloatDataCount();
            case ElementType.DOUBLE -> p.getDoubleDataCount();
            case ElementType.INT64 -> p.getInt64DataCount();
            case ElementType.UINT32, ElementType.UINT64 -> p.getUint64DataCount();
            default -> p.getInt32DataCount();
        };
        check(have, n, "elements", dims, what);
        if (ElementType.isFloat(type)) {
            float[] v = new float[n];
            for (int i = 0; i < n; i++) {
                v[i] = switch (type) {
                    case ElementType.FLOAT -> p.getFloatData(i);
                    case ElementType.DOUBLE -> (float) p.getDoubleData(i);
                    case ElementType.FLOAT16 -> half((short) p.getInt32Data(i));
                    default -> Float.intBitsToFloat(p.getInt32Data(i) << 16);
                };
            }
            return Constant.floats(dims, v);
        }
        long[] v = new long[n];
        for (int i = 0; i < n; i++) {
            v[i] = switch (type) {
                case ElementType.INT64 -> p.getInt64Data(i);
                case ElementType.UINT32, ElementType.UINT64 -> p.getUint64Data(i);
                case ElementType.BOOL -> p.getInt32Data(i) == 0 ? 0 : 1;
                default -> p.getInt32Data(i);
            };
        }
        return Constant.longs(type, dims, v);
    }

    private static void check(long have, long want, String unit, int[] dims, String what) {
        if (have != want) {
            throw new ModelException(what + " of shape " + Shape.of(dims) + " needs " + want + " " + unit + " but has "
                    + have + ": the file is damaged");
        }
    }

    /** IEEE 754 half precision to single precision. */
    static float half(short bits) {
        int sign = (bits & 0x8000) << 16;
        int exponent = (bits >> 10) & 0x1f;
        int fraction = bits & 0x3ff;
        if (exponent == 0) {
            float tiny = fraction * 0x1p-24f;
            return sign == 0 ? tiny : -tiny;
        }
        int e = exponent == 31 ? 255 : exponent + 112;
        return Float.intBitsToFloat(sign | (e << 23) | (fraction << 13));
    }
}
