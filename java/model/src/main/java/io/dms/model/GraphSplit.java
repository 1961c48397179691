package io.dms.model;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a network in two at one of its tensors: a <em>trunk</em> that ends with it and a <em>rest</em> that begins with
 * it, each an ordinary model. Running one after the other gives what the whole gives. Several tasks can then share one
 * trunk, a head can be trained on what the trunk gives, and trunk and rest can run on different machines.
 *
 * <p>Both halves of a scalable model have its levels. Then the tensor in between has as many channels as the level of
 * the trunk keeps, and the rest must run at the same level; buffers hold the level's elements densely from index 0.
 */
public final class GraphSplit {
    private final Graph whole;
    private final String tensor;
    private final Set<Node> before;

    private GraphSplit(Graph whole, String tensor) {
        this.whole = whole;
        this.tensor = tensor;
        this.before = ancestors(whole, tensor);
    }

    /**
     * The split at one tensor.
     *
     * @throws UserException if the network has no such activation, or it is no boundary: something behind it reads
     *     another tensor from before it
     */
    public static GraphSplit at(Graph graph, String tensor) {
        if (graph.producer(tensor) == null) {
            throw new UserException("network " + graph.name() + " has no layer that gives a tensor " + tensor
                    + ": name one of its boundaries");
        }
        GraphSplit split = new GraphSplit(graph, tensor);
        String refusal = split.refusal();
        if (refusal != null) {
            throw new UserException("network " + graph.name() + " can't be cut at " + tensor + ": " + refusal);
        }
        return split;
    }

    /** All tensors at which a network can be cut, from its input on, its outputs left out. */
    public static List<String> boundaries(Graph graph) {
        List<String> out = new ArrayList<>();
        for (Node node : graph.nodes()) {
            boolean one = node.outputs().size() == 1 && !graph.isOutput(node.output());
            if (one && new GraphSplit(graph, node.output()).refusal() == null) {
                out.add(node.output());
            }
        }
        return out;
    }

    /**
     * The tensor that a classifier's last linear layer reads: what a network knows of an image before it names a class.
     *
     * @throws UserException if the network does not end in a linear layer of one output
     */
    public static String features(Graph graph) {
        if (graph.outputs().size() != 1) {
            throw new UserException("network " + graph.name() + " has "
                    + graph.outputs().size() + " outputs: only a classifier with one has features to share");
        }
        @Nullable Node node = graph.producer(graph.outputs().get(0).name());
        while (node != null) {
            Node here = node;
            boolean linear = here.is("Gemm") || here.is("MatMul") || here.is("Conv");
            if (linear && here.inputs().size() > 1 && graph.initializer(here.input(1)) != null) {
                String found = here.input(0);
                @Nullable Node from = graph.producer(found);
                if (from != null
                        && graph.shapeOrNull(found) != null
                        && new GraphSplit(graph, found).refusal() == null) {
                    return found;
                }
                break;
            }
            List<String> read = here.inputs().stream()
                    .filter(t -> !t.isEmpty() && graph.initializer(t) == null)
                    .toList();
            if (read.size() != 1) {
                break;
            }
            node = graph.producer(read.get(0));
        }
        throw new UserException("network " + graph.name()
                + " does not end in a linear layer behind other layers: it has" + " no features to share");
    }

    private static Set<Node> ancestors(Graph graph, String tensor) {
        Set<Node> out = new HashSet<>();
        List<String> open = new ArrayList<>(List.of(tensor));
        while (!open.isEmpty()) {
            Node node = graph.producer(open.remove(open.size() - 1));
            if (node != null && out.add(node)) {
                open.addAll(node.inputs());
            }
        }
        return out;
    }

    /** Why it is no boundary, or null. */
    private @Nullable String refusal() {
        Set<String> earlier = new HashSet<>();
        whole.inputs().forEach(v -> earlier.add(v.name()));
        before.forEach(n -> earlier.addAll(n.outputs()));
        earlier.remove(tensor);
        for (Node node : whole.nodes()) {
            if (before.contains(node)) {
                continue;
            }
            for (String in : node.inputs()) {
                if (earlier.contains(in)) {
                    return "node " + node.name() + " (" + node.op() + ") behind it also reads " + in;
                }
            }
        }
        for (Graph.Value v : whole.outputs()) {
            if (earlier.contains(v.name())) {
                return "the output " + v.name() + " lies before it";
            }
        }
        if (before.size() == whole.nodes().size()) {
            return "nothing comes behind it";
        }
        return whole.shapeOrNull(tensor) == null ? "its shape is not known" : null;
    }

    /** The tensor between the two halves. */
    public String tensor() {
        return tensor;
    }

    /** What leads to the tensor: the network's inputs, the tensor as its only output. */
    public Graph trunk() {
        return part(true, whole.inputs(), List.of(between()));
    }

    /** What follows: the tensor as its only input, the network's outputs. */
    public Graph rest() {
        return part(false, List.of(between()), whole.outputs());
    }

    /** The first half of a scalable model whose full-width graph is split here, with its levels. */
    public ScalableModel trunk(ScalableModel model) {
        return half(model, trunk(), "trunk");
    }

    /** The second half likewise. */
    public ScalableModel rest(ScalableModel model) {
        return half(model, rest(), "rest");
    }

    private Graph.Value between() {
        return new Graph.Value(tensor, whole.shape(tensor));
    }

    private Graph part(boolean first, List<Graph.Value> inputs, List<Graph.Value> outputs) {
        List<Node> nodes =
                whole.nodes().stream().filter(n -> before.contains(n) == first).toList();
        Set<String> used = new HashSet<>();
        nodes.forEach(n -> {
            used.addAll(n.inputs());
            used.addAll(n.outputs());
        });
        inputs.forEach(v -> used.add(v.name()));
        Map<String, Tensor> constants = new LinkedHashMap<>(whole.initializers());
        constants.keySet().retainAll(used);
        Map<String, Shape> shapes = new LinkedHashMap<>(whole.shapes());
        shapes.keySet().retainAll(used);
        return new Graph(whole.name(), inputs, outputs, nodes, constants, shapes);
    }

    private ScalableModel half(ScalableModel model, Graph part, String suffix) {
        if (model.graph() != whole) {
            throw new IllegalArgumentException("the split is of another graph than " + model.name());
        }
        Set<String> tensors = new HashSet<>(part.initializers().keySet());
        tensors.addAll(part.shapes().keySet());
        Map<String, Map<Integer, List<AxisSegment>>> axes =
                new LinkedHashMap<>(model.groups().axes());
        axes.keySet().retainAll(tensors);
        Set<String> sites = new HashSet<>();
        part.nodes().forEach(n -> sites.add(n.name()));
        List<WidthLevel> levels = new ArrayList<>();
        for (WidthLevel level : model.levels()) {
            Map<String, Affine> kept = new LinkedHashMap<>(level.normalization());
            kept.keySet().retainAll(sites);
            levels.add(level.withNormalization(kept));
        }
        return new ScalableModel(
                model.name() + "-" + suffix,
                part,
                new ChannelGroups(model.groups().groups(), axes),
                levels,
                suffix.equals("trunk") ? model.preprocessing() : null,
                model.provenance());
    }
}
