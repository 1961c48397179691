package io.dms.compiler;

import io.dms.compiler.data.ImageSample;
import io.dms.model.Graph;
import io.dms.model.Shape;
import io.dms.model.UserException;
import io.dms.runtime.Backend;
import java.util.List;

/**
 * Several forms of one network (the full width and its levels) that walk in step over the same images. All of them have
 * as many nodes, in the same order. As many images walk at a time as memory allows. Owns the sessions.
 */
final class Lanes implements AutoCloseable {
    private static final long MEMORY_BYTES = 1L << 30;
    private static final long CHUNK_BYTES = 32L << 20;

    private final NodeRunner runner;
    private final List<Lane> lanes;
    private final int imagesAtATime;

    /**
     * @param images most images of one walk
     * @throws UserException if the network has not exactly one input of RGB images
     */
    Lanes(Backend backend, List<Graph> graphs, int images) {
        int batch = batch(graphs.get(0));
        boolean open = graphs.get(0).inputs().get(0).shape().hasBatch();
        this.runner = new NodeRunner(backend, open ? batch : 1);
        this.lanes = graphs.stream().map(g -> new Lane(g, runner, batch)).toList();
        long perChunk = lanes.stream().mapToLong(Lane::chunkBytes).sum();
        long memory = Math.min(MEMORY_BYTES, Runtime.getRuntime().maxMemory() / 2);
        long wanted = (images + batch - 1L) / batch;
        int chunks = (int) Math.max(1, Math.min(wanted, memory / Math.max(1, perChunk)));
        lanes.forEach(l -> l.allocate(chunks));
        this.imagesAtATime = chunks * batch;
    }

    /** Why images can't be fed to this network, or an empty string. */
    static String refusal(Graph graph) {
        if (graph.inputs().size() != 1) {
            return "the network has " + graph.inputs().size() + " inputs";
        }
        Shape in = graph.inputs().get(0).shape();
        if (in.rank() != 4 || in.dim(1) != 3 || in.dim(2) < 1 || in.dim(3) < 1) {
            return "the network's input of shape " + in + " is no RGB image";
        }
        boolean known = graph.nodes().stream()
                .flatMap(n -> NodeRunner.written(n).stream())
                .allMatch(t -> graph.shapeOrNull(t) != null);
        return known ? "" : "the shapes of some tensors are not known";
    }

    private static int batch(Graph graph) {
        String refusal = refusal(graph);
        if (!refusal.isEmpty()) {
            throw new UserException("can't run images through the network: " + refusal);
        }
        Shape in = graph.inputs().get(0).shape();
        if (!in.hasBatch()) {
            return in.dim(0);
        }
        return (int) Math.max(1, Math.min(64, CHUNK_BYTES / (4 * Lane.largestFloats(graph))));
    }

    List<Lane> lanes() {
        return lanes;
    }

    /** Lets all images of a sample walk; the visitor runs the nodes. */
    void walk(ImageSample sample, Visitor visitor, Progress progress) {
        int nodes = lanes.get(0).graph().nodes().size();
        int walks = (sample.size() + imagesAtATime - 1) / imagesAtATime;
        long done = 0;
        for (int w = 0; w < walks; w++) {
            // As equal in size as can be: small last walks would have statistics of their own.
            int from = (int) ((long) sample.size() * w / walks);
            int count = (int) ((long) sample.size() * (w + 1) / walks) - from;
            lanes.forEach(l -> l.start(sample, from, count));
            for (int n = 0; n < nodes; n++) {
                visitor.visit(n);
                progress.at(++done, (long) walks * nodes);
            }
        }
    }

    /** Runs the node of an index in every lane. */
    interface Visitor {
        /** Called for each node in order, anew for each part of the sample. */
        void visit(int node);
    }

    /** Is told how far a walk is. */
    interface Progress {
        /** Called after every node. */
        void at(long done, long total);
    }

    @Override
    public void close() {
        runner.close();
    }
}
