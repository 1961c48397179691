package io.dms.runtime;

import io.dms.model.Graph;
import io.dms.model.ModelException;
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
import org.jspecify.annotations.Nullable;

/** Makes a {@link FusedPlan} of a canonical graph: one pass over its nodes, each fused into the step before it where
 * nothing else reads the tensor between them. Not thread-safe, used once. */
final class Fusion {
    private final Graph graph;
    private final int batch;
    private final List<FusedPlan.Value> values = new ArrayList<>();
    private final Map<String, Integer> index = new HashMap<>();
    private final List<Draft> drafts = new ArrayList<>();
    private final Map<String, Draft> writers = new HashMap<>();
    private final Set<Node> done = new HashSet<>();
    private final Map<List<String>, Node> concats = new HashMap<>();

    Fusion(Graph graph, int batch) {
        this.graph = graph;
        this.batch = batch;
    }

    FusedPlan plan() {
        int[] inputs = graph.inputs().stream().mapToInt(v -> value(v.name())).toArray();
        for (Node node : graph.nodes()) {
            if (!done.contains(node)) {
                add(node);
            }
        }
        int[] outputs = graph.outputs().stream().mapToInt(v -> value(v.name())).toArray();
        return new FusedPlan(values, drafts.stream().map(Draft::finish).toList(), inputs, outputs);
    }

    private void add(Node node) {
        if (!node.domain().isEmpty()) {
            other(node);
            return;
        }
        switch (node.op()) {
            case "Conv" -> linear(node, Step.LinearKind.CONV);
            case "ConvTranspose" -> linear(node, Step.LinearKind.CONV_TRANSPOSE);
            case "Gemm", "MatMul" -> gemm(node);
            case "BatchNormalization" -> normalization(node);
            case "Add", "Sub", "Mul", "Div" -> binary(node);
            case "Sigmoid", "HardSigmoid" -> gate(node);
            case "PRelu" -> prelu(node);
            case "Concat" -> concat(node);
            case "Reshape" -> reshape(node);
            default -> {
                PostOp.Activation activation = Activations.of(node);
                if (activation == null) {
                    other(node);
                } else {
                    after(node, node.input(0), List.of(activation));
                }
            }
        }
    }

    // ---- steps -------------------------------------------------------------------------------------------------

    private void linear(Node node, Step.LinearKind kind) {
        Tensor weights = graph.initializer(node.input(1));
        Tensor bias = node.input(2).isEmpty() ? null : graph.initializer(node.input(2));
        if (weights == null || (bias == null && !node.input(2).isEmpty())) {
            other(node);
            return;
        }
        int[] pads = node.ints("pads");
        int n = pads.length / 2;
        int[] begin = Arrays.copyOf(pads, n);
        int[] end = Arrays.copyOfRange(pads, n, 2 * n);
        String input = node.input(0);
        Draft pad = writers.get(input);
        if (kind == Step.LinearKind.CONV && pad != null && open(input) && Padding.isZeroSpatial(pad.node)) {
            int[] more = pad.node.ints("pads");
            for (int i = 0; i < n; i++) {
                begin[i] += more[2 + i];
                end[i] += more[n + 4 + i];
            }
            input = pad.node.input(0);
            drafts.remove(pad);
        }
        Draft d = new Draft(node, value(input));
        d.kind = kind;
        d.weights = weights;
        d.bias = bias == null ? null : bias.floats();
        d.group = node.intAttr("group", 1);
        d.window = new Step.Window(node.ints("kernel_shape"), node.ints("strides"), begin, end, node.ints("dilations"));
        d.channels = shape(node.output()).dim(1);
        append(d, node.output());
    }

    private void gemm(Node node) {
        Tensor b = graph.initializer(node.input(1));
        Tensor c = node.input(2).isEmpty() ? null : graph.initializer(node.input(2));
        boolean plainA = node.intAttr("transA", 0) == 0;
        if (b == null
                || b.shape().rank() != 2
                || !plainA
                || (c == null && !node.input(2).isEmpty())) {
            other(node);
            return;
        }
        boolean transB = node.intAttr("transB", 0) != 0;
        int out = b.shape().dim(transB ? 0 : 1);
        float alpha = node.floatAttr("alpha", 1);
        float beta = node.floatAttr("beta", 1);
        float[] bias = c == null ? null : perChannel(c, out, 0, 1);
        if (c != null && bias == null) {
            other(node);
            return;
        }
        Draft d = new Draft(node, value(node.input(0)));
        d.kind = Step.LinearKind.GEMM;
        d.weights = b;
        d.inputMajor = !transB;
        d.channels = out;
        d.channelsLast = true;
        append(d, node.output());
        if (alpha != 1) {
            d.scale(fill(out, alpha));
        }
        if (bias != null) {
            d.shift(scaled(bias, beta));
        }
    }

    private void normalization(Node node) {
        float[][] p = new float[4][];
        for (int i = 0; i < 4; i++) {
            Tensor t = graph.initializer(node.input(i + 1));
            if (t == null) {
                other(node);
                return;
            }
            p[i] = t.floats();
        }
        float epsilon = node.floatAttr("epsilon", 1e-5f);
        float[] scale = new float[p[0].length];
        float[] shift = new float[scale.length];
        for (int c = 0; c < scale.length; c++) {
            double s = p[0][c] / Math.sqrt((double) p[3][c] + epsilon);
            scale[c] = (float) s;
            shift[c] = (float) (p[1][c] - p[2][c] * s);
        }
        if (lastAxisChannels(node.input(0))) {
            Draft s = new Draft(node, value(node.input(0)));
            s.channels = scale.length;
            s.scale = scale;
            s.bias = shift;
            append(s, node.output());
        } else {
            affine(node, node.input(0), scale, shift);
        }
    }

    /** True where the step that writes a tensor counts channels on its last axis and that is not axis 1. */
    private boolean lastAxisChannels(String tensor) {
        Draft d = writers.get(tensor);
        return d != null && d.channelsLast && shape(tensor).rank() != 2;
    }

    /** {@code scale[c] * input + shift[c]}: into the step that writes the input where that is possible. */
    private void affine(Node node, String input, float[] scale, float[] shift) {
        Draft d = writers.get(input);
        if (d != null && open(input) && d.takesAffine(scale.length)) {
            d.scale(scale);
            d.shift(shift);
            rename(d, node.output());
            return;
        }
        Draft s = new Draft(node, value(input));
        s.channels = scale.length;
        s.scale = scale;
        s.bias = shift;
        append(s, node.output());
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
        boolean same = ca == null && cb == null && shape(a).equals(shape(b)) && !a.equals(b);
        if (node.op().equals("Add") && same && (residual(node, a, b) || residual(node, b, a))) {
            return;
        }
        Draft d = new Draft(node, value(a));
        d.second = value(b);
        d.binary = Step.BinaryKind.valueOf(node.op().toUpperCase(java.util.Locale.ROOT));
        append(d, node.output());
    }

    /** Takes {@code sum = open + other} as a post-op of the step that writes {@code open}. */
    private boolean residual(Node node, String open, String other) {
        Draft d = writers.get(open);
        if (d == null || !open(open) || d.kind == null || d.kind == Step.LinearKind.GEMM) {
            return false;
        }
        Draft o = writers.get(other);
        boolean last = o == null || drafts.indexOf(o) < drafts.indexOf(d);
        Draft rival = open(other) ? o : null;
        if (!last && rival != null && rival.kind != null) {
            return false;
        }
        if (!last) {
            drafts.remove(d);
            drafts.add(d);
        }
        d.after.add(new PostOp.Add(value(other)));
        rename(d, node.output());
        return true;
    }

    /** A binary node with one constant operand; false where it is neither a scalar nor one number per channel. */
    private boolean constant(Node node, String x, Tensor c, boolean constantFirst) {
        Shape shape = shape(x);
        if (!shape(node.output()).equals(shape)) {
            return false;
        }
        boolean sub = node.op().equals("Sub");
        boolean div = node.op().equals("Div");
        Draft d = writers.get(x);
        boolean channelsLast = d != null && d.channelsLast;
        int axis = channelsLast ? shape.rank() - 1 : 1;
        if (shape.rank() < 2 || (div && constantFirst && c.elements() != 1)) {
            return false;
        }
        float[] v = c.elements() == 1 && (d == null || !open(x) || !d.takesAffine(shape.dim(axis)))
                ? c.floats()
                : perChannel(c, shape.dim(axis), axis, shape.rank());
        if (v == null) {
            return false;
        }
        if (div && constantFirst) {
            after(node, x, List.of(new PostOp.Activation(PostOp.Kind.POWER, c.floats()[0], -1)));
            return true;
        }
        float[] scale = fill(v.length, 1);
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
            after(node, x, List.of(new PostOp.Activation(PostOp.Kind.LINEAR, scale[0], shift[0])));
        } else if (channelsLast && (d == null || !open(x) || !d.takesAffine(v.length))) {
            return false;
        } else {
            affine(node, x, scale, shift);
        }
        return true;
    }

    /** Sigmoid and HardSigmoid, or SiLU and HardSwish where the product with their own input follows. */
    private void gate(Node node) {
        PostOp.Activation own = Activations.of(node);
        String x = node.input(0);
        List<Node> readers = graph.consumers(node.output());
        if (own == null) {
            other(node);
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
                Draft d = writers.get(x);
                if (d != null && d.takesAfter()) {
                    d.after.add(both);
                    rename(d, mul.output());
                } else {
                    Draft e = new Draft(node, value(x));
                    e.after.add(both);
                    append(e, mul.output());
                }
                return;
            }
        }
        after(node, x, List.of(own));
    }

    private void prelu(Node node) {
        Tensor slopes = graph.initializer(node.input(1));
        Shape shape = shape(node.input(0));
        if (slopes == null || lastAxisChannels(node.input(0))) {
            other(node);
        } else if (slopes.elements() == 1) {
            after(node, node.input(0), List.of(new PostOp.Activation(PostOp.Kind.RELU, slopes.floats()[0], 0)));
        } else if (shape.rank() >= 2 && perChannel(slopes, shape.dim(1), 1, shape.rank()) != null) {
            after(node, node.input(0), List.of(new PostOp.Slopes(slopes)));
        } else {
            other(node);
        }
    }

    /** Appends post-ops to the step that writes {@code x}, or makes a step of them. */
    private void after(Node node, String x, List<PostOp> ops) {
        Draft d = writers.get(x);
        if (d != null && open(x) && d.takesAfter()) {
            d.after.addAll(ops);
            rename(d, node.output());
            return;
        }
        Draft e = new Draft(node, value(x));
        e.after.addAll(ops);
        append(e, node.output());
    }

    /** Reads an earlier concat of the same first tensors instead of these, so that one buffer can hold both. */
    private void concat(Node node) {
        List<String> in = node.inputs();
        for (int k = in.size() - 1; k >= 2; k--) {
            Node earlier = concats.get(in.subList(0, k));
            if (earlier != null && earlier.intAttr("axis", 0) == node.intAttr("axis", 0)) {
                List<String> shorter = new ArrayList<>(List.of(earlier.output()));
                shorter.addAll(in.subList(k, in.size()));
                other(node.withInputs(shorter));
                concats.put(in, node);
                return;
            }
        }
        other(node);
        concats.put(in, node);
    }

    /** Reshape, Transpose, Reshape that deal out channels are one shuffle. */
    private void reshape(Node node) {
        Shape in = shape(node.input(0));
        Shape mid = shape(node.output());
        if (in.rank() == 4 && mid.rank() == 5 && only(node, "Transpose")) {
            Node t = graph.consumers(node.output()).get(0);
            if (only(t, "Reshape")) {
                Node r = graph.consumers(t.output()).get(0);
                boolean split = mid.dim(1) * mid.dim(2) == in.dim(1) && mid.dim(0) == in.dim(0);
                boolean kept = mid.dim(3) == in.dim(2) && mid.dim(4) == in.dim(3);
                boolean swapped = Arrays.equals(t.ints("perm"), new int[] {0, 2, 1, 3, 4});
                if (split && kept && swapped && shape(r.output()).equals(in)) {
                    done.add(t);
                    done.add(r);
                    Draft d = new Draft(node, value(node.input(0)));
                    d.shuffle = mid.dim(1);
                    append(d, r.output());
                    return;
                }
            }
        }
        other(node);
    }

    private boolean only(Node node, String op) {
        List<Node> readers = graph.consumers(node.output());
        return readers.size() == 1 && readers.get(0).is(op) && !graph.isOutput(node.output());
    }

    private void other(Node node) {
        Draft d = new Draft(node, -1);
        d.inputs = node.inputs().stream()
                .mapToInt(n -> n.isEmpty() ? -1 : value(n))
                .toArray();
        d.other = true;
        drafts.add(d);
        for (String out : node.outputs()) {
            if (!out.isEmpty()) {
                writers.put(out, d);
            }
        }
        d.outputs = node.outputs().stream()
                .mapToInt(n -> n.isEmpty() || (graph.consumers(n).isEmpty() && !graph.isOutput(n)) ? -1 : value(n))
                .toArray();
    }

    // ---- helpers -----------------------------------------------------------------------------------------------

    private void append(Draft d, String output) {
        drafts.add(d);
        rename(d, output);
    }

    private void rename(Draft d, String output) {
        d.output = output;
        writers.put(output, d);
    }

    /** True where exactly one node reads the tensor and it is no network output. */
    private boolean open(String tensor) {
        return graph.consumers(tensor).size() == 1 && !graph.isOutput(tensor);
    }

    private Shape shape(String tensor) {
        Shape s = graph.shape(tensor);
        return s.hasBatch() ? s.withBatch(batch) : s;
    }

    private int value(String tensor) {
        Integer known = index.get(tensor);
        if (known != null) {
            return known;
        }
        values.add(new FusedPlan.Value(tensor, shape(tensor), graph.initializer(tensor)));
        index.put(tensor, values.size() - 1);
        return values.size() - 1;
    }

    /**
     * The constant as one number for each of {@code channels}, where it broadcasts so against a tensor of {@code rank}
     * with its channels on {@code axis}; else null.
     */
    private static float @Nullable [] perChannel(Tensor c, int channels, int axis, int rank) {
        float[] v = c.floats();
        if (v.length == 1) {
            return fill(channels, v[0]);
        }
        if (v.length != channels || c.shape().rank() > Math.max(rank, 2)) {
            return null;
        }
        int fromEnd = rank - 1 - axis;
        int at = c.shape().rank() - 1 - fromEnd;
        if (rank == 1) {
            return c.shape().dim(-1) == channels ? v : null;
        }
        if (at < 0 || c.shape().dim(at) != channels) {
            // PRelu of some exporters: [C, 1, 1] against [N, C, H, W] is found above; [C] is not per channel.
            return null;
        }
        return v;
    }

    private static float[] fill(int n, float v) {
        float[] f = new float[n];
        Arrays.fill(f, v);
        return f;
    }

    private static float[] scaled(float[] v, float by) {
        float[] f = v.clone();
        for (int i = 0; i < f.length; i++) {
            f[i] *= by;
        }
        return f;
    }

    /** A step in the making. */
    private final class Draft {
        final Node node;
        final int input;
        final List<PostOp> after = new ArrayList<>();
        Step.@Nullable LinearKind kind;

        @Nullable
        Tensor weights;

        boolean inputMajor;
        Step.@Nullable Window window;
        int group = 1;
        float @Nullable [] scale;
        float @Nullable [] bias;
        int channels;
        boolean channelsLast;
        int second = -1;
        Step.@Nullable BinaryKind binary;
        int shuffle;
        boolean other;
        int[] inputs = {};
        int[] outputs = {};
        String output = "";

        Draft(Node node, int input) {
            this.node = node;
            this.input = input;
        }

        boolean takesAffine(int n) {
            return (kind != null || isScaleShift()) && after.isEmpty() && n == channels;
        }

        boolean takesAfter() {
            return !other && shuffle == 0;
        }

        boolean isScaleShift() {
            return kind == null && scale != null;
        }

        void scale(float[] by) {
            if (scale == null) {
                scale = by.clone();
            } else {
                for (int i = 0; i < by.length; i++) {
                    scale[i] *= by[i];
                }
            }
            if (bias != null) {
                float[] b = bias.clone();
                for (int i = 0; i < by.length; i++) {
                    b[i] *= by[i];
                }
                bias = b;
            }
        }

        void shift(float[] by) {
            float[] b = bias == null ? new float[by.length] : bias.clone();
            for (int i = 0; i < by.length; i++) {
                b[i] += by[i];
            }
            bias = b;
        }

        Step finish() {
            if (other) {
                return new Step.Other(node, inputs, outputs);
            }
            int out = value(output);
            if (kind != null) {
                Tensor w = weights;
                if (w == null) {
                    throw new ModelException("node " + node.name() + " lacks weights");
                }
                float[] s = scale;
                if (s != null) {
                    boolean one = true;
                    for (float v : s) {
                        one &= v == 1;
                    }
                    s = one ? null : s;
                }
                return new Step.Linear(
                        node.name(), kind, input, out, w, inputMajor, window, group, s, bias, List.copyOf(after));
            }
            float[] s = scale;
            float[] b = bias;
            if (s != null && b != null) {
                return new Step.ScaleShift(node.name(), input, out, s, b, List.copyOf(after));
            }
            if (binary != null) {
                return new Step.Binary(node.name(), binary, input, second, out, List.copyOf(after));
            }
            if (shuffle > 0) {
                return new Step.ChannelShuffle(node.name(), input, out, shuffle);
            }
            return new Step.Elementwise(node.name(), input, out, List.copyOf(after));
        }
    }
}
