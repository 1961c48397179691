package io.dms.backend.tensorrt;

import io.dms.model.Graph;
import io.dms.testkit.ReferenceBackend;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What an engine of {@link FakeNvInfer} does on a device. */
final class FakeEngine {
    private FakeEngine() {}

    static void compute(
            FakeMemory memory,
            Graph g,
            int batch,
            Map<String, Long> at,
            long scratch,
            long scratchBytes,
            float wrongBy) {
        List<float[]> inputs = new ArrayList<>();
        for (Graph.Value v : g.inputs()) {
            float[] x = new float[(int) v.shape().withBatch(batch).elements()];
            memory.at(address(at, v), 4L * x.length).asFloatBuffer().get(x);
            inputs.add(x);
        }
        // Whatever another level left there is gone, and nothing of it is ours.
        ByteBuffer block = memory.at(scratch, scratchBytes);
        FakeMemory.poison(block);
        Map<String, float[]> outputs = ReferenceBackend.evaluate(g, inputs, batch);
        for (Graph.Value v : g.outputs()) {
            float[] y = Objects.requireNonNull(outputs.get(v.name()));
            for (int i = 0; wrongBy != 0 && i < y.length; i++) {
                y[i] += wrongBy;
            }
            memory.at(address(at, v), 4L * y.length).asFloatBuffer().put(y);
        }
    }

    private static long address(Map<String, Long> at, Graph.Value v) {
        return Objects.requireNonNull(at.get(v.name()), v.name());
    }
}
