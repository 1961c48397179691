package io.dms.compiler;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Evaluates nodes one at a time through a backend, so that every activation can be looked at and changed. Each node
 * becomes a graph of its own, opened at its first run; the least recently used ones are closed where they hold more
 * than {@value #BUDGET_BYTES} bytes together. Owns its sessions. Not thread-safe.
 */
final class NodeRunner implements AutoCloseable {
    private static final long BUDGET_BYTES = 512L << 20;

    private final Backend backend;
    private final SessionOptions options;
    private final Map<Key, Session> sessions = new LinkedHashMap<>(64, 0.75f, true);
    private long bytes;

    /** A node object may be part of several graphs, with weights of other shapes. Both by identity. */
    private record Key(Graph graph, Node node) {}

    /** @param batch images of one run where the batch of the graph is open */
    NodeRunner(Backend backend, int batch) {
        this.backend = backend;
        this.options = SessionOptions.DEFAULT.withBatch(batch);
    }

    /** Names of the activations that a node reads, each once, in order. */
    static List<String> activations(Graph graph, Node node) {
        return node.inputs().stream()
                .filter(in -> !in.isEmpty() && graph.initializer(in) == null)
                .distinct()
                .toList();
    }

    /** Names of the tensors that a node writes. */
    static List<String> written(Node node) {
        return node.outputs().stream().filter(out -> !out.isEmpty()).toList();
    }

    /**
     * Runs one node.
     *
     * @param inputs in the order of {@link #activations}
     * @param outputs in the order of {@link #written}
     */
    void run(Graph graph, Node node, FloatBuffer[] inputs, FloatBuffer[] outputs) {
        Key key = new Key(graph, node);
        Session session = sessions.get(key);
        if (session == null) {
            session = backend.open(ScalableModel.plain(single(graph, node)), options);
            sessions.put(key, session); // owned from here on, whatever happens in prepare
            session.prepare(session.model().full());
            bytes += held(session);
            evict();
        }
        session.run(session.model().full(), inputs, outputs);
    }

    private void evict() {
        while (bytes > BUDGET_BYTES && sessions.size() > 1) {
            Map.Entry<Key, Session> eldest = sessions.entrySet().iterator().next();
            sessions.remove(eldest.getKey());
            bytes -= held(eldest.getValue());
            eldest.getValue().close();
        }
    }

    private static long held(Session session) {
        return session.weightBytes() + session.arenaBytes();
    }

    private static Graph single(Graph graph, Node node) {
        List<Graph.Value> inputs = new ArrayList<>();
        List<Graph.Value> outputs = new ArrayList<>();
        Map<String, Tensor> initializers = new LinkedHashMap<>();
        Map<String, Shape> shapes = new LinkedHashMap<>();
        for (String in : activations(graph, node)) {
            inputs.add(new Graph.Value(in, graph.shape(in)));
            shapes.put(in, graph.shape(in));
        }
        for (String in : node.inputs()) {
            Tensor t = graph.initializer(in);
            if (t != null) {
                initializers.put(in, t);
            }
        }
        for (String out : written(node)) {
            outputs.add(new Graph.Value(out, graph.shape(out)));
            shapes.put(out, graph.shape(out));
        }
        return new Graph(node.name(), inputs, outputs, List.of(node), initializers, shapes);
    }

    @Override
    public void close() {
        sessions.values().forEach(Session::close);
        sessions.clear();
    }
}
