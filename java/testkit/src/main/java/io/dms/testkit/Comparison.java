package io.dms.testkit;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How far outputs may be from the reference, and the first place where they are not. */
final class Comparison {
    private static final double EPSILON = Math.ulp(1f);
    private static final double MOST = 1e-4;

    private Comparison() {}

    /**
     * The error allowed, relative to the largest magnitude of the output. A float sum of n products is off by about
     * sqrt(n) units in the last place, whatever its order; layers add up; exponentials may be approximated. Never more
     * than 1e-4.
     */
    static double tolerance(Graph graph) {
        double sum = 8 * EPSILON;
        for (Node node : graph.nodes()) {
            sum += switch (node.op()) {
                case "Conv" -> products(graph.shape(node.input(1)), 1);
                case "ConvTranspose" -> products(graph.shape(node.input(1)), 0);
                case "Gemm", "MatMul" -> products(graph.shape(node.input(0)), 1);
                case "GlobalAveragePool", "ReduceMean", "AveragePool" -> products(graph.shape(node.input(0)), 2);
                case "Sigmoid", "Tanh", "Softmax", "LRN" -> 1e-5;
                default -> 4 * EPSILON;
            };
        }
        return Math.min(MOST, sum);
    }

    private static double products(Shape shape, int from) {
        long n = shape.elements(Math.min(from, shape.rank()), shape.rank());
        return EPSILON * (8 + 2 * Math.sqrt((double) n));
    }

    /** What is wrong at the first index that is off by more than {@code tolerance}, or null. */
    static @Nullable String difference(String output, float[] got, float[] want, double tolerance) {
        if (got.length != want.length) {
            return output + " has " + got.length + " elements but must have " + want.length;
        }
        double largest = 1e-6;
        for (float v : want) {
            largest = Float.isFinite(v) ? Math.max(largest, Math.abs(v)) : largest;
        }
        for (int i = 0; i < want.length; i++) {
            boolean same = Float.isFinite(want[i])
                    ? Math.abs((double) got[i] - want[i]) <= tolerance * largest
                    : Float.compare(got[i], want[i]) == 0;
            if (!same) {
                return String.format(
                        Locale.ROOT,
                        "%s[%d] is %s but must be %s (allowed error %.2e of %.3g)",
                        output,
                        i,
                        got[i],
                        want[i],
                        tolerance,
                        largest);
            }
        }
        return null;
    }

    /** What is wrong at the first index whose bits differ, or null. */
    static @Nullable String bitDifference(String output, float[] got, float[] want) {
        for (int i = 0; i < want.length; i++) {
            if (Float.floatToRawIntBits(got[i]) != Float.floatToRawIntBits(want[i])) {
                return output + "[" + i + "] was " + want[i] + " and is " + got[i] + " the second time";
            }
        }
        return null;
    }
}
