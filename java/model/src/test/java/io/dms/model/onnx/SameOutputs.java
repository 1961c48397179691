package io.dms.model.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import io.dms.model.Graph;
import io.dms.model.Shape;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** Checks that an imported model computes what its file computes: same inputs, same outputs in ONNX Runtime. */
final class SameOutputs {
    private static final double TOLERANCE = 1e-4;

    private SameOutputs() {}

    /** Imports, writes and runs a model; returns the import for further checks. */
    static ImportedModel check(byte[] model) throws OrtException {
        ImportedModel imported = OnnxImporter.read(ByteBuffer.wrap(model), "test", ImportOptions.DEFAULT);
        try (Ort original = Ort.of(model)) {
            check(original, imported);
        }
        return imported;
    }

    /**
     * Runs both with one image each, and, where the batch is open, the import with two images at once.
     *
     * @return the largest error, relative to the largest output
     */
    static double check(Ort original, ImportedModel imported) throws OrtException {
        Graph graph = imported.graph();
        byte[] written = OnnxWriter.toBytes(graph, Map.of(), Map.of());
        double worst = 0;
        try (Ort copy = Ort.of(written)) {
            List<Map<String, Ort.Value>> inputs = new ArrayList<>();
            List<Map<String, Ort.Value>> outputs = new ArrayList<>();
            for (int image = 0; image < 2; image++) {
                Map<String, Ort.Value> in = inputs(graph, image);
                Map<String, Ort.Value> want = original.run(in);
                worst = Math.max(worst, compare(want, copy.run(in)));
                checkShapes(graph, want);
                inputs.add(in);
                outputs.add(want);
            }
            boolean batch = graph.inputs().stream().allMatch(v -> v.shape().dim(0) == Shape.BATCH)
                    && graph.outputs().stream()
                            .allMatch(v -> v.shape().rank() > 0 && v.shape().dim(0) == Shape.BATCH);
            if (batch) {
                Map<String, Ort.Value> two = copy.run(join(inputs.get(0), inputs.get(1)));
                worst = Math.max(worst, compare(join(outputs.get(0), outputs.get(1)), two));
            }
        }
        return worst;
    }

    static Map<String, Ort.Value> inputs(Graph graph, long seed) {
        Random random = new Random(seed);
        Map<String, Ort.Value> in = new LinkedHashMap<>();
        for (Graph.Value v : graph.inputs()) {
            Shape s = v.shape().withBatch(1);
            float[] data = new float[(int) s.elements()];
            for (int i = 0; i < data.length; i++) {
                data[i] = (float) random.nextGaussian();
            }
            in.put(
                    v.name(),
                    new Ort.Value(Arrays.stream(s.dims()).asLongStream().toArray(), data));
        }
        return in;
    }

    private static void checkShapes(Graph graph, Map<String, Ort.Value> want) {
        for (Graph.Value v : graph.outputs()) {
            if (v.shape().rank() > 0 && v.shape().dim(0) != 0) {
                assertThat(Arrays.stream(v.shape().withBatch(1).dims()).asLongStream())
                        .as("shape of output %s", v.name())
                        .containsExactly(box(get(want, v.name()).shape()));
            }
        }
    }

    private static Ort.Value get(Map<String, Ort.Value> values, String name) {
        return Objects.requireNonNull(values.get(name), name);
    }

    private static Long[] box(long[] v) {
        return Arrays.stream(v).boxed().toArray(Long[]::new);
    }

    private static Map<String, Ort.Value> join(Map<String, Ort.Value> a, Map<String, Ort.Value> b) {
        Map<String, Ort.Value> out = new LinkedHashMap<>();
        a.forEach((name, x) -> {
            Ort.Value y = get(b, name);
            float[] data = Arrays.copyOf(x.data(), x.data().length + y.data().length);
            System.arraycopy(y.data(), 0, data, x.data().length, y.data().length);
            long[] shape = x.shape().clone();
            shape[0] += y.shape()[0];
            out.put(name, new Ort.Value(shape, data));
        });
        return out;
    }

    private static double compare(Map<String, Ort.Value> want, Map<String, Ort.Value> have) {
        assertThat(have.keySet()).containsExactlyElementsOf(want.keySet());
        double worst = 0;
        for (String name : want.keySet()) {
            Ort.Value w = get(want, name);
            Ort.Value h = get(have, name);
            assertThat(h.shape()).as("shape of %s", name).isEqualTo(w.shape());
            double error = 0;
            double largest = 0;
            for (int i = 0; i < w.data().length; i++) {
                largest = Math.max(largest, Math.abs(w.data()[i]));
                error = Math.max(error, Math.abs(w.data()[i] - h.data()[i]));
            }
            double relative = error == 0 ? 0 : error / largest;
            assertThat(relative).as("error of output %s", name).isLessThanOrEqualTo(TOLERANCE);
            worst = Math.max(worst, relative);
        }
        return worst;
    }
}
