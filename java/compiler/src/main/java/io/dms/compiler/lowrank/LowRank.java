package io.dms.compiler.lowrank;

import io.dms.model.Graph;
import io.dms.model.ModelCosts;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Replaces large layers by two small ones: the weight of a linear layer, m x n, by m x k and k x n (Han et al.,
 * "MCDNN", MobiSys 2016, section 5.1), a convolution by two convolutions. A convolution is split by channels (k filters
 * of the whole window, then 1x1; Zhang et al., "Accelerating Very Deep Convolutional Networks", 2015, section 2.1) or by
 * directions (k columns, then rows; Jaderberg et al. 2014, section 2.1), whichever loses less at the same cost. The
 * outcome is an ordinary network that any ONNX runtime runs; nothing is trained.
 *
 * <p>A layer stays as it is where two would cost as much. BatchNormalization should be folded before (as {@link
 * io.dms.model.LevelExport} does), so that the weights are those that act.
 */
public final class LowRank {
    private final Graph graph;
    private final double share;
    private final boolean always;
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Tensor> constants;
    private final Map<String, Shape> shapes;
    private final List<Layer> layers = new ArrayList<>();

    /**
     * The outcome.
     *
     * @param graph the network
     * @param layers what became of each layer that has a weight matrix
     */
    public record Result(Graph graph, List<Layer> layers) {
        /** How many layers became two. */
        public long factorised() {
            return layers.stream().filter(l -> l.rank() > 0).count();
        }
    }

    /**
     * One layer.
     *
     * @param node its name
     * @param form {@code linear}, {@code channels}, {@code directions}, or {@code kept}
     * @param rank rank kept, 0 where the layer was kept
     * @param full full rank of the matrix that was split
     * @param lost share of the weights' energy that was lost
     * @param macsBefore multiply-accumulates of the layer
     * @param macsAfter of what replaced it
     */
    public record Layer(String node, String form, int rank, int full, double lost, long macsBefore, long macsAfter) {}

    private LowRank(Graph graph, double share, boolean always) {
        this.graph = graph;
        this.share = share;
        this.always = always;
        this.constants = new LinkedHashMap<>(graph.initializers());
        this.shapes = new LinkedHashMap<>(graph.shapes());
    }

    /**
     * Factorises all layers that gain by it.
     *
     * @param share rank kept of each layer, as a share of its full rank, above 0 and below 1; 0.5 to 0.125 are usual
     * @throws UserException if the share is out of range or no layer gains by it
     */
    public static Result apply(Graph graph, double share) {
        if (!(share > 0 && share < 1)) {
            throw new UserException("a rank share must be above 0 and below 1: " + share);
        }
        Result result = new LowRank(graph, share, false).run();
        if (result.factorised() == 0) {
            throw new UserException("no layer of " + graph.name() + " becomes cheaper at a rank share of " + share
                    + ": take a smaller one");
        }
        return result;
    }

    /** As {@link #apply}, also where it costs more; a share of 1 keeps the full rank. For tests. */
    static Result always(Graph graph, double share) {
        return new LowRank(graph, share, true).run();
    }

    private Result run() {
        for (Node node : graph.nodes()) {
            Tensor w = node.inputs().size() > 1 && node.domain().isEmpty() ? graph.initializer(node.input(1)) : null;
            Split split = w == null ? null : split(node, w);
            long before = ModelCosts.macs(graph, node);
            if (split == null || w == null) {
                nodes.add(node);
                if (before > 0) {
                    layers.add(new Layer(node.name(), "kept", 0, 0, 0, before, before));
                }
                continue;
            }
            split.write(node, w);
            layers.add(new Layer(
                    node.name(), split.form, split.rank, split.factors.full(), split.lost(), before, split.macs()));
        }
        dropUnread();
        return new Result(
                new Graph(graph.name(), graph.inputs(), graph.outputs(), nodes, constants, shapes),
                List.copyOf(layers));
    }

    private void dropUnread() {
        List<String> read = new ArrayList<>();
        nodes.forEach(n -> read.addAll(n.inputs()));
        graph.outputs().forEach(v -> read.add(v.name()));
        constants.keySet().retainAll(read);
    }

    /** The cheapest split of a layer that loses least, or null where it is better kept. */
    private @Nullable Split split(Node node, Tensor w) {
        Shape in = graph.shapeOrNull(node.input(0));
        Shape out = graph.shapeOrNull(node.output());
        if (in == null || out == null) {
            return null;
        }
        if (node.is("Gemm") && in.rank() == 2 && node.floatAttr("alpha", 1) == 1 && node.intAttr("transA", 0) == 0) {
            return best(new LinearSplit(this, node, w, node.intAttr("transB", 0) != 0), null);
        }
        if (node.is("MatMul") && w.shape().rank() == 2) {
            return best(new LinearSplit(this, node, w, false), null);
        }
        if (node.is("Conv") && w.shape().rank() == 4 && node.intAttr("group", 1) == 1) {
            Split channels = new ConvSplit(this, node, w, false);
            boolean window = w.shape().dim(2) > 1 && w.shape().dim(3) > 1;
            return best(channels, window ? new ConvSplit(this, node, w, true) : null);
        }
        return null;
    }

    private @Nullable Split best(Split first, @Nullable Split second) {
        first.rank = Math.max(1, (int) Math.round(share * first.factors.full()));
        if (second != null) {
            long most = first.macs();
            second.rank = (int) Math.min(second.factors.full(), Math.max(1, most / second.macsOfRank()));
            if (always && share >= 1) {
                second.rank = second.factors.full();
            }
        }
        Split found = second != null && second.lost() < first.lost() ? second : first;
        return always || found.macs() < ModelCosts.macs(graph, found.node) ? found : null;
    }

    /** Writes a node of the new network. */
    void add(Node node) {
        nodes.add(node);
    }

    /** Keeps a constant; gives its name. */
    String constant(String name, Shape shape, float[] values) {
        constants.put(name, Tensor.ofFloats(shape, values));
        return name;
    }

    void shape(String tensor, Shape shape) {
        shapes.put(tensor, shape);
    }

    Shape shapeOf(String tensor) {
        return graph.shape(tensor);
    }

    /** One way to make two layers of one. */
    abstract static class Split {
        final LowRank owner;
        final Node node;
        final String form;
        final Factors factors;
        int rank;

        Split(LowRank owner, Node node, String form, Factors factors) {
            this.owner = owner;
            this.node = node;
            this.form = form;
            this.factors = factors;
        }

        final double lost() {
            return factors.lost(rank);
        }

        final long macs() {
            return rank * macsOfRank();
        }

        /** Multiply-accumulates of both layers for each unit of rank. */
        abstract long macsOfRank();

        /** Writes both layers. */
        abstract void write(Node node, Tensor w);
    }
}
