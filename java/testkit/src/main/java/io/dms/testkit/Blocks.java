package io.dms.testkit;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The building blocks of published networks, in one network's habit: with or without normalisation, one activation. */
final class Blocks {
    private static final List<String> ACTIVATIONS =
            List.of("Relu", "Relu", "Relu", "Relu6", "LeakyRelu", "HardSwish", "SiLU", "PRelu");

    final GraphBuilder b;
    private final boolean normalized;
    private final boolean steady;
    private final String activation;

    Blocks(GraphBuilder b) {
        this(b, b.random().nextBoolean(), ACTIVATIONS.get(b.random().nextInt(ACTIVATIONS.size())));
    }

    Blocks(GraphBuilder b, boolean normalized, String activation) {
        this(b, normalized, false, activation);
    }

    /** With ReLU, and normalised such that depth does not make rounding grow. */
    static Blocks steady(GraphBuilder b) {
        return new Blocks(b, true, true, "Relu");
    }

    private Blocks(GraphBuilder b, boolean normalized, boolean steady, String activation) {
        this.b = b;
        this.normalized = normalized;
        this.steady = steady;
        this.activation = activation;
    }

    boolean coin() {
        return b.random().nextBoolean();
    }

    String activation(String x, String kind) {
        return switch (kind) {
            case "Relu6" -> b.node("Clip", Map.of("min", 0f, "max", 6f), x);
            case "LeakyRelu" -> b.node("LeakyRelu", Map.of("alpha", 0.1f), x);
            case "SiLU" -> b.node("Mul", Map.of(), x, b.node("Sigmoid", Map.of(), x));
            case "PRelu" ->
                b.node("PRelu", Map.of(), x, b.gaussianConstant(x + ".slope", 0.25, 0.1, b.channels(x), 1, 1));
            default -> b.node(kind, Map.of(), x);
        };
    }

    String act(String x) {
        return activation(x, activation);
    }

    String convNorm(String x, int channels, Filter f) {
        if (!normalized) {
            return b.conv(x, channels, f);
        }
        String y = b.conv(x, channels, f.bias(coin()));
        return steady ? b.steadyNormalization(y) : b.batchNormalization(y);
    }

    String convNormAct(String x, int channels, Filter f) {
        return act(convNorm(x, channels, f));
    }

    String add(String x, String y) {
        return b.node("Add", Map.of(), x, y);
    }

    /** He et al. 2016: two 3x3 convolutions beside an identity, or a 1x1 projection where the shape changes. */
    String basic(String x, int channels, int stride) {
        String y = convNorm(convNormAct(x, channels, Filter.of(3).stride(stride)), channels, Filter.of(3));
        return act(add(y, shortcut(x, channels, stride)));
    }

    private String shortcut(String x, int channels, int stride) {
        return stride == 1 && b.channels(x) == channels
                ? x
                : convNorm(x, channels, Filter.of(1).stride(stride));
    }

    /** Xie et al. 2017: a bottleneck whose 3x3 convolution has groups; with one group, He et al.'s. */
    String bottleneck(String x, int channels, int inner, int groups, int stride) {
        String y = convNormAct(x, inner, Filter.of(1));
        y = convNormAct(y, inner, Filter.of(3).stride(stride).group(groups));
        return act(add(convNorm(y, channels, Filter.of(1)), shortcut(x, channels, stride)));
    }

    /** Sandler et al. 2018: expand, depthwise, project; with an identity where the shape stays, else without shortcut. */
    String inverted(String x, int channels, int expand, int kernel, int stride, boolean excite) {
        String y = expand == 1 ? x : convNormAct(x, b.channels(x) * expand, Filter.of(1));
        y = convNormAct(y, b.channels(y), Filter.of(kernel).stride(stride).depthwise());
        y = convNorm(excite ? squeezeExcite(y) : y, channels, Filter.of(1));
        return stride == 1 && channels == b.channels(x) ? add(x, y) : y;
    }

    /** Hu et al. 2018: channels weighted by a small network that sees their means. */
    String squeezeExcite(String x) {
        int channels = b.channels(x);
        String mean = coin()
                ? b.node("GlobalAveragePool", Map.of(), x)
                : b.node("ReduceMean", Map.of("axes", new long[] {2, 3}, "keepdims", 1L), x);
        String hidden = b.node("Relu", Map.of(), b.conv(mean, Math.max(8, channels / 4), Filter.of(1)));
        String gate = activation(b.conv(hidden, channels, Filter.of(1)), coin() ? "Sigmoid" : "HardSigmoid");
        return b.node("Mul", Map.of(), coin() ? new String[] {x, gate} : new String[] {gate, x});
    }

    /** The same with linear layers: squeezed to [n, c], excited, unsqueezed. */
    String squeezeExciteLinear(String x) {
        int channels = b.channels(x);
        String mean = b.node("GlobalAveragePool", Map.of(), x);
        String flat = coin()
                ? b.node("Squeeze", Map.of("axes", new long[] {2, 3}), mean)
                : b.node("Flatten", Map.of("axis", 1L), mean);
        String gate = b.node(
                "Sigmoid",
                Map.of(),
                b.gemm(b.node("Relu", Map.of(), b.gemm(flat, Math.max(8, channels / 4))), channels));
        String wide =
                coin() ? b.node("Unsqueeze", Map.of("axes", new long[] {2, 3}), gate) : b.reshape(gate, channels, 1, 1);
        return b.node("Mul", Map.of(), x, wide);
    }

    /** Huang et al. 2017: each layer sees the concatenation of all before it. */
    String dense(String x, int layers, int growth) {
        String all = x;
        for (int i = 0; i < layers; i++) {
            String y = convNormAct(all, 2 * growth, Filter.of(1));
            y = convNormAct(y, growth, Filter.of(3));
            all = b.concat(1, all, y);
        }
        return all;
    }

    /** Szegedy et al. 2015 and 2016: branches of several kernels, asymmetric ones too, concatenated. */
    String inception(String x, int c1, int c3, int c7, int pooled) {
        String one = convNormAct(x, c1, Filter.of(1));
        String three = convNormAct(convNormAct(x, c3, Filter.of(1)), c3, Filter.of(3));
        String seven =
                convNormAct(convNormAct(convNormAct(x, c7, Filter.of(1)), c7, Filter.of(1, 5)), c7, Filter.of(5, 1));
        String pool = b.pool(coin() ? "MaxPool" : "AveragePool", x, Filter.of(3), Map.of());
        return b.concat(1, one, three, seven, convNormAct(pool, pooled, Filter.of(1)));
    }

    /** Iandola et al. 2016: squeeze, then 1x1 beside 3x3. */
    String fire(String x, int squeeze, int expand) {
        String s = act(b.conv(x, squeeze, Filter.of(1)));
        return b.concat(1, act(b.conv(s, expand, Filter.of(1))), act(b.conv(s, expand, Filter.of(3))));
    }

    /** Zhang et al. 2018: channels of the groups mixed by Reshape, Transpose, Reshape. */
    String shuffle(String x, int groups) {
        int c = b.channels(x);
        int h = b.dim(x, 2);
        int w = b.dim(x, 3);
        return b.reshape(b.transpose(b.reshape(x, groups, c / groups, h, w), 0, 2, 1, 3, 4), c, h, w);
    }

    /** Ma et al. 2018: half of the channels pass, half are worked on; by Split or by two Slices. */
    String splitUnit(String x, boolean shuffled) {
        int half = b.channels(x) / 2;
        String left;
        String right;
        if (coin()) {
            List<String> parts = b.split(x, 1, half, half);
            left = parts.get(0);
            right = parts.get(1);
        } else {
            left = b.slice(x, 1, 0, half);
            right = b.slice(x, 1, half, 2 * half);
        }
        right = convNormAct(right, half, Filter.of(1));
        right = convNorm(right, half, Filter.of(3).depthwise());
        right = convNormAct(right, half, Filter.of(1));
        String y = b.concat(1, left, right);
        return shuffled ? shuffle(y, 2) : y;
    }

    /** Twice the plane, by a transposed convolution or by Resize. */
    String up(String x, int channels) {
        return switch (b.random().nextInt(4)) {
            case 0 -> act(b.convTranspose(x, channels, Filter.of(2).stride(2).pads(0, 0, 0, 0), 0));
            case 1 -> act(b.convTranspose(x, channels, Filter.of(3).stride(2).pads(1, 1, 1, 1), 1));
            case 2 -> convNormAct(resize(x, "nearest", "asymmetric"), channels, Filter.of(1));
            default ->
                convNormAct(resize(x, "linear", coin() ? "half_pixel" : "align_corners"), channels, Filter.of(3));
        };
    }

    String resize(String x, String mode, String transformation) {
        Map<String, Object> attributes = new LinkedHashMap<>();
        attributes.put("mode", mode);
        attributes.put("coordinate_transformation_mode", transformation);
        if (mode.equals("nearest")) {
            attributes.put("nearest_mode", "floor");
        }
        attributes.put("scales", new float[] {1, 1, 2, 2});
        attributes.put("sizes", new long[] {-1, b.channels(x), 2L * b.dim(x, 2), 2L * b.dim(x, 3)});
        return b.node("Resize", attributes, x);
    }

    String down(String x) {
        return b.pool(
                coin() ? "MaxPool" : "AveragePool", x, Filter.of(2).stride(2).pads(0, 0, 0, 0), Map.of());
    }

    /** Means of the planes, flattened, and a linear layer. */
    void classify(String x) {
        classify(x, 10);
    }

    void classify(String x, int classes) {
        String mean = b.node("GlobalAveragePool", Map.of(), x);
        b.output(b.gemm(b.node("Flatten", Map.of("axis", 1L), mean), classes));
    }
}
