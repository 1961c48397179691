package io.dms.model.onnx;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;

/**
 * Looks for infinities and values that are no numbers. Every weight of a model is looked at when it is read, mostly by code
 * that was not compiled yet, so two values are looked at together and nothing is decided for each.
 */
final class NotFinite {
    private static final int PIECE = 1 << 13;

    /** The exponents of two floats. */
    private static final long EXPONENTS = 0x7f800000_7f800000L;

    /** Added to an exponent this carries into the sign's place where all of the exponent's bits are set, and only there. */
    private static final long ONE = 0x00800000_00800000L;

    private static final long CARRIES = 0x80000000_80000000L;

    private NotFinite() {}

    /**
     * Place of the first element that is not finite, -1 where all are.
     *
     * @param floats position 0 to limit; the order is set to little-endian
     */
    static int first(ByteBuffer floats) {
        LongBuffer pairs = floats.order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
        long[] piece = new long[Math.min(PIECE, pairs.limit())];
        int checked = 0;
        while (pairs.hasRemaining()) {
            int n = Math.min(PIECE, pairs.remaining());
            pairs.get(piece, 0, n);
            if ((carries(piece, n) & CARRIES) != 0) {
                break;
            }
            checked += 2 * n;
        }
        for (int i = checked; i < floats.limit() / Float.BYTES; i++) {
            if (!Float.isFinite(floats.getFloat(i * Float.BYTES))) {
                return i;
            }
        }
        return -1;
    }

    private static long carries(long[] piece, int n) {
        long all = 0;
        for (int i = 0; i < n; i++) {
            all |= (piece[i] & EXPONENTS) + ONE;
        }
        return all;
    }
}
