package io.dms.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Finds the channel groups of a canonical graph.
 *
 * <p>Walks the nodes once. Each activation has at most one tracked axis, the one that carries channels; each operator
 * unites the indices of its inputs, weights and outputs as its formula demands (see {@link AxisClasses}), or freezes
 * them where it has no rule. Network inputs and outputs are always frozen. The result depends on nothing but the graph.
 *
 * <p>Grouped convolutions: where there are at least {@value #MANY_GROUPS} groups, or one channel in each (depthwise),
 * a unit is a whole group and a level has fewer groups; else a unit is one position within all groups and a level has
 * narrower groups.
 */
public final class GroupAnalysis {
    static final int MANY_GROUPS = 8;

    private static final Set<String> UNARY = Set.of(
            "Relu",
            "LeakyRelu",
            "Clip",
            "Sigmoid",
            "HardSigmoid",
            "HardSwish",
            "Tanh",
            "Identity",
            "Cast",
            "Elu",
            "Selu",
            "Softplus",
            "Softsign",
            "Mish",
            "Gelu",
            "Erf",
            "Exp",
            "Log",
            "Sqrt",
            "Abs",
            "Neg",
            "Reciprocal",
            "Floor",
            "Ceil",
            "Round");
    private static final Set<String> BROADCAST = Set.of("Add", "Sub", "Mul", "Div", "PRelu", "Pow", "Max", "Min");
    private static final Set<String> POOLS =
            Set.of("MaxPool", "AveragePool", "GlobalAveragePool", "GlobalMaxPool", "LpPool", "InstanceNormalization");

    private final Graph graph;
    private final TrackedAxes tracked;
    private final WeightRules weights;
    private final MovementRules moves;

    private GroupAnalysis(Graph graph) {
        this.graph = graph;
        this.tracked = new TrackedAxes(graph);
        this.weights = new WeightRules(tracked);
        this.moves = new MovementRules(tracked);
    }

    /** The channel groups of a canonical graph. */
    public static ChannelGroups analyze(Graph graph) {
        return new GroupAnalysis(graph).run();
    }

    private ChannelGroups run() {
        for (Graph.Value v : graph.inputs()) {
            if (v.shape().rank() >= 2 && v.shape().dim(1) >= 0) {
                tracked.track(v.name(), 1);
                tracked.classes.freeze(v.name(), 1, "network input");
            }
        }
        for (Node node : graph.nodes()) {
            if (!visit(node)) {
                tracked.forget(node);
            }
        }
        return tracked.groups();
    }

    /** False where there is no rule for a node. */
    private boolean visit(Node node) {
        if (!node.domain().isEmpty()) {
            return false;
        }
        for (String out : node.outputs()) {
            if (!out.isEmpty() && graph.shapeOrNull(out) == null) {
                return false;
            }
        }
        for (String in : node.inputs()) {
            if (!in.isEmpty() && graph.shapeOrNull(in) == null) {
                return false;
            }
        }
        String op = node.op();
        if (UNARY.contains(op)) {
            return tracked.same(node);
        }
        if (BROADCAST.contains(op)) {
            return broadcast(node);
        }
        if (POOLS.contains(op) && !op.equals("InstanceNormalization")) {
            return node.outputs().size() == 1 && tracked.same(node);
        }
        return switch (op) {
            case "Conv" -> weights.convolution(node, false);
            case "ConvTranspose" -> weights.convolution(node, true);
            case "BatchNormalization", "InstanceNormalization" -> weights.normalization(node);
            case "Gemm" -> weights.gemm(node);
            case "MatMul" -> weights.matMul(node);
            case "Concat" -> moves.concat(node);
            case "Split" -> moves.split(node);
            case "Slice" -> moves.slice(node);
            case "Pad", "Resize" -> moves.sameUnlessResized(node);
            case "Softmax", "LogSoftmax" -> acrossChannels(node, node.intAttr("axis", -1));
            case "LRN" -> acrossChannels(node, 1);
            case "ReduceMean", "ReduceSum", "ReduceMax" -> moves.reduce(node);
            case "Flatten", "Reshape", "Squeeze", "Unsqueeze" -> moves.reshape(node);
            case "Transpose" -> moves.transpose(node);
            default -> false;
        };
    }

    private boolean acrossChannels(Node node, int axis) {
        Shape shape = graph.shape(node.input(0));
        Integer mine = tracked.axis(node.input(0));
        tracked.same(node);
        if (mine != null && (axis < 0 ? axis + shape.rank() : axis) == mine) {
            tracked.freeze(node.input(0), TrackedAxes.at(node) + " works across channels");
        }
        return true;
    }

    private boolean broadcast(Node node) {
        Shape out = graph.shape(node.output());
        Integer axis = null;
        for (String in : node.inputs()) {
            Integer mine = tracked.axis(in);
            if (mine == null) {
                continue;
            }
            int there = mine + out.rank() - graph.shape(in).rank();
            if (axis != null && axis != there) {
                return false;
            }
            axis = there;
        }
        if (axis == null) {
            return tracked.pinConstants(node);
        }
        int channels = out.dim(axis);
        for (String in : node.inputs()) {
            int mine = axis - (out.rank() - graph.shape(in).rank());
            boolean carries = mine >= 0 && graph.shape(in).dim(mine) == channels && channels != 1;
            if (carries && tracked.activation(in) && tracked.axis(in) == null) {
                return false;
            }
        }
        tracked.track(node.output(), axis);
        for (String in : node.inputs()) {
            int mine = axis - (out.rank() - graph.shape(in).rank());
            if (mine < 0 || graph.shape(in).dim(mine) != channels || (channels == 1 && tracked.activation(in))) {
                continue;
            }
            if (!tracked.activation(in)) {
                tracked.weightAxis(in, mine);
            }
            tracked.tieAll(in, mine, node.output(), axis);
        }
        return true;
    }

    /** Names of the initializers and activations that a group touches, for reports. */
    static List<String> members(ChannelGroups groups, int group) {
        List<String> out = new ArrayList<>();
        groups.axes().forEach((tensor, axes) -> {
            if (axes.values().stream().anyMatch(l -> l.stream().anyMatch(s -> s.group() == group))) {
                out.add(tensor);
            }
        });
        return out;
    }
}
