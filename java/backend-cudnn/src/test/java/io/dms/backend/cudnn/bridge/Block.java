package io.dms.backend.cudnn.bridge;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.bytedeco.javacpp.BytePointer;

/** Memory outside the heap, filled with bytes that are NaN in every type, so that what nobody wrote is seen. */
final class Block {
    private static final int ALIGNMENT = 64;

    private final BytePointer pointer;
    private final ByteBuffer bytes;
    private final long address;

    Block(long size) {
        pointer = new BytePointer(size + ALIGNMENT);
        address = (pointer.address() + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
        ByteBuffer all = pointer.capacity(size + ALIGNMENT).asByteBuffer();
        int from = (int) (address - pointer.address());
        bytes = all.slice(from, (int) size).order(ByteOrder.nativeOrder());
        for (int i = 0; i < size; i++) {
            bytes.put(i, (byte) 0xff);
        }
    }

    static Block floats(float... values) {
        Block b = new Block(4L * values.length);
        b.bytes.asFloatBuffer().put(values);
        return b;
    }

    static Block ints(int... values) {
        Block b = new Block(4L * values.length);
        b.bytes.asIntBuffer().put(values);
        return b;
    }

    static Block longs(long... values) {
        Block b = new Block(8L * values.length);
        b.bytes.asLongBuffer().put(values);
        return b;
    }

    long address() {
        return address;
    }

    ByteBuffer bytes() {
        return bytes;
    }

    /** Element i of floats or, where half is 1, of half precision. */
    float get(int half, int i) {
        return half == 1 ? decode(bytes.getShort(2 * i)) : bytes.getFloat(4 * i);
    }

    /** Writes an element; a half is rounded to the nearest. Returns what was stored. */
    float put(int half, int i, float value) {
        if (half == 1) {
            bytes.putShort(2 * i, encode(value));
        } else {
            bytes.putFloat(4 * i, value);
        }
        return get(half, i);
    }

    /** IEEE 754 binary16 by its definition. */
    static float decode(short bits) {
        int exponent = bits >> 10 & 31;
        int mantissa = bits & 1023;
        double magnitude = exponent == 31
                ? mantissa == 0 ? Double.POSITIVE_INFINITY : Double.NaN
                : exponent == 0 ? Math.scalb((double) mantissa, -24) : Math.scalb(1024.0 + mantissa, exponent - 25);
        return (float) (bits < 0 ? -magnitude : magnitude);
    }

    /** The nearest binary16, ties to even, by its definition. */
    static short encode(float value) {
        int sign = Float.floatToRawIntBits(value) < 0 ? 0x8000 : 0;
        if (Float.isNaN(value)) {
            return (short) (sign | 0x7fff);
        }
        double x = Math.abs((double) value);
        int exponent = Math.max(Math.getExponent(x), -14);
        double steps = x >= 65520 ? Double.POSITIVE_INFINITY : Math.rint(Math.scalb(x, 10 - exponent));
        if (Double.isInfinite(steps)) {
            return (short) (sign | 0x7c00);
        }
        // A mantissa that rounds up to 2048 carries into the exponent by itself.
        return (short) (sign | ((int) steps + ((exponent + 14) << 10)));
    }
}
