package io.dms.testkit;

import io.dms.model.Graph;
import io.dms.model.Node;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Builds canonical graphs node by node with seeded weights. Every node is evaluated at once on one random image: that
 * gives its shape, and lets the weights of each layer be scaled so that its outputs vary by about 1 however deep it
 * lies; no channel is silent and none drowns the others. The first axis of every activation is the open batch.
 *
 * <p>Methods that add a node give back the name of the tensor that it writes. Not thread-safe.
 */
public final class GraphBuilder {
    private final String name;
    private final Random random;
    private final List<Graph.Value> inputs = new ArrayList<>();
    private final List<Graph.Value> outputs = new ArrayList<>();
    private final List<Node> nodes = new ArrayList<>();
    private final Map<String, Tensor> initializers = new LinkedHashMap<>();
    private final Map<String, Shape> shapes = new LinkedHashMap<>();
    private final Map<String, Nd> values = new LinkedHashMap<>();

    /**
     * @param name of the graph
     * @param seed of all weights
     */
    public GraphBuilder(String name, long seed) {
        this.name = name;
        this.random = new Random(seed * 0x9E3779B97F4A7C15L + name.hashCode());
    }

    /** The source of everything random in this graph. */
    public Random random() {
        return random;
    }

    /** One of the choices. */
    public int pick(int... choices) {
        return choices[random.nextInt(choices.length)];
    }

    /** Adds a network input; {@code dims} without the batch. */
    public String input(String tensor, int... dims) {
        int[] all = new int[dims.length + 1];
        all[0] = 1;
        System.arraycopy(dims, 0, all, 1, dims.length);
        Shape shape = keep(tensor, new Nd(all, gaussian(Nd.elements(all), 0, 1)));
        inputs.add(new Graph.Value(tensor, shape));
        return tensor;
    }

    /** Adds an initializer of the given values. */
    public String constant(String tensor, int[] dims, float... elements) {
        initializers.put(tensor, Tensor.ofFloats(Shape.of(dims), elements));
        values.put(tensor, new Nd(dims, elements.clone()));
        return tensor;
    }

    /** Adds an initializer of normally distributed values. */
    public String gaussianConstant(String tensor, double mean, double deviation, int... dims) {
        return constant(tensor, dims, gaussian(Nd.elements(dims), mean, deviation));
    }

    private float[] gaussian(int n, double mean, double deviation) {
        float[] out = new float[n];
        for (int i = 0; i < n; i++) {
            out[i] = (float) (mean + deviation * random.nextGaussian());
        }
        return out;
    }

    /** Size of one axis of a tensor; the batch is 1 here. */
    public int dim(String tensor, int axis) {
        return value(tensor).dim(axis);
    }

    /** Channels of an image tensor. */
    public int channels(String tensor) {
        return dim(tensor, 1);
    }

    /** False for constants. */
    public boolean isActivation(String tensor) {
        return !initializers.containsKey(tensor);
    }

    private Nd value(String tensor) {
        return Objects.requireNonNull(values.get(tensor), tensor);
    }

    /** Adds a node with one output. */
    public String node(String op, Map<String, ?> attributes, String... in) {
        return nodes(op, attributes, 1, in).get(0);
    }

    /** Adds a node with several outputs. */
    public List<String> nodes(String op, Map<String, ?> attributes, int count, String... in) {
        String id = nextName(op);
        List<String> out = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            out.add(count == 1 ? id + ".out" : id + ".out" + i);
        }
        Node node = Node.of(id, op, List.of(in), out, attributes);
        nodes.add(node);
        evaluate(node);
        return out;
    }

    private String nextName(String op) {
        return op.toLowerCase(Locale.ROOT) + "_" + nodes.size();
    }

    private void evaluate(Node node) {
        @Nullable Nd[] in = node.inputs().stream().map(values::get).toArray(Nd[]::new);
        List<Nd> out = ReferenceKernels.evaluate(node, in);
        for (int i = 0; i < out.size(); i++) {
            keep(node.outputs().get(i), out.get(i));
        }
    }

    private Shape keep(String tensor, Nd value) {
        values.put(tensor, value);
        int[] dims = value.dims();
        dims[0] = Shape.BATCH;
        Shape shape = Shape.of(dims);
        shapes.put(tensor, shape);
        return shape;
    }

    /** Adds a convolution to {@code channels} channels. */
    public String conv(String x, int channels, Filter f) {
        int group = f.group() < 0 ? channels(x) : f.group();
        return layer(
                "Conv",
                x,
                window(f, true, group),
                channels,
                f.bias(),
                channels,
                channels(x) / group,
                f.kernel()[0],
                f.kernel()[1]);
    }

    /** Adds a transposed convolution to {@code channels} channels; {@code padding} is its output_padding. */
    public String convTranspose(String x, int channels, Filter f, int padding) {
        int group = f.group() < 0 ? channels(x) : f.group();
        Map<String, Object> attributes = window(f, true, group);
        attributes.put("output_padding", new long[] {padding, padding});
        return layer(
                "ConvTranspose",
                x,
                attributes,
                channels,
                f.bias(),
                channels(x),
                channels / group,
                f.kernel()[0],
                f.kernel()[1]);
    }

    /** Adds a linear layer on [n, features] to {@code features} outputs; the weight is [outputs, inputs]. */
    public String gemm(String x, int features) {
        return layer("Gemm", x, Map.of("transB", 1L), features, true, features, dim(x, dimOfFeatures(x)));
    }

    /** Adds a linear layer without bias on the last axis; the weight is [inputs, outputs]. */
    public String matMul(String x, int features) {
        return layer("MatMul", x, Map.of(), features, false, dim(x, dimOfFeatures(x)), features);
    }

    private int dimOfFeatures(String x) {
        return value(x).rank() - 1;
    }

    private String layer(String op, String x, Map<String, ?> attributes, int channels, boolean bias, int... weight) {
        String id = nextName(op);
        String w = gaussianConstant(id + ".weight", 0, 1, weight);
        Nd weights = value(w);
        Node trial = Node.of(id, op, List.of(x, w), List.of(""), attributes);
        Nd y = ReferenceKernels.evaluate(trial, new Nd[] {value(x), weights}).get(0);
        double scale = 1 / Math.max(1e-3, deviation(y.data));
        constant(w, weight, weights.map(v -> v * scale).data);
        List<String> in = bias ? List.of(x, w, gaussianConstant(id + ".bias", 0, 0.3, channels)) : List.of(x, w);
        nodes.add(Node.of(id, op, in, List.of(id + ".out"), attributes));
        keep(id + ".out", biased(y.map(v -> v * scale), bias ? value(in.get(2)).data : new float[channels]));
        return id + ".out";
    }

    /** The bias is as long as axis 1 of an image, or the last axis of features. */
    private static Nd biased(Nd y, float[] bias) {
        int plane = y.rank() == 4 ? y.elements(2, 4) : 1;
        for (int i = 0; i < y.data.length; i++) {
            y.data[i] += bias[i / plane % bias.length];
        }
        return y;
    }

    private static double deviation(float[] x) {
        double sum = 0;
        double squares = 0;
        for (float v : x) {
            sum += v;
            squares += (double) v * v;
        }
        double mean = sum / x.length;
        double variance = squares / x.length - mean * mean;
        return Math.sqrt(variance > 1e-6 * squares ? variance : squares / x.length);
    }

    private static Map<String, Object> window(Filter f, boolean grouped, int group) {
        Map<String, Object> a = new LinkedHashMap<>();
        a.put("kernel_shape", longs(f.kernel()));
        a.put("strides", longs(f.strides()));
        a.put("pads", longs(f.pads()));
        a.put("dilations", longs(f.dilations()));
        if (grouped) {
            a.put("group", (long) group);
        }
        return a;
    }

    private static long[] longs(int... values) {
        return Arrays.stream(values).asLongStream().toArray();
    }

    /** Adds a BatchNormalization whose statistics are near those of the data, as after training. */
    public String batchNormalization(String x) {
        String id = nextName("BatchNormalization");
        Nd v = value(x);
        int channels = v.dim(1);
        int plane = v.elements(2, v.rank());
        float[] mean = new float[channels];
        float[] variance = new float[channels];
        for (int c = 0; c < channels; c++) {
            double sum = 0;
            double squares = 0;
            for (int i = 0; i < plane; i++) {
                double e = v.data[c * plane + i];
                sum += e;
                squares += e * e;
            }
            mean[c] = (float) (sum / plane + 0.1 * random.nextGaussian());
            double measured = squares / plane - sum / plane * (sum / plane);
            variance[c] = (float) (Math.max(0.1, measured) * (0.7 + 0.6 * random.nextDouble()));
        }
        return normalization(id, x, mean, variance);
    }

    /**
     * Adds a BatchNormalization that hardly changes what it gets, whose deviation is 1 over all channels together. With
     * each channel's own statistics of one image, channels that vary little are made large, and so is, layer by layer,
     * every rounding: outputs of a deep network then differ between arithmetics by far more than their precision.
     */
    public String steadyNormalization(String x) {
        String id = nextName("BatchNormalization");
        int channels = value(x).dim(1);
        float[] variance = new float[channels];
        for (int c = 0; c < channels; c++) {
            variance[c] = (float) (0.7 + 0.6 * random.nextDouble());
        }
        return normalization(id, x, gaussian(channels, 0, 0.1), variance);
    }

    private String normalization(String id, String x, float[] mean, float[] variance) {
        int channels = mean.length;
        float[] scale = gaussian(channels, 0, 0.3);
        for (int c = 0; c < channels; c++) {
            scale[c] = 0.5f + Math.abs(scale[c]);
        }
        return node(
                "BatchNormalization",
                Map.of("epsilon", 1e-5f),
                x,
                constant(id + ".scale", new int[] {channels}, scale),
                gaussianConstant(id + ".shift", 0, 0.3, channels),
                constant(id + ".mean", new int[] {channels}, mean),
                constant(id + ".variance", new int[] {channels}, variance));
    }

    /** Adds a pool of the given operator; extra attributes may be empty. */
    public String pool(String op, String x, Filter f, Map<String, ?> extra) {
        Map<String, Object> attributes = window(f, false, 1);
        attributes.putAll(extra);
        return node(op, attributes, x);
    }

    /** Adds a Concat. */
    public String concat(int axis, String... in) {
        return node("Concat", Map.of("axis", (long) axis), in);
    }

    /** Adds a Split into parts of the given sizes. */
    public List<String> split(String x, int axis, int... sizes) {
        return nodes("Split", Map.of("axis", (long) axis, "split", longs(sizes)), sizes.length, x);
    }

    /** Adds a Slice of one axis, step 1. */
    public String slice(String x, int axis, int start, int end) {
        Map<String, long[]> range =
                Map.of("axes", longs(axis), "starts", longs(start), "ends", longs(end), "steps", longs(1));
        return node("Slice", range, x);
    }

    /** Adds a Reshape; {@code dims} without the batch. */
    public String reshape(String x, int... dims) {
        long[] shape = new long[dims.length + 1];
        shape[0] = -1;
        for (int i = 0; i < dims.length; i++) {
            shape[i + 1] = dims[i];
        }
        return node("Reshape", Map.of("shape", shape), x);
    }

    /** Adds a Transpose. */
    public String transpose(String x, long... perm) {
        return node("Transpose", Map.of("perm", perm), x);
    }

    /** Adds a network output. */
    public GraphBuilder output(String tensor) {
        outputs.add(new Graph.Value(tensor, Objects.requireNonNull(shapes.get(tensor), tensor)));
        return this;
    }

    /** The graph. */
    public Graph build() {
        return new Graph(name, inputs, outputs, nodes, initializers, shapes);
    }
}
