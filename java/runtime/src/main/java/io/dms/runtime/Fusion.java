package io.dms.runtime;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Makes a {@link FusedPlan} of a canonical graph: one pass over its nodes, each fused into the step before it where
 * nothing else reads the tensor between them. Not thread-safe, used once. */
final class Fusion {
    private final Graph graph;
    private final Drafts drafts;
    private final LinearFusion linear;
    private final Set<Node> done = new HashSet<>();
    private final Map<List<String>, Node> concats = new HashMap<>();

    Fusion(Graph graph, int batch) {
        this.graph = graph;
        this.drafts = new Drafts(graph, batch);
        this.linear = new LinearFusion(graph, drafts);
    }

    FusedPlan plan() {
        int[] inputs =
                graph.inputs().stream().mapToInt(v -> drafts.value(v.name())).toArray();
        for (Node node : graph.nodes()) {
            if (!done.contains(node)) {
                add(node);
            }
        }
        return drafts.plan(inputs);
    }

    private void add(Node node) {
        if (!node.domain().isEmpty()) {
            drafts.other(node);
            return;
        }
        switch (node.op()) {
            case "Conv" -> linear.convolution(node, Step.LinearKind.CONV);
            case "ConvTranspose" -> linear.convolution(node, Step.LinearKind.CONV_TRANSPOSE);
            case "Gemm", "MatMul" -> linear.gemm(node);
            case "BatchNormalization" -> linear.normalization(node);
            case "Add", "Sub", "Mul", "Div" -> binary(node);
            case "Sigmoid", "HardSigmoid" -> gate(node);
            case "PRelu" -> prelu(node);
            case "Concat" -> concat(node);
            case "Reshape" -> reshape(node);
            default -> {
                PostOp.Activation activation = Activations.of(node);
                if (activation == null) {
                    drafts.other(node);
                } else {
                    drafts.after(node, node.input(0), List.of(activation));
                }
            }
        }
    }

    private void binary(Node node) {
        String a = node.input(0);
        String b = node.input(1);
        Tensor ca = graph.initializer(a);
        Tensor cb = graph.initializer(b);
        if (cb != null && ca == null && constant(node, a, cb, false)) {
            return;
        }
        if (ca != null && cb == null && constant(node, b, ca, true)) {
            return;
        }
        boolean same = ca == null && cb == null && drafts.shape(a).equals(drafts.shape(b)) && !a.equals(b);
        if (node.op().equals("Add") && same && (residual(node, a, b) || residual(node, b, a))) {
            return;
        }
        Draft d = new Draft(node, drafts.value(a));
        d.second = drafts.value(b);
        d.binary = Step.BinaryKind.valueOf(node.op().toUpperCase(java.util.Locale.ROOT));
        drafts.append(d, node.output());
    }

    /** Takes {@code sum = open + other} as a post-op of the step that writes {@code open}. */
    private boolean residual(Node node, String open, String other) {
        Draft d = drafts.writer(open);
        if (d == null || !drafts.open(open) || d.kind == null || d.kind == Step.LinearKind.GEMM) {
            return false;
        }
        Draft o = drafts.writer(other);
        boolean last = o == null || drafts.isBefore(o, d);
        Draft rival = drafts.open(other) ? o : null;
        if (!last && rival != null && rival.kind != null) {
            return false;
        }
        if (!last) {
            drafts.moveToEnd(d);
        }
        d.after.add(new PostOp.Add(drafts.value(other)));
        drafts.rename(d, node.output());
        return true;
    }

    /** A binary node with one constant operand; false where it is neither a scalar nor one number per channel. */
    private boolean constant(Node node, String x, Tensor c, boolean constantFirst) {
        Shape shape = drafts.shape(x);
        if (!drafts.shape(node.output()).equals(shape)) {
            return false;
        }
        boolean sub = node.op().equals("Sub");
        boolean div = node.op().equals("Div");
        Draft d = drafts.writer(x);
        boolean channelsLast = d != null && d.channelsLast;
        int axis = channelsLast ? shape.rank() - 1 : 1;
        if (shape.rank() < 2 || (div && constantFirst && c.elements() != 1)) {
            return false;
        }
        float[] v = c.elements() == 1 && (d == null || !drafts.open(x) || !d.takesAffine(shape.dim(axis)))
                ? c.floats()
                : ChannelNumbers.perChannel(c, shape.dim(axis), axis, shape.rank());
        if (v == null) {
            return false;
        }
        if (div && constantFirst) {
            drafts.after(node, x, List.of(new PostOp.Activation(PostOp.Kind.POWER, c.floats()[0], -1)));
            return true;
        }
        float[] scale = ChannelNumbers.fill(v.length, 1);
        float[] shift = new float[v.length];
        for (int i = 0; i < v.length; i++) {
            switch (node.op()) {
                case "Add" -> shift[i] = v[i];
                case "Sub" -> shift[i] = constantFirst ? v[i] : -v[i];
                case "Mul" -> scale[i] = v[i];
                default -> scale[i] = 1 / v[i];
            }
            if (sub && constantFirst) {
                scale[i] = -1;
            }
        }
        if (v.length == 1 && shape.dim(axis) != 1) {
            drafts.after(node, x, List.of(new PostOp.Activation(PostOp.Kind.LINEAR, scale[0], shift[0])));
        } else if (channelsLast && (d == null || !drafts.open(x) || !d.takesAffine(v.length))) {
            return false;
        } else {
            drafts.affine(node, x, scale, shift);
        }
        return true;
    }

    /** Sigmoid and HardSigmoid, or SiLU and HardSwish where the product with their own input follows. */
    private void gate(Node node) {
        PostOp.Activation own = Activations.of(node);
        String x = node.input(0);
        List<Node> readers = graph.consumers(node.output());
        if (own == null) {
            drafts.other(node);
            return;
        }
        if (readers.size() == 1 && readers.get(0).is("Mul") && !graph.isOutput(node.output())) {
            Node mul = readers.get(0);
            List<String> in = mul.inputs();
            boolean pair = in.contains(x) && in.contains(node.output());
            if (pair && graph.consumers(x).size() <= 2 && graph.consumers(x).contains(mul) && !graph.isOutput(x)) {
                PostOp.Kind kind = own.kind() == PostOp.Kind.SIGMOID ? PostOp.Kind.SILU : PostOp.Kind.HARD_SWISH;
                done.add(mul);
                PostOp.Activation both = new PostOp.Activation(kind, own.a(), own.b());
                Draft d = drafts.writer(x);
                if (d != null && d.takesAfter()) {
                    d.after.add(both);
                    drafts.rename(d, mul.output());
                } else {
                    Draft e = new Draft(node, drafts.value(x));
                    e.after.add(both);
                    drafts.append(e, mul.output());
                }
                return;
            }
        }
        drafts.after(node, x, List.of(own));
    }

    private void prelu(Node node) {
        Tensor slopes = graph.initializer(node.input(1));
        Shape shape = drafts.shape(node.input(0));
        if (slopes != null && slopes.elements() == 1) {
            drafts.after(node, node.input(0), List.of(new PostOp.Activation(PostOp.Kind.RELU, slopes.floats()[0], 0)));
        } else if (slopes == null || drafts.lastAxisChannels(node.input(0))) {
            drafts.other(node);
        } else if (shape.rank() >= 2 && ChannelNumbers.perChannel(slopes, shape.dim(1), 1, shape.rank()) != null) {
            drafts.after(node, node.input(0), List.of(new PostOp.Slopes(slopes)));
        } else {
            drafts.other(node);
        }
    }

    /** Reads an earlier concat of the same first tensors instead of these, so that one buffer can hold both. */
    private void concat(Node node) {
        List<String> in = node.inputs();
        for (int k = in.size() - 1; k >= 2; k--) {
            Node earlier = concats.get(in.subList(0, k));
            if (earlier != null && earlier.intAttr("axis", 0) == node.intAttr("axis", 0)) {
                List<String> shorter = new ArrayList<>(List.of(earlier.output()));
                shorter.addAll(in.subList(k, in.size()));
                drafts.other(node.withInputs(shorter));
                concats.put(in, node);
                return;
            }
        }
        drafts.other(node);
        concats.put(in, node);
    }

    /** Reshape, Transpose, Reshape that deal out channels are one shuffle. */
    private void reshape(Node node) {
        Shape in = drafts.shape(node.input(0));
        Shape mid = drafts.shape(node.output());
        if (in.rank() == 4 && mid.rank() == 5 && only(node, "Transpose")) {
            Node t = graph.consumers(node.output()).get(0);
            if (only(t, "Reshape")) {
                Node r = graph.consumers(t.output()).get(0);
                boolean split = mid.dim(1) * mid.dim(2) == in.dim(1) && mid.dim(0) == in.dim(0);
                boolean kept = mid.dim(3) == in.dim(2) && mid.dim(4) == in.dim(3);
                boolean swapped = Arrays.equals(t.ints("perm"), new int[] {0, 2, 1, 3, 4});
                if (split && kept && swapped && drafts.shape(r.output()).equals(in)) {
                    done.add(t);
                    done.add(r);
                    Draft d = new Draft(node, drafts.value(node.input(0)));
                    d.shuffle = mid.dim(1);
                    drafts.append(d, r.output());
                    return;
                }
            }
        }
        drafts.other(node);
    }

    private boolean only(Node node, String op) {
        List<Node> readers = graph.consumers(node.output());
        return readers.size() == 1 && readers.get(0).is(op) && !graph.isOutput(node.output());
    }
}
