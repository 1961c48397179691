package io.dms.serve.protocol;

/** Half precision, which the JDK has only from 20 on. */
public final class Half {
    private Half() {}

    /** The nearest half precision number, ties to even, as its bits; what is too large becomes infinite. */
    public static short of(float value) {
        int bits = Float.floatToRawIntBits(value);
        int sign = bits >>> 16 & 0x8000;
        int magnitude = bits & 0x7fffffff;
        if (magnitude > 0x7f800000) {
            return (short) (sign | 0x7e00);
        }
        if (magnitude >= 0x47800000) {
            return (short) (sign | 0x7c00);
        }
        if (magnitude < 0x38800000) {
            // Below the smallest normal number: adding 0.5 makes the hardware round to steps of 2^-24.
            float shifted = Float.intBitsToFloat(magnitude) + 0.5f;
            return (short) (sign | (Float.floatToRawIntBits(shifted) - 0x3f000000));
        }
        int rounded = magnitude + 0xfff + (magnitude >>> 13 & 1) - 0x38000000;
        return (short) (sign | rounded >>> 13);
    }

    /** The nearest number of brain floating point, ties to even, as its bits: the upper half of those of a float. */
    static short brain(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40); // rounding could carry it into infinity or the sign
        }
        return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
    }

    /** The number of these bits. */
    public static float toFloat(short half) {
        int magnitude = half & 0x7fff;
        int sign = (half & 0x8000) << 16;
        if (magnitude >= 0x7c00) {
            return Float.intBitsToFloat(sign | 0x7f800000 | (magnitude & 0x3ff) << 13);
        }
        if (magnitude >= 0x400) {
            return Float.intBitsToFloat(sign | (magnitude << 13) + 0x38000000);
        }
        float small = magnitude * 0x1p-24f;
        return sign == 0 ? small : -small;
    }
}
