package io.dms.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NotFiniteTest {
    private static final float[] BAD = {
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        Float.intBitsToFloat(0x7f800001),
        Float.intBitsToFloat(0xffffffff)
    };

    private static ByteBuffer bytes(int n, SplittableRandom random) {
        ByteBuffer b = ByteBuffer.allocateDirect(Float.BYTES * n).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < n; i++) {
            int bits = random.nextInt();
            b.putFloat(
                    i * 4, Float.isFinite(Float.intBitsToFloat(bits)) ? Float.intBitsToFloat(bits) : -Float.MAX_VALUE);
        }
        return b;
    }

    @Test
    void finiteNumbersOfAnySizePass() {
        SplittableRandom random = new SplittableRandom(1);
        for (int n : new int[] {0, 1, 2, 3, 1000, 16383, 16384, 16385, 40001}) {
            assertThat(NotFinite.first(bytes(n, random))).as("%d floats", n).isEqualTo(-1);
        }
        ByteBuffer edges = ByteBuffer.allocate(20).order(ByteOrder.LITTLE_ENDIAN);
        for (float v : new float[] {Float.MAX_VALUE, -Float.MAX_VALUE, Float.MIN_VALUE, -0f, 0f}) {
            edges.putFloat(v);
        }
        assertThat(NotFinite.first(edges.flip())).isEqualTo(-1);
    }

    @Test
    void theFirstOfThoseThatAreNotFiniteIsFoundWhereverItIs() {
        SplittableRandom random = new SplittableRandom(2);
        for (int round = 0; round < 300; round++) {
            int n = 1 + random.nextInt(round % 3 == 0 ? 9 : 40_000);
            ByteBuffer b = bytes(n, random);
            int at = random.nextInt(n);
            for (int i = at; i < n; i += 1 + random.nextInt(n)) {
                b.putFloat(i * 4, BAD[random.nextInt(BAD.length)]);
            }
            assertThat(NotFinite.first(b.asReadOnlyBuffer()))
                    .as("round %d", round)
                    .isEqualTo(at);
        }
    }
}
