package io.dms.serve.protocol;

import org.jspecify.annotations.Nullable;

/** Element types of the protocol, by the names that it uses. Numbers are little-endian on the wire. */
public enum TensorType {
    /** One byte, 0 or 1. */
    BOOL(1),
    /** Unsigned byte. */
    UINT8(1),
    /** Unsigned 16-bit integer. */
    UINT16(2),
    /** Unsigned 32-bit integer. */
    UINT32(4),
    /** Unsigned 64-bit integer. */
    UINT64(8),
    /** Signed byte. */
    INT8(1),
    /** Signed 16-bit integer. */
    INT16(2),
    /** Signed 32-bit integer. */
    INT32(4),
    /** Signed 64-bit integer. */
    INT64(8),
    /** IEEE 754 half precision; raw only in protobuf. */
    FP16(2),
    /** The upper half of a single precision number; raw only in protobuf. */
    BF16(2),
    /** IEEE 754 single precision. */
    FP32(4),
    /** IEEE 754 double precision. */
    FP64(8),
    /** Strings of bytes; raw, each behind its length in four bytes. */
    BYTES(0);

    private final int bytes;

    TensorType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element, 0 for {@link #BYTES}. */
    public int bytes() {
        return bytes;
    }

    /** True for everything but {@link #BYTES}. */
    public boolean numeric() {
        return bytes > 0;
    }

    /** True for half, brain, single and double precision. */
    public boolean floating() {
        return this == FP16 || this == BF16 || this == FP32 || this == FP64;
    }

    /**
     * The type of a name.
     *
     * @throws InferenceException if the protocol has none
     */
    public static TensorType of(@Nullable String name) {
        for (TensorType t : values()) {
            if (t.name().equals(name)) {
                return t;
            }
        }
        throw InferenceException.invalid("there is no datatype " + Text.brief(name)
                + ": it is one of BOOL, UINT8 to UINT64, INT8 to INT64, FP16," + " BF16, FP32, FP64, BYTES");
    }
}
