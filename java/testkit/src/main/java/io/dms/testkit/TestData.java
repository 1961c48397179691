package io.dms.testkit;

import io.dms.model.Graph;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random network inputs and the comparison of outputs. */
public final class TestData {
    private TestData() {}

    /** One array of normally distributed values for each network input. */
    public static List<float[]> inputs(Graph graph, int batch, Random random) {
        List<float[]> out = new ArrayList<>();
        for (Graph.Value v : graph.inputs()) {
            float[] x = new float[Math.toIntExact(v.shape().withBatch(batch).elements())];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) random.nextGaussian();
            }
            out.add(x);
        }
        return out;
    }

    /** The largest difference over the largest expected magnitude; infinite where lengths or non-finite values differ. */
    public static double relativeError(float[] got, float[] want) {
        if (got.length != want.length) {
            return Double.POSITIVE_INFINITY;
        }
        double largest = 1e-6;
        double off = 0;
        for (int i = 0; i < want.length; i++) {
            if (Float.isFinite(want[i]) && Float.isFinite(got[i])) {
                largest = Math.max(largest, Math.abs(want[i]));
                off = Math.max(off, Math.abs((double) got[i] - want[i]));
            } else if (Float.compare(got[i], want[i]) != 0) {
                return Double.POSITIVE_INFINITY;
            }
        }
        return off / largest;
    }
}
