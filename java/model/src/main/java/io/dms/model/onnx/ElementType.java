package io.dms.model.onnx;

import ai.onnx.proto.OnnxMl.TensorProto;

/** ONNX's numbers for element types, as far as they matter here. */
final class ElementType {
    static final int UNKNOWN = 0;
    static final int FLOAT = 1;
    static final int UINT8 = 2;
    static final int INT8 = 3;
    static final int UINT16 = 4;
    static final int INT16 = 5;
    static final int INT32 = 6;
    static final int INT64 = 7;
    static final int BOOL = 9;
    static final int FLOAT16 = 10;
    static final int DOUBLE = 11;
    static final int UINT32 = 12;
    static final int UINT64 = 13;
    static final int BFLOAT16 = 16;

    private ElementType() {}

    /** The name that people know, as in {@code FLOAT16}. */
    static String name(int type) {
        TensorProto.DataType t = TensorProto.DataType.forNumber(type);
        return t == null ? "type " + type : t.name();
    }

    /** True for all types of real numbers; they are one here, single precision. */
    static boolean isFloat(int type) {
        return type == FLOAT || type == FLOAT16 || type == DOUBLE || type == BFLOAT16;
    }

    /** The type that constants and activations of a file's type have here. */
    static int canonical(int type) {
        return isFloat(type) ? FLOAT : type;
    }

    /** Bytes of one element in {@code raw_data}, 0 for types that are not read. */
    static int bytes(int type) {
        return switch (type) {
            case UINT8, INT8, BOOL -> 1;
            case UINT16, INT16, FLOAT16, BFLOAT16 -> 2;
            case FLOAT, INT32, UINT32 -> 4;
            case DOUBLE, INT64, UINT64 -> 8;
            default -> 0;
        };
    }
}
