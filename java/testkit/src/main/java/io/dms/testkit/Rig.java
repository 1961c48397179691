package io.dms.testkit;

import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A session with direct buffers of its own. Behind every output lies a guard zone that must stay as it is. */
final class Rig implements AutoCloseable {
    private static final int GUARD = 32;
    private static final float MARK = -123456.789f;

    final Session session;
    final FloatBuffer[] inputs;
    final FloatBuffer[] outputs;

    Rig(Backend backend, ScalableModel model, SessionOptions options) {
        Graph graph = model.graph();
        inputs = graph.inputs().stream().map(v -> direct(elements(v, options))).toArray(FloatBuffer[]::new);
        outputs = graph.outputs().stream()
                .map(v -> direct(elements(v, options) + GUARD))
                .toArray(FloatBuffer[]::new);
        session = backend.open(model, options);
    }

    static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(4 * floats)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    static int elements(Graph.Value v, SessionOptions options) {
        return Math.toIntExact(v.shape().withBatch(options.batch()).elements());
    }

    /** Buffers of a call's outputs, without a guard zone. */
    static FloatBuffer[] outputs(Graph graph, SessionOptions options) {
        return graph.outputs().stream().map(v -> direct(elements(v, options))).toArray(FloatBuffer[]::new);
    }

    /** Lays the inputs of the calls to come. */
    void fill(List<float[]> data) {
        for (int i = 0; i < inputs.length; i++) {
            inputs[i].put(0, data.get(i));
        }
    }

    /** One call on buffers that were filled before. */
    void call(WidthLevel level) {
        session.run(level, inputs, outputs);
    }

    /** One call; the outputs in new arrays. Fails where inputs were changed or more was written than the outputs. */
    List<float[]> run(WidthLevel level, List<float[]> data) {
        fill(data);
        for (FloatBuffer out : outputs) {
            for (int i = 0; i < out.capacity(); i++) {
                out.put(i, MARK);
            }
        }
        call(level);
        List<float[]> results = new ArrayList<>();
        for (FloatBuffer out : outputs) {
            float[] all = new float[out.capacity()];
            out.get(0, all);
            for (int i = all.length - GUARD; i < all.length; i++) {
                if (all[i] != MARK) {
                    throw new AssertionError("element " + i + " behind the end of an output was written");
                }
            }
            results.add(Arrays.copyOf(all, all.length - GUARD));
        }
        for (int i = 0; i < inputs.length; i++) {
            float[] now = new float[data.get(i).length];
            inputs[i].get(0, now);
            if (!Arrays.equals(now, data.get(i))) {
                throw new AssertionError("input " + i + " was changed by the call");
            }
        }
        return results;
    }

    @Override
    public void close() {
        session.close();
    }
}
