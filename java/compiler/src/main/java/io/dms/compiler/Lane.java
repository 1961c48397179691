package io.dms.compiler;

import io.dms.compiler.data.ImageSample;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One graph on its way through a number of images, node by node: all images pass a node before the next one runs. The
 * images lie in chunks of one batch each; a chunk may be filled in part, what is behind its last image is meaningless.
 * Activations live until their last reader has run. Not thread-safe.
 */
final class Lane {
    private final Graph graph;
    private final NodeRunner runner;
    private final BufferPool pool;
    private final int batch;
    private final Map<String, Integer> lastReader = new HashMap<>();
    private final Map<String, FloatBuffer[]> live = new HashMap<>();
    private int images;

    /** @param batch images in one chunk */
    Lane(Graph graph, NodeRunner runner, BufferPool pool, int batch) {
        this.graph = graph;
        this.runner = runner;
        this.pool = pool;
        this.batch = batch;
        lastReader.putAll(lastReaders(graph));
    }

    private static Map<String, Integer> lastReaders(Graph graph) {
        Map<String, Integer> out = new HashMap<>();
        for (int n = 0; n < graph.nodes().size(); n++) {
            Node node = graph.nodes().get(n);
            for (String tensor : NodeRunner.written(node)) {
                out.put(tensor, n);
            }
            for (String tensor : NodeRunner.activations(graph, node)) {
                out.put(tensor, n);
            }
        }
        return out;
    }

    /** The most floats that live at a time, for one image. */
    static long peakFloats(Graph graph) {
        Map<String, Integer> last = lastReaders(graph);
        long live = graph.inputs().stream().mapToLong(v -> perImage(v.shape())).sum();
        long peak = live;
        for (int n = 0; n < graph.nodes().size(); n++) {
            Node node = graph.nodes().get(n);
            List<String> touched = new ArrayList<>(NodeRunner.activations(graph, node));
            for (String tensor : NodeRunner.written(node)) {
                live += perImage(graph.shape(tensor));
                touched.add(tensor);
            }
            peak = Math.max(peak, live);
            for (String tensor : touched) {
                if (last.getOrDefault(tensor, -1) == n) {
                    live -= perImage(graph.shape(tensor));
                }
            }
        }
        return peak;
    }

    /** Floats of the largest activation, for one image. */
    static long largestFloats(Graph graph) {
        return graph.shapes().values().stream().mapToLong(Lane::perImage).max().orElse(1);
    }

    private static long perImage(Shape shape) {
        return shape.hasBatch() || shape.rank() == 0 ? shape.elements() : shape.elements() / Math.max(1, shape.dim(0));
    }

    Graph graph() {
        return graph;
    }

    /** Images in flight. */
    int images() {
        return images;
    }

    /** Images of a chunk that mean something. */
    int imagesIn(int chunk) {
        return Math.min(batch, images - chunk * batch);
    }

    /** Starts anew with images of a sample at the graph's only input. */
    void start(ImageSample sample, int from, int count) {
        live.values().forEach(this::give);
        live.clear();
        images = count;
        String input = graph.inputs().get(0).name();
        FloatBuffer[] chunks = take(input);
        for (int k = 0; k < chunks.length; k++) {
            sample.fill(chunks[k], from + k * batch, imagesIn(k));
        }
        live.put(input, chunks);
    }

    /** The chunks of an activation that lives. */
    FloatBuffer[] tensor(String name) {
        FloatBuffer[] chunks = live.get(name);
        if (chunks == null) {
            throw new IllegalStateException("tensor " + name + " does not live here");
        }
        return chunks;
    }

    /** Makes room for a tensor that the caller writes. */
    FloatBuffer[] make(String name) {
        FloatBuffer[] chunks = take(name);
        live.put(name, chunks);
        return chunks;
    }

    /** Runs one node over all chunks. */
    void run(Node node) {
        List<FloatBuffer[]> in =
                NodeRunner.activations(graph, node).stream().map(this::tensor).toList();
        List<FloatBuffer[]> out =
                NodeRunner.written(node).stream().map(this::make).toList();
        int chunks = (images + batch - 1) / batch;
        for (int k = 0; k < chunks; k++) {
            int chunk = k;
            runner.run(
                    graph,
                    node,
                    in.stream().map(t -> t[chunk]).toArray(FloatBuffer[]::new),
                    out.stream().map(t -> t[chunk]).toArray(FloatBuffer[]::new));
        }
    }

    /** Frees what no node behind this one reads. */
    void release(int nodeIndex) {
        live.entrySet().removeIf(e -> {
            boolean over = lastReader.getOrDefault(e.getKey(), -1) <= nodeIndex;
            if (over) {
                give(e.getValue());
            }
            return over;
        });
    }

    private FloatBuffer[] take(String name) {
        FloatBuffer[] chunks = new FloatBuffer[(images + batch - 1) / batch];
        int floats = Math.toIntExact(perImage(graph.shape(name)) * batch);
        for (int k = 0; k < chunks.length; k++) {
            chunks[k] = pool.take(floats);
        }
        return chunks;
    }

    private void give(FloatBuffer[] chunks) {
        for (FloatBuffer b : chunks) {
            pool.give(b);
        }
    }
}
