package io.dms.compiler;

import io.dms.compiler.data.ImageSample;
import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.runtime.ArenaPlanner;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One graph on its way through a number of images, node by node: all images pass a node before the next one runs. The
 * images lie in chunks of one batch each; a chunk may be filled in part, what is behind its last image is meaningless.
 * An activation is valid until its last reader has run. Not thread-safe.
 */
final class Lane {
    private final Graph graph;
    private final NodeRunner runner;
    private final int batch;
    private final ArenaPlanner planner = new ArenaPlanner();
    private final Map<String, Integer> slots = new HashMap<>();
    private final List<ByteBuffer> arenas = new ArrayList<>();
    private final Map<String, FloatBuffer[]> views = new HashMap<>();
    private int images;

    /** @param batch images in one chunk */
    Lane(Graph graph, NodeRunner runner, int batch) {
        this.graph = graph;
        this.runner = runner;
        this.batch = batch;
        plan();
    }

    private void plan() {
        Map<String, int[]> lives = new LinkedHashMap<>();
        graph.inputs().forEach(v -> lives.put(v.name(), new int[] {0, 0}));
        for (int n = 0; n < graph.nodes().size(); n++) {
            int step = n + 1;
            Node node = graph.nodes().get(n);
            NodeRunner.written(node).forEach(t -> lives.put(t, new int[] {step, step}));
            NodeRunner.activations(graph, node)
                    .forEach(t -> lives.computeIfPresent(t, (k, life) -> new int[] {life[0], step}));
        }
        lives.forEach((tensor, life) -> slots.put(tensor, planner.add(4L * floats(tensor), life[0], life[1])));
    }

    private int floats(String tensor) {
        return Math.toIntExact(perImage(graph.shape(tensor)) * batch);
    }

    private static long perImage(Shape shape) {
        return shape.hasBatch() || shape.rank() == 0 ? shape.elements() : shape.elements() / Math.max(1, shape.dim(0));
    }

    /** Floats of the largest activation, for one image. */
    static long largestFloats(Graph graph) {
        return graph.shapes().values().stream().mapToLong(Lane::perImage).max().orElse(1);
    }

    /** Bytes that the activations of one chunk take. */
    long chunkBytes() {
        return planner.size();
    }

    /** Takes memory for this many chunks. */
    void allocate(int chunks) {
        for (int k = 0; k < chunks; k++) {
            arenas.add(ByteBuffer.allocateDirect(Math.toIntExact(planner.size())));
        }
    }

    Graph graph() {
        return graph;
    }

    /** Images in flight. */
    int images() {
        return images;
    }

    /** Chunks that hold images. */
    int chunks() {
        return (images + batch - 1) / batch;
    }

    /** Images of a chunk that mean something. */
    int imagesIn(int chunk) {
        return Math.min(batch, images - chunk * batch);
    }

    /** Starts anew with images of a sample at the graph's only input. */
    void start(ImageSample sample, int from, int count) {
        images = count;
        FloatBuffer[] chunks = tensor(graph.inputs().get(0).name());
        for (int k = 0; k < chunks(); k++) {
            sample.fill(chunks[k], from + k * batch, imagesIn(k));
        }
    }

    /** Where an activation lies, for all chunks that there is memory for. */
    FloatBuffer[] tensor(String name) {
        return views.computeIfAbsent(name, this::view);
    }

    private FloatBuffer[] view(String tensor) {
        Integer slot = slots.get(tensor);
        if (slot == null) {
            throw new IllegalStateException("there is no activation " + tensor);
        }
        int offset = Math.toIntExact(planner.offset(slot));
        return arenas.stream()
                .map(a -> a.slice(offset, 4 * floats(tensor))
                        .order(ByteOrder.nativeOrder())
                        .asFloatBuffer())
                .toArray(FloatBuffer[]::new);
    }

    /** Runs one node over all chunks. */
    void run(Node node) {
        List<FloatBuffer[]> in =
                NodeRunner.activations(graph, node).stream().map(this::tensor).toList();
        List<FloatBuffer[]> out =
                NodeRunner.written(node).stream().map(this::tensor).toList();
        for (int k = 0; k < chunks(); k++) {
            int chunk = k;
            runner.run(
                    graph,
                    node,
                    in.stream().map(t -> t[chunk]).toArray(FloatBuffer[]::new),
                    out.stream().map(t -> t[chunk]).toArray(FloatBuffer[]::new));
        }
    }
}
