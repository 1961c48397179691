package io.dms.backend.tensorrt.cache;

import io.dms.backend.tensorrt.cache.EngineOptions.Precision;
import io.dms.model.Graph;
import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Compares a fresh engine's outputs with those of a session of another backend, the CPU's, at the same level, on inputs
 * from a seed: normal and uniform values, at the session's batch. The difference is relative to the largest output of the
 * reference, so that small outputs beside large ones don't decide.
 */
public final class OutputCheck implements EngineCheck {
    private static final int INPUTS = 3;

    private final Session reference;
    private final WidthLevel level;
    private final double tolerance;
    private final long seed;

    /**
     * @param reference stays the caller's; used by {@link #check} in the calling thread
     * @param tolerance largest difference that is accepted, as a share of the reference's largest output
     * @param seed of the inputs
     */
    public OutputCheck(Session reference, WidthLevel level, double tolerance, long seed) {
        this.reference = reference;
        this.level = level;
        this.tolerance = tolerance;
        this.seed = seed;
    }

    /**
     * What a precision may differ from single precision on a CPU: several times its rounding, summed over a deep network.
     * Chosen so that rounding passes and another level's or model's weights don't; not measured on a GPU.
     */
    public static double tolerance(Precision precision) {
        return switch (precision) {
            case FP32 -> 1e-3;
            case TF32 -> 1e-2;
            case FP16 -> 2e-2;
            case INT8 -> 1e-1;
        };
    }

    @Override
    public Verdict check(EngineRunner fresh) {
        int batch = reference.options().batch();
        Graph graph = reference.model().graphAt(level);
        FloatBuffer[] inputs = buffers(graph.inputs(), batch);
        FloatBuffer[] expected = buffers(graph.outputs(), batch);
        FloatBuffer[] given = buffers(graph.outputs(), batch);
        SplittableRandom random = new SplittableRandom(seed);
        double worst = 0;
        for (int i = 0; i < INPUTS; i++) {
            for (FloatBuffer b : inputs) {
                for (int k = 0; k < b.capacity(); k++) {
                    b.put(k, (float) (i % 2 == 0 ? random.nextGaussian() : random.nextDouble()));
                }
            }
            for (FloatBuffer b : given) {
                fill(b, Float.NaN);
            }
            reference.run(level, inputs, expected);
            fresh.run(batch, inputs, given);
            for (int o = 0; o < expected.length; o++) {
                worst = Math.max(worst, difference(expected[o], given[o]));
            }
        }
        String says = String.format(
                Locale.ROOT,
                "outputs of %d inputs differ from the reference's by at most %s of the largest, tolerance %s",
                INPUTS,
                worst == Double.POSITIVE_INFINITY ? "no number" : String.format(Locale.ROOT, "%.2g", worst),
                tolerance);
        return new Verdict(worst <= tolerance, says);
    }

    /** Infinite where one has a number and the other has none. */
    private static double difference(FloatBuffer expected, FloatBuffer given) {
        double largest = 1e-6;
        double difference = 0;
        for (int k = 0; k < expected.capacity(); k++) {
            float e = expected.get(k);
            float g = given.get(k);
            if (Float.isFinite(e) && Float.isFinite(g)) {
                largest = Math.max(largest, Math.abs(e));
                difference = Math.max(difference, Math.abs((double) e - g));
            } else if (Float.compare(e, g) != 0) {
                return Double.POSITIVE_INFINITY;
            }
        }
        return difference / largest;
    }

    private static void fill(FloatBuffer b, float value) {
        for (int k = 0; k < b.capacity(); k++) {
            b.put(k, value);
        }
    }

    private static FloatBuffer[] buffers(List<Graph.Value> values, int batch) {
        return values.stream()
                .map(v -> ByteBuffer.allocateDirect(
                                Math.toIntExact(4 * v.shape().withBatch(batch).elements()))
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer())
                .toArray(FloatBuffer[]::new);
    }
}
