package io.dms.model;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
    private static final int MANY_GROUPS = 8;

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
    private final AxisClasses classes = new AxisClasses();
    private final Map<String, Integer> tracked = new HashMap<>();
    private final Map<String, String> pinned = new LinkedHashMap<>();

    private GroupAnalysis(Graph graph) {
        this.graph = graph;
    }

    /** The channel groups of a canonical graph. */
    public static ChannelGroups analyze(Graph graph) {
        return new GroupAnalysis(graph).run();
    }

    private ChannelGroups run() {
        for (Graph.Value v : graph.inputs()) {
            if (v.shape().rank() >= 2 && v.shape().dim(1) >= 0) {
                track(v.name(), 1);
                classes.freeze(v.name(), 1, "network input");
            }
        }
        for (Node node : graph.nodes()) {
            if (!visit(node)) {
                String reason = "no rule for " + at(node);
                node.inputs().forEach(in -> pin(in, reason));
                node.outputs().forEach(out -> pin(out, reason));
                node.outputs().forEach(tracked::remove);
            }
        }
        pinned.forEach((tensor, reason) -> {
            Shape shape = graph.shapeOrNull(tensor);
            for (int i = 0; shape != null && i < shape.rank(); i++) {
                classes.freeze(tensor, i, reason);
            }
        });
        for (Graph.Value v : graph.outputs()) {
            freeze(v.name(), "network output");
        }
        return classes.groups(tensor -> {
            Node producer = graph.producer(tensor);
            return producer == null ? tensor : producer.name();
        });
    }

    // ---- bookkeeping ----

    private boolean activation(String tensor) {
        return !tensor.isEmpty() && graph.initializer(tensor) == null;
    }

    private void track(String tensor, int axis) {
        Shape shape = graph.shapeOrNull(tensor);
        if (shape == null || axis >= shape.rank() || shape.dim(axis) < 0) {
            return;
        }
        tracked.put(tensor, axis);
        classes.add(tensor, axis, shape.dim(axis), true);
    }

    private @Nullable Integer axis(String tensor) {
        return tracked.get(tensor);
    }

    private void freeze(String tensor, String reason) {
        Integer axis = tracked.get(tensor);
        if (axis != null) {
            classes.freeze(tensor, axis, reason);
        }
    }

    /** Freezes every axis of a tensor that any node, also a later one, makes known. */
    private void pin(String tensor, String reason) {
        pinned.putIfAbsent(tensor, reason);
    }

    /** Keeps the constants of a node whole: what they meet is not tracked here, but they may be shared. */
    private boolean pinConstants(Node node) {
        for (String in : node.inputs()) {
            if (graph.initializer(in) != null) {
                pin(in, "not tracked before " + at(node));
            }
        }
        return true;
    }

    private void weightAxis(String tensor, int axis) {
        classes.add(tensor, axis, graph.shape(tensor).dim(axis), false);
    }

    /** Ties a whole axis of an activation or constant to a whole axis of another, of the same size. */
    private void tieAll(String a, int axisA, String b, int axisB) {
        classes.tieRange(a, axisA, 0, b, axisB, 0, graph.shape(a).dim(axisA));
    }

    private static String at(Node node) {
        return node.op() + " (node " + node.name() + ")";
    }

    // ---- rules; false where there is none ----

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
            return same(node);
        }
        if (BROADCAST.contains(op)) {
            return broadcast(node);
        }
        if (POOLS.contains(op) && !op.equals("InstanceNormalization")) {
            return node.outputs().size() == 1 && same(node);
        }
        return switch (op) {
            case "Conv" -> convolution(node, false);
            case "ConvTranspose" -> convolution(node, true);
            case "BatchNormalization", "InstanceNormalization" -> normalization(node);
            case "Gemm" -> gemm(node);
            case "MatMul" -> matMul(node);
            case "Concat" -> concat(node);
            case "Split" -> split(node);
            case "Slice" -> slice(node);
            case "Pad", "Resize" -> sameUnlessResized(node);
            case "Softmax", "LogSoftmax" -> acrossChannels(node, node.intAttr("axis", -1));
            case "LRN" -> acrossChannels(node, 1);
            case "ReduceMean", "ReduceSum", "ReduceMax" -> reduce(node);
            case "Flatten", "Reshape", "Squeeze", "Unsqueeze" -> reshape(node);
            case "Transpose" -> transpose(node);
            default -> false;
        };
    }

    private boolean same(Node node) {
        Integer axis = axis(node.input(0));
        if (axis != null) {
            track(node.output(), axis);
            tieAll(node.input(0), axis, node.output(), axis);
        }
        return true;
    }

    private boolean sameUnlessResized(Node node) {
        Integer axis = axis(node.input(0));
        if (axis == null) {
            return true;
        }
        if (graph.shape(node.input(0)).dim(axis) != graph.shape(node.output()).dim(axis)) {
            return false;
        }
        int[] pads = node.intsOrNull("pads");
        if (pads != null && (pads[axis] != 0 || pads[axis + pads.length / 2] != 0)) {
            return false;
        }
        return same(node);
    }

    private boolean acrossChannels(Node node, int axis) {
        Shape shape = graph.shape(node.input(0));
        Integer mine = axis(node.input(0));
        same(node);
        if (mine != null && (axis < 0 ? axis + shape.rank() : axis) == mine) {
            freeze(node.input(0), at(node) + " works across channels");
        }
        return true;
    }

    private boolean reduce(Node node) {
        Integer axis = axis(node.input(0));
        int[] axes = node.intsOrNull("axes");
        if (axis == null) {
            return true;
        }
        if (axes == null) {
            return false;
        }
        int below = 0;
        int rank = graph.shape(node.input(0)).rank();
        for (int listed : axes) {
            int a = listed < 0 ? listed + rank : listed;
            if (a == axis) {
                freeze(node.input(0), at(node) + " works across channels");
                return true;
            }
            below += a < axis ? 1 : 0;
        }
        int out = node.intAttr("keepdims", 1) != 0 ? axis : axis - below;
        track(node.output(), out);
        tieAll(node.input(0), axis, node.output(), out);
        return true;
    }

    private boolean transpose(Node node) {
        Integer axis = axis(node.input(0));
        if (axis == null) {
            return true;
        }
        int[] perm = node.ints("perm");
        for (int i = 0; i < perm.length; i++) {
            if (perm[i] == axis) {
                track(node.output(), i);
                if (axis(node.output()) == null) {
                    return false;
                }
                tieAll(node.input(0), axis, node.output(), i);
            }
        }
        return true;
    }

    /** The channel axis survives where it stays a dimension of its own or is joined with what lies behind it. */
    private boolean reshape(Node node) {
        Integer axis = axis(node.input(0));
        if (axis == null) {
            return true;
        }
        Shape in = graph.shape(node.input(0));
        Shape out = graph.shape(node.output());
        int channels = in.dim(axis);
        long before = in.elements(0, axis);
        boolean batchBefore = hasBatch(in, axis);
        for (int b = 0; b < out.rank(); b++) {
            int size = out.dim(b);
            if (out.elements(0, b) != before || hasBatch(out, b) != batchBefore || size < channels) {
                continue;
            }
            if (size % channels != 0 || size == Shape.BATCH) {
                continue;
            }
            int unit = size / channels;
            if (in.elements(axis + 1, in.rank()) % unit != 0) {
                continue;
            }
            track(node.output(), b);
            for (int c = 0; c < channels; c++) {
                for (int u = 0; u < unit; u++) {
                    classes.tie(node.input(0), axis, c, node.output(), b, c * unit + u);
                }
            }
            return true;
        }
        freeze(node.input(0), at(node) + " mixes channels with other dimensions");
        return true;
    }

    private static boolean hasBatch(Shape shape, int end) {
        for (int i = 0; i < end; i++) {
            if (shape.dim(i) == Shape.BATCH) {
                return true;
            }
        }
        return false;
    }

    private boolean broadcast(Node node) {
        Shape out = graph.shape(node.output());
        Integer axis = null;
        for (String in : node.inputs()) {
            Integer mine = axis(in);
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
            return pinConstants(node);
        }
        int channels = out.dim(axis);
        for (String in : node.inputs()) {
            int mine = axis - (out.rank() - graph.shape(in).rank());
            boolean carries = mine >= 0 && graph.shape(in).dim(mine) == channels && channels != 1;
            if (carries && activation(in) && axis(in) == null) {
                return false;
            }
        }
        track(node.output(), axis);
        for (String in : node.inputs()) {
            int mine = axis - (out.rank() - graph.shape(in).rank());
            if (mine < 0 || graph.shape(in).dim(mine) != channels || (channels == 1 && activation(in))) {
                continue;
            }
            if (!activation(in)) {
                weightAxis(in, mine);
            }
            tieAll(in, mine, node.output(), axis);
        }
        return true;
    }

    private boolean concat(Node node) {
        Shape out = graph.shape(node.output());
        int along = node.intAttr("axis", 1);
        boolean any = false;
        for (String in : node.inputs()) {
            Integer axis = axis(in);
            if (axis != null) {
                any = true;
                if (axis != along) {
                    return concatElsewhere(node, axis);
                }
            }
        }
        if (!any) {
            return true;
        }
        track(node.output(), along);
        if (axis(node.output()) == null) {
            return false;
        }
        int offset = 0;
        for (String in : node.inputs()) {
            int size = graph.shape(in).dim(along);
            if (activation(in) && axis(in) == null) {
                classes.freeze(node.output(), along, offset, size, "not tracked before " + at(node));
            } else {
                if (!activation(in)) {
                    weightAxis(in, along);
                }
                classes.tieRange(in, along, 0, node.output(), along, offset, size);
            }
            offset += size;
        }
        return offset == out.dim(along);
    }

    /** A concat along another axis than the channels': all inputs carry the same channels. */
    private boolean concatElsewhere(Node node, int axis) {
        for (String in : node.inputs()) {
            Integer mine = axis(in);
            if (mine == null || mine != axis) {
                return false;
            }
        }
        track(node.output(), axis);
        for (String in : node.inputs()) {
            tieAll(in, axis, node.output(), axis);
        }
        return true;
    }

    private boolean split(Node node) {
        Integer axis = axis(node.input(0));
        if (axis == null) {
            return true;
        }
        int along = node.intAttr("axis", 0);
        int offset = 0;
        for (String out : node.outputs()) {
            int size = graph.shape(out).dim(axis);
            track(out, axis);
            classes.tieRange(node.input(0), axis, along == axis ? offset : 0, out, axis, 0, size);
            offset += size;
        }
        return true;
    }

    private boolean slice(Node node) {
        Integer axis = axis(node.input(0));
        if (axis == null) {
            return true;
        }
        int[] axes = node.ints("axes");
        int[] starts = node.ints("starts");
        int[] steps = node.ints("steps");
        for (int i = 0; i < axes.length; i++) {
            if (axes[i] == axis) {
                if (steps[i] != 1) {
                    return false;
                }
                track(node.output(), axis);
                classes.tieRange(
                        node.input(0),
                        axis,
                        starts[i],
                        node.output(),
                        axis,
                        0,
                        graph.shape(node.output()).dim(axis));
                return true;
            }
        }
        return same(node);
    }

    private boolean normalization(Node node) {
        Integer axis = axis(node.input(0));
        if (axis == null) {
            return pinConstants(node);
        }
        if (axis != 1) {
            return false;
        }
        for (int i = 1; i < node.inputs().size(); i++) {
            String parameter = node.input(i);
            if (activation(parameter)) {
                return false;
            }
            weightAxis(parameter, 0);
            tieAll(parameter, 0, node.input(0), 1);
        }
        return same(node);
    }

    private void bias(String bias, String output, int axis) {
        if (!bias.isEmpty() && !activation(bias)) {
            weightAxis(bias, 0);
            tieAll(bias, 0, output, axis);
        }
    }

    /**
     * Axis 0 of the weights spans all channels of one side, axis 1 those that a single convolution group has on the
     * other: output and input for a Conv, input and output for a ConvTranspose.
     */
    private boolean convolution(Node node, boolean transposed) {
        String in = node.input(0);
        String w = node.input(1);
        String out = node.output();
        if (activation(w) || (!node.input(2).isEmpty() && activation(node.input(2)))) {
            return false;
        }
        boolean known = axis(in) != null;
        if (known && !Integer.valueOf(1).equals(axis(in))) {
            return false;
        }
        int groups = node.intAttr("group", 1);
        int perGroup0 = graph.shape(w).dim(0) / groups;
        int perGroup1 = graph.shape(w).dim(1);
        int perIn = transposed ? perGroup0 : perGroup1;
        int perOut = transposed ? perGroup1 : perGroup0;
        track(out, 1);
        tieWeights(node, w, 0, transposed ? in : out);
        bias(node.input(2), out, 1);
        if (groups == 1) {
            tieWeights(node, w, 1, transposed ? out : in);
        } else if (!known) {
            freeze(out, "grouped " + at(node) + " of an input whose channels are not tracked");
        } else if (perIn == 1 || groups >= MANY_GROUPS) {
            wholeGroups(in, out, groups, perIn, perOut);
        } else {
            weightAxis(w, 1);
            positions(in, out, groups, perIn, perOut);
            classes.tieRange(w, 1, 0, transposed ? out : in, 1, 0, perGroup1);
        }
        return true;
    }

    /** Ties an axis of a convolution's weights to the channels of an activation, or freezes it where those are unknown. */
    private void tieWeights(Node node, String weights, int axis, String activation) {
        weightAxis(weights, axis);
        if (axis(activation) != null) {
            tieAll(weights, axis, activation, 1);
        } else {
            classes.freeze(weights, axis, "not tracked before " + at(node));
        }
    }

    /** Input channels and output channels of one convolution group are one unit. */
    private void wholeGroups(String in, String out, int groups, int perIn, int perOut) {
        for (int g = 0; g < groups; g++) {
            for (int i = 1; i < perIn; i++) {
                classes.tie(in, 1, g * perIn, in, 1, g * perIn + i);
            }
            for (int o = 0; o < perOut; o++) {
                classes.tie(in, 1, g * perIn, out, 1, g * perOut + o);
            }
        }
    }

    /** The same position in every convolution group is one unit, on either side. */
    private void positions(String in, String out, int groups, int perIn, int perOut) {
        for (int g = 1; g < groups; g++) {
            classes.tieRange(in, 1, 0, in, 1, g * perIn, perIn);
            classes.tieRange(out, 1, 0, out, 1, g * perOut, perOut);
        }
    }

    private boolean gemm(Node node) {
        String a = node.input(0);
        String b = node.input(1);
        String c = node.input(2);
        if (activation(b) || !activation(a) || (!c.isEmpty() && activation(c)) || node.intAttr("transA", 0) != 0) {
            return false;
        }
        int inAxis = node.intAttr("transB", 0) != 0 ? 1 : 0;
        return linear(node, a, b, inAxis, c);
    }

    private boolean matMul(Node node) {
        String a = node.input(0);
        String b = node.input(1);
        if (activation(b) || !activation(a) || graph.shape(b).rank() != 2) {
            return false;
        }
        Integer axis = axis(a);
        if (axis != null && axis != graph.shape(a).rank() - 1) {
            return same(node);
        }
        return linear(node, a, b, 0, "");
    }

    private boolean linear(Node node, String a, String b, int inAxis, String c) {
        int last = graph.shape(a).rank() - 1;
        Integer axis = axis(a);
        if (axis != null && axis != last) {
            return false;
        }
        weightAxis(b, inAxis);
        if (axis != null) {
            tieAll(b, inAxis, a, last);
        } else {
            classes.freeze(b, inAxis, "not tracked before " + at(node));
        }
        track(node.output(), last);
        weightAxis(b, 1 - inAxis);
        tieAll(b, 1 - inAxis, node.output(), last);
        if (!c.isEmpty()) {
            Shape shape = graph.shape(c);
            int at = shape.rank() - 1;
            if (at >= 0 && shape.dim(at) == graph.shape(node.output()).dim(last)) {
                weightAxis(c, at);
                tieAll(c, at, node.output(), last);
            } else if (at < 0 || shape.dim(at) != 1) {
                freeze(node.output(), at(node) + " adds a bias of another shape");
            }
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
