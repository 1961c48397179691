package io.dms.serve.protocol;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.function.Supplier;

/** Integers of the protocol's eight types, each within its range. */
final class Integers {
    private Integers() {}

    private static boolean signed(TensorType type) {
        return type.name().startsWith("INT");
    }

    /** Writes an integer at the buffer's position; refuses one that is out of the type's range. */
    static void put(TensorType type, BigInteger v, ByteBuffer out, Supplier<InferenceException> refusal) {
        int bits = 8 * type.bytes();
        boolean fits = signed(type) ? v.bitLength() < bits : v.signum() >= 0 && v.bitLength() <= bits;
        if (!fits) {
            throw refusal.get();
        }
        switch (type.bytes()) {
            case 1 -> out.put(v.byteValue());
            case 2 -> out.putShort(v.shortValue());
            case 4 -> out.putInt(v.intValue());
            default -> out.putLong(v.longValue());
        }
    }

    /** Reads element i. */
    static BigInteger get(TensorType type, ByteBuffer in, int i) {
        long v = switch (type.bytes()) {
            case 1 -> in.get(i);
            case 2 -> in.getShort(2 * i);
            case 4 -> in.getInt(4 * i);
            default -> in.getLong(8 * i);
        };
        BigInteger big = BigInteger.valueOf(v);
        return signed(type) || v >= 0 ? big : big.add(BigInteger.ONE.shiftLeft(8 * type.bytes()));
    }
}
