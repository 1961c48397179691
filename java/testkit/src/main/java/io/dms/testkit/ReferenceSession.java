package io.dms.testkit;

import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.UserException;
import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Evaluates the graph of a level at each call. Packs nothing and owns nothing. */
final class ReferenceSession implements Session {
    private final ScalableModel model;
    private final SessionOptions options;
    private final Map<WidthLevel, Graph> graphs = new IdentityHashMap<>();
    private boolean closed;

    ReferenceSession(ScalableModel model, SessionOptions options) {
        this.model = model;
        this.options = options.withThreads(1);
    }

    @Override
    public ScalableModel model() {
        return model;
    }

    @Override
    public SessionOptions options() {
        return options;
    }

    @Override
    public void prepare(WidthLevel level) {
        graph(level);
    }

    private Graph graph(WidthLevel level) {
        if (closed) {
            throw new IllegalStateException("the session is closed");
        }
        return graphs.computeIfAbsent(level, model::graphAt);
    }

    @Override
    public void run(WidthLevel level, FloatBuffer input, FloatBuffer output) {
        run(level, new FloatBuffer[] {input}, new FloatBuffer[] {output});
    }

    @Override
    public void run(WidthLevel level, FloatBuffer[] inputs, FloatBuffer[] outputs) {
        Graph graph = graph(level);
        check("input", graph.inputs(), inputs);
        check("output", graph.outputs(), outputs);
        List<float[]> in = new ArrayList<>();
        for (int i = 0; i < inputs.length; i++) {
            float[] x = new float[elements(graph.inputs().get(i))];
            inputs[i].duplicate().clear().get(x);
            in.add(x);
        }
        Map<String, Nd> all = ReferenceBackend.tensors(graph, in, options.batch());
        for (int i = 0; i < outputs.length; i++) {
            Nd y = all.get(graph.outputs().get(i).name());
            if (y == null || y.data.length != elements(graph.outputs().get(i))) {
                throw new IllegalStateException("output " + graph.outputs().get(i) + " came out as " + y);
            }
            outputs[i].duplicate().clear().put(y.data);
        }
    }

    private int elements(Graph.Value v) {
        return Math.toIntExact(v.shape().withBatch(options.batch()).elements());
    }

    private void check(String what, List<Graph.Value> values, FloatBuffer[] buffers) {
        if (buffers.length != values.size()) {
            throw new UserException(
                    "the network has " + values.size() + " " + what + "s but was given " + buffers.length + " buffers");
        }
        for (int i = 0; i < buffers.length; i++) {
            String name = what + " " + values.get(i).name();
            if (!buffers[i].isDirect()) {
                throw new UserException("the buffer of " + name + " is not direct: use ByteBuffer.allocateDirect");
            }
            if (buffers[i].capacity() < elements(values.get(i))) {
                throw new UserException("the buffer of " + name + " holds " + buffers[i].capacity()
                        + " floats but needs " + elements(values.get(i)));
            }
        }
    }

    @Override
    public long weightBytes() {
        return 0;
    }

    @Override
    public long weightBytes(WidthLevel level) {
        return 0;
    }

    @Override
    public long arenaBytes() {
        return 0;
    }

    @Override
    public void close() {
        closed = true;
        graphs.clear();
    }
}
