package io.dms.trainer;

import io.dms.backend.cpu.CpuBackend;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/** Times levels of one model on the CPU, one thread, call by call in turns, so that what else the machine does meets all alike. */
final class Turns {
    private static final int WARM_UP = 50;

    private Turns() {}

    /**
     * The median of each level's calls in milliseconds. In its turn a level runs twice and the second call counts: the first
     * finds the caches full of another level's weights.
     */
    static double[] medians(ScalableModel model, List<WidthLevel> levels, int batch, int rounds) {
        FloatBuffer in = buffer(model.graph().inputs().get(0).shape(), batch);
        FloatBuffer out = buffer(model.graph().outputs().get(0).shape(), batch);
        double[][] millis = new double[levels.size()][rounds];
        try (Session session = new CpuBackend()
                .open(model, SessionOptions.DEFAULT.withThreads(1).withBatch(batch))) {
            levels.forEach(session::prepare);
            for (int r = -WARM_UP; r < rounds; r++) {
                for (int l = 0; l < millis.length; l++) {
                    session.run(levels.get(l), in, out);
                    long start = System.nanoTime();
                    session.run(levels.get(l), in, out);
                    millis[l][Math.max(0, r)] = (System.nanoTime() - start) / 1e6;
                }
            }
        }
        return Arrays.stream(millis).mapToDouble(Turns::median).toArray();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static FloatBuffer buffer(Shape shape, int batch) {
        return ByteBuffer.allocateDirect(
                        Math.toIntExact(4 * shape.withBatch(batch).elements()))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
