package io.dms.cli.bench;

import io.dms.model.Graph;
import io.dms.model.UserException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Random;

/** Inputs and outputs of a network in direct memory. */
final class Buffers {
    private static final long MOST_ELEMENTS = Integer.MAX_VALUE / Float.BYTES;

    private Buffers() {}

    /** One buffer for each value, filled with normally distributed numbers. */
    static FloatBuffer[] random(List<Graph.Value> values, int batch, long seed) {
        Random random = new Random(seed);
        FloatBuffer[] out = zeros(values, batch);
        for (FloatBuffer b : out) {
            for (int i = 0; i < b.capacity(); i++) {
                b.put(i, (float) random.nextGaussian());
            }
        }
        return out;
    }

    /** One buffer for each value, zeroed. */
    static FloatBuffer[] zeros(List<Graph.Value> values, int batch) {
        FloatBuffer[] out = new FloatBuffer[values.size()];
        for (int i = 0; i < out.length; i++) {
            Graph.Value v = values.get(i);
            long elements = Math.multiplyExact(v.shape().elements(), v.shape().hasBatch() ? (long) batch : 1L);
            if (elements > MOST_ELEMENTS) {
                throw new UserException("tensor " + v.name() + " of shape " + v.shape() + " needs more than 2 GiB at"
                        + " batch " + batch + ": use a smaller --batch");
            }
            out[i] = ByteBuffer.allocateDirect((int) elements * Float.BYTES)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
        }
        return out;
    }
}
