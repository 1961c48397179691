package io.dms.model.onnx;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Replaces small groups of canonical nodes by one node that computes the same and that channel groups and backends
 * handle better. Used once.
 *
 * <ul>
 *   <li>Slices of different axes, one behind the other: one Slice.
 *   <li>Slice with a stride over space and zeros padded to the channels, or one of them alone: a strided 1x1
 *       convolution (the shortcut "option A" of He et al., 2015).
 *   <li>Zeros padded to space before a convolution: pads of the convolution.
 *   <li>Zeros padded to space before an average: pads of the average, which count.
 *   <li>A tensor repeated along axes before arithmetic that broadcasts: the tensor itself.
 *   <li>MatMul of a matrix and weights, with or without a bias added: Gemm.
 * </ul>
 */
final class Lowering {
    private static final int MOST_WEIGHTS = 1 << 24;

    private final GraphBuilder g;
    private final Set<String> outputs;
    private final List<String> outputNames;
    private final Map<String, Node> producers = new HashMap<>();
    private final Map<String, List<Node>> consumers = new HashMap<>();
    private List<Node> nodes;
    /** Most passes find nothing in most networks. */
    private boolean changed = true;

    Lowering(GraphBuilder g, List<Node> nodes, List<String> outputs) {
        this.g = g;
        this.nodes = nodes;
        this.outputNames = outputs;
        this.outputs = new HashSet<>(outputs);
    }

    Graph run() {
        pass(this::slices);
        pass(this::shortcut);
        pass(this::padsOfConvolution);
        pass(this::padsOfAverage);
        pass(this::broadcast);
        pass(this::gemm);
        pass(this::biasOfGemm);
        return graph();
    }

    /** Replaces each node for which the function gives another; what is no longer read is dropped. */
    private void pass(Function<Node, @Nullable Node> lower) {
        if (changed) {
            index();
        }
        List<Node> out = new ArrayList<>();
        changed = false;
        for (Node n : nodes) {
            Node other = g.foreign().contains(n.name()) ? null : lower.apply(n);
            out.add(other == null ? n : other);
            changed |= other != null;
        }
        if (changed) {
            nodes = Canonicalizer.reachable(out, outputs);
        }
    }

    private void index() {
        producers.clear();
        consumers.clear();
        for (Node n : nodes) {
            n.outputs().forEach(o -> producers.put(o, n));
            n.inputs()
                    .forEach(i ->
                            consumers.computeIfAbsent(i, k -> new ArrayList<>()).add(n));
        }
    }

    private boolean soleReader(String tensor) {
        return !outputs.contains(tensor)
                && consumers.getOrDefault(tensor, List.of()).size() == 1;
    }

    private @Nullable Node producer(String tensor, String op) {
        Node p = producers.get(tensor);
        return p != null && p.is(op) && !g.foreign().contains(p.name()) ? p : null;
    }

    /** Slices of one axis each, as exporters write {@code x[:, :, ::2, ::2]}, become one. */
    private @Nullable Node slices(Node n) {
        if (!n.is("Slice")) {
            return null;
        }
        Node merged = n;
        for (Node inner = producer(n.input(0), "Slice");
                inner != null && soleReader(inner.output());
                inner = producer(inner.input(0), "Slice")) {
            long[] axes = joined(inner.ints("axes"), merged.ints("axes"));
            if (Arrays.stream(axes).distinct().count() != axes.length) {
                break;
            }
            Node next = merged.withInputs(inner.inputs()).with("axes", axes);
            for (String attribute : List.of("starts", "ends", "steps")) {
                next = next.with(attribute, joined(inner.ints(attribute), merged.ints(attribute)));
            }
            merged = next;
        }
        return merged;
    }

    private static long[] joined(int[] a, int[] b) {
        return IntStream.concat(Arrays.stream(a), Arrays.stream(b))
                .asLongStream()
                .toArray();
    }

    private @Nullable Node shortcut(Node n) {
        if (n.is("Pad")) {
            int[] pads = n.ints("pads");
            int rank = pads.length / 2;
            boolean channelsOnly = isZeroPad(n) && rank >= 3;
            for (int i = 0; i < pads.length; i++) {
                channelsOnly &= pads[i] == 0 || i % rank == 1;
            }
            if (!channelsOnly) {
                return null;
            }
            Node slice = producer(n.input(0), "Slice");
            int[] strides = slice == null ? null : strides(slice);
            String from = slice == null || strides == null ? n.input(0) : slice.input(0);
            return widen(n, from, strides, pads[1], pads[1 + rank]);
        }
        if (n.is("Slice")) {
            List<Node> readers = consumers.getOrDefault(n.output(), List.of());
            int[] strides = strides(n);
            return strides != null && readers.stream().anyMatch(r -> r.is("Add")) ? subsample(n, strides) : null;
        }
        return null;
    }

    private static boolean isZeroPad(Node n) {
        return n.is("Pad") && n.stringAttr("mode", "constant").equals("constant") && n.floatAttr("value", 0) == 0;
    }

    /** The strides over space of a Slice that takes every s-th element from the first on; null where it is another. */
    private int @Nullable [] strides(Node slice) {
        Shape from = g.shape(slice.input(0));
        Shape to = g.shape(slice.output());
        if (from == null || to == null || from.rank() < 3) {
            return null;
        }
        int[] strides = new int[from.rank() - 2];
        Arrays.fill(strides, 1);
        int[] axes = slice.ints("axes");
        for (int i = 0; i < axes.length; i++) {
            int step = slice.ints("steps")[i];
            if (axes[i] < 2 || slice.ints("starts")[i] != 0) {
                return null;
            }
            strides[axes[i] - 2] = step;
            if (to.dim(axes[i]) != (from.dim(axes[i]) - 1) / step + 1) {
                return null;
            }
        }
        return strides;
    }

    /** A 1x1 convolution that copies its channels to the middle of wider ones. */
    private @Nullable Node widen(Node n, String from, int @Nullable [] strides, int before, int after) {
        Shape x = g.shape(from);
        if (x == null || x.dim(1) < 1 || Arrays.stream(x.dims(), 2, x.rank()).anyMatch(d -> d < 1)) {
            return null;
        }
        int in = x.dim(1);
        long out = (long) before + in + after;
        if (out * in > MOST_WEIGHTS) {
            return null;
        }
        float[] w = new float[(int) (out * in)];
        for (int c = 0; c < in; c++) {
            w[(before + c) * in + c] = 1;
        }
        int[] dims = ones(x.rank());
        dims[0] = (int) out;
        dims[1] = in;
        return convolution(n, from, Constant.floats(dims, w), strides, 1);
    }

    /** A depthwise 1x1 convolution that takes every s-th pixel. */
    private @Nullable Node subsample(Node n, int[] strides) {
        Shape x = g.shape(n.input(0));
        if (x == null || x.dim(1) < 1 || Arrays.stream(x.dims(), 2, x.rank()).anyMatch(d -> d < 1)) {
            return null;
        }
        float[] w = new float[x.dim(1)];
        Arrays.fill(w, 1);
        int[] dims = ones(x.rank());
        dims[0] = w.length;
        return convolution(n, n.input(0), Constant.floats(dims, w), strides, w.length);
    }

    private static int[] ones(int n) {
        int[] v = new int[n];
        Arrays.fill(v, 1);
        return v;
    }

    private Node convolution(Node n, String from, Constant weights, int @Nullable [] strides, int group) {
        int space = weights.rank() - 2;
        String name = g.initializer(g.freshTensor(n.name() + "_weight"), weights);
        Attributes a = new Attributes()
                .put("kernel_shape", ones(space))
                .put("strides", strides == null ? ones(space) : strides)
                .put("pads", new int[2 * space])
                .put("dilations", ones(space))
                .put("group", group);
        return Node.of(n.name(), "Conv", List.of(from, name), n.outputs(), a.map());
    }

    private @Nullable Node padsOfConvolution(Node n) {
        Node pad = n.is("Conv") ? zerosAround(n.input(0)) : null;
        return pad == null ? null : withPads(n, pad);
    }

    private @Nullable Node padsOfAverage(Node n) {
        Node pad = n.is("AveragePool") ? zerosAround(n.input(0)) : null;
        boolean noPads =
                Arrays.stream(n.is("AveragePool") ? n.ints("pads") : new int[0]).allMatch(p -> p == 0);
        if (pad == null || !noPads) {
            return null;
        }
        Node merged = withPads(n, pad).with("count_include_pad", 1L);
        int[] pads = merged.ints("pads");
        int[] kernel = merged.ints("kernel_shape");
        for (int i = 0; i < pads.length; i++) {
            if (pads[i] >= kernel[i % kernel.length]) {
                return null;
            }
        }
        return merged;
    }

    /** The Pad that wrote a tensor, where it puts zeros around the space alone and nothing else reads it. */
    private @Nullable Node zerosAround(String tensor) {
        Node pad = producer(tensor, "Pad");
        if (pad == null || !isZeroPad(pad) || !soleReader(pad.output())) {
            return null;
        }
        int[] p = pad.ints("pads");
        int rank = p.length / 2;
        return rank > 2 && p[0] == 0 && p[1] == 0 && p[rank] == 0 && p[rank + 1] == 0 ? pad : null;
    }

    private static Node withPads(Node n, Node pad) {
        int[] outer = pad.ints("pads");
        int[] pads = n.ints("pads");
        int space = pads.length / 2;
        for (int i = 0; i < space; i++) {
            pads[i] += outer[i + 2];
            pads[i + space] += outer[i + 4 + space];
        }
        List<String> inputs = new ArrayList<>(n.inputs());
        inputs.set(0, pad.input(0));
        return n.withInputs(inputs)
                .with("pads", Arrays.stream(pads).asLongStream().toArray());
    }

    private @Nullable Node broadcast(Node n) {
        if (!n.is("Add") && !n.is("Sub") && !n.is("Mul") && !n.is("Div")) {
            return null;
        }
        Shape out = g.shape(n.output());
        for (int i = 0; i < 2; i++) {
            String small = g.expansions().get(n.input(i));
            Shape a = small == null ? null : g.shape(small);
            Shape b = g.shape(n.input(1 - i));
            if (small != null && a != null && b != null && out != null && b.equals(out) && a.rank() <= b.rank()) {
                return n.withInputs(i == 0 ? List.of(small, n.input(1)) : List.of(n.input(0), small));
            }
        }
        return null;
    }

    private @Nullable Node gemm(Node n) {
        Shape a = n.is("MatMul") ? g.shape(n.input(0)) : null;
        Shape b = n.is("MatMul") ? g.shape(n.input(1)) : null;
        if (a == null || b == null || a.rank() != 2 || b.rank() != 2) {
            return null;
        }
        Attributes attributes = new Attributes()
                .put("alpha", 1f)
                .put("beta", 1f)
                .put("transA", 0)
                .put("transB", 0);
        return Node.of(n.name(), "Gemm", n.inputs(), n.outputs(), attributes.map());
    }

    private @Nullable Node biasOfGemm(Node n) {
        if (!n.is("Add")) {
            return null;
        }
        for (int i = 0; i < 2; i++) {
            Node gemm = producer(n.input(i), "Gemm");
            Tensor bias = g.initializers().get(n.input(1 - i));
            Shape out = gemm == null ? null : g.shape(gemm.output());
            if (gemm == null || bias == null || out == null || gemm.inputs().size() != 2) {
                continue;
            }
            int columns = out.dim(1);
            boolean row = bias.elements() == columns
                    && bias.shape().rank() >= 1
                    && bias.shape().rank() <= 2
                    && bias.shape().dim(-1) == columns;
            if (!row || !soleReader(gemm.output())) {
                continue;
            }
            String name = n.input(1 - i);
            if (bias.shape().rank() != 1) {
                Constant flat = Constant.of(bias).reshaped(new int[] {columns});
                name = g.initializer(g.freshTensor(name + "_row"), flat);
            }
            return gemm.withInputs(List.of(gemm.input(0), gemm.input(1), name)).withOutputs(n.outputs());
        }
        return null;
    }

    /** The graph with the constants that are left in use and all shapes. */
    private Graph graph() {
        Set<String> read = new HashSet<>(outputs);
        nodes.forEach(n -> read.addAll(n.inputs()));
        Map<String, Tensor> initializers = new LinkedHashMap<>();
        g.initializers().forEach((name, t) -> {
            if (read.contains(name)) {
                initializers.put(name, t);
            }
        });
        return ShapeInference.infer(
                new Graph(g.name(), g.inputs(), g.outputs(outputNames), nodes, initializers, g.shapes()));
    }
}
