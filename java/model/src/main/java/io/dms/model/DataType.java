package io.dms.model;

/** Element type of a {@link Tensor}. Half and double precision weights become {@link #FLOAT32} when they are read. */
public enum DataType {
    /** IEEE 754 single precision. */
    FLOAT32(4),
    /** Signed 64-bit integer. */
    INT64(8),
    /** Signed 32-bit integer. */
    INT32(4),
    /** Signed byte: quantised weights, and the zero points of their scales. */
    INT8(1),
    /** Unsigned byte. */
    UINT8(1),
    /** One byte each, 0 or 1. */
    BOOL(1);

    private final int bytes;

    DataType(int bytes) {
        this.bytes = bytes;
    }

    /** Bytes of one element. */
    public int bytes() {
        return bytes;
    }
}
