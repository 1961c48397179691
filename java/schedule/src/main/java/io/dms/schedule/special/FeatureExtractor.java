package io.dms.schedule.special;

import io.dms.model.ModelDigest;
import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.function.IntConsumer;
import java.util.function.IntUnaryOperator;

/** Runs a trunk over labelled images once and keeps what it gives. */
public final class FeatureExtractor {
    /** Gives images to the trunk. */
    @FunctionalInterface
    public interface Images {
        /** Writes images {@code from} until {@code from + count} as the trunk's input, from index 0. */
        void fill(FloatBuffer out, int from, int count);
    }

    private FeatureExtractor() {}

    /**
     * The features of the first images.
     *
     * @param trunk a session of a model whose only output are features
     * @param label class of each image
     * @param progress told how many images are done
     */
    public static FeatureSet extract(
            Session trunk,
            WidthLevel level,
            int images,
            int classes,
            Images source,
            IntUnaryOperator label,
            IntConsumer progress) {
        int batch = trunk.options().batch();
        int dims = dims(trunk, level);
        FloatBuffer in = direct(
                batch * elements(trunk.model().graph().inputs().get(0).shape().elements()));
        FloatBuffer out = direct(
                batch * elements(trunk.model().graph().outputs().get(0).shape().elements()));
        float[] values = new float[Math.multiplyExact(images, dims)];
        int[] labels = new int[images];
        trunk.prepare(level);
        for (int from = 0; from < images; from += batch) {
            int n = Math.min(batch, images - from);
            source.fill(in, from, n);
            trunk.run(level, in, out);
            out.get(0, values, from * dims, n * dims);
            for (int i = 0; i < n; i++) {
                labels[from + i] = label.applyAsInt(from + i);
            }
            progress.accept(from + n);
        }
        return new FeatureSet(
                trunk.model().name(), ModelDigest.of(trunk.model()), level.name(), classes, dims, values, labels);
    }

    /** Features that a trunk gives at a level. */
    public static int dims(Session trunk, WidthLevel level) {
        return elements(trunk.model().graphAt(level).outputs().get(0).shape().elements());
    }

    private static int elements(long n) {
        return Math.toIntExact(n);
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(Math.multiplyExact(floats, Float.BYTES))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
