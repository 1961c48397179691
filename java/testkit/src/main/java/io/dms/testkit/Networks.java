package io.dms.testkit;

import io.dms.model.Graph;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongFunction;

/**
 * Seeded generators of small networks with the structures of published ones: the same seed gives the same canonical
 * graph. Inputs of 8 to 32 pixels, 8 to 64 channels, so that the reference backend runs each in well under a second.
 */
public final class Networks {
    private static final Map<String, LongFunction<Graph>> ALL = all();

    private Networks() {}

    private static Map<String, LongFunction<Graph>> all() {
        Map<String, LongFunction<Graph>> m = new LinkedHashMap<>();
        m.put("residual", Networks::residual);
        m.put("densenet", Networks::densenet);
        m.put("inception", Networks::inception);
        m.put("mobilenet", Networks::mobilenet);
        m.put("resnext", Networks::resnext);
        m.put("squeezeExcite", Networks::squeezeExcite);
        m.put("transposed", Networks::transposed);
        m.put("channelSplit", Networks::channelSplit);
        m.put("shufflenet", Networks::shufflenet);
        m.put("unet", Networks::unet);
        m.put("flatten", Networks::flatten);
        m.put("detector", Networks::detector);
        m.put("mixed", Networks::mixed);
        m.put("unusual", Networks::unusual);
        return Collections.unmodifiableMap(m);
    }

    /** All generators by name. */
    public static Map<String, LongFunction<Graph>> generators() {
        return ALL;
    }

    /** A network of the kind that the seed chooses; consecutive seeds take turns. */
    public static Graph any(long seed) {
        int kind = (int) Math.floorMod(seed, (long) ALL.size());
        return ALL.values().stream().skip(kind).findFirst().orElseThrow().apply(seed);
    }

    /** Residual adds over identities and projections; basic blocks and bottlenecks. */
    public static Graph residual(long seed) {
        Blocks n = start("residual", seed);
        int c = n.b.pick(8, 16, 24);
        String x = n.convNormAct(image(n, 8, 12, 16, 24), c, Filter.of(3));
        boolean bottleneck = n.coin();
        for (int stage = 0; stage < 2 + n.b.random().nextInt(2); stage++) {
            int channels = c << stage;
            for (int i = 0; i < 1 + n.b.random().nextInt(2); i++) {
                int stride = i == 0 && stage > 0 ? 2 : 1;
                x = bottleneck ? n.bottleneck(x, channels, 16, 1, stride) : n.basic(x, channels, stride);
            }
        }
        n.classify(x);
        return n.b.build();
    }

    /** Dense concatenation with transitions between two blocks. */
    public static Graph densenet(long seed) {
        Blocks n = start("densenet", seed);
        String x = n.convNormAct(image(n, 8, 12, 16), n.b.pick(8, 16, 20), Filter.of(3));
        x = n.dense(x, 2 + n.b.random().nextInt(2), n.b.pick(8, 12));
        x = n.down(n.convNormAct(x, n.b.pick(16, 24, 32), Filter.of(1)));
        n.classify(n.dense(x, 2, n.b.pick(8, 16)));
        return n.b.build();
    }

    /** Parallel branches with asymmetric kernels, and fire modules. */
    public static Graph inception(long seed) {
        Blocks n = start("inception", seed);
        String x = n.convNormAct(image(n, 12, 16, 20), 16, Filter.of(3).stride(2));
        x = n.inception(x, n.b.pick(8, 12), n.b.pick(8, 16), n.b.pick(8, 16), 8);
        x = n.coin() ? n.fire(x, 8, 16) : n.inception(x, 16, 8, 8, 16);
        n.classify(x);
        return n.b.build();
    }

    /** Inverted residuals with depthwise convolutions, squeeze-and-excite in some. */
    public static Graph mobilenet(long seed) {
        Blocks n = start("mobilenet", seed);
        boolean excite = n.coin();
        String x = n.convNormAct(image(n, 16, 24, 32), 16, Filter.of(3).stride(2));
        x = n.inverted(x, 8, 1, 3, 1, false);
        x = n.inverted(x, 16, 4, 3, 2, excite);
        x = n.inverted(x, 16, n.b.pick(2, 3), n.b.pick(3, 5), 1, n.coin());
        x = n.inverted(x, 24, 3, 3, 1, excite);
        n.classify(n.convNormAct(x, 64, Filter.of(1)));
        return n.b.build();
    }

    /** Bottlenecks with grouped convolutions: few wide groups or many narrow ones. */
    public static Graph resnext(long seed) {
        Blocks n = start("resnext", seed);
        String x = n.convNormAct(image(n, 8, 12, 16), 16, Filter.of(3));
        int groups = n.b.pick(2, 4, 8, 16);
        x = n.bottleneck(x, 32, 32, groups, 1);
        x = n.bottleneck(x, 32, n.b.pick(32, 64), groups, 1);
        n.classify(n.bottleneck(x, 64, 64, n.b.pick(2, 8), 2));
        return n.b.build();
    }

    /** Residual blocks with channel attention, by 1x1 convolutions and by linear layers. */
    public static Graph squeezeExcite(long seed) {
        Blocks n = start("squeezeExcite", seed);
        String x = n.convNormAct(image(n, 8, 12, 16), n.b.pick(16, 32), Filter.of(3));
        for (int i = 0; i < 2; i++) {
            String y = n.convNorm(x, n.b.channels(x), Filter.of(3));
            y = n.coin() ? n.squeezeExcite(y) : n.squeezeExciteLinear(y);
            x = n.act(n.add(x, y));
        }
        n.classify(n.squeezeExciteLinear(n.convNormAct(x, 32, Filter.of(3).stride(2))));
        return n.b.build();
    }

    /** An encoder and a decoder of transposed convolutions, grouped and depthwise ones too. */
    public static Graph transposed(long seed) {
        Blocks n = start("transposed", seed);
        String x = n.convNormAct(image(n, 8, 12, 16), 16, Filter.of(3).stride(2));
        x = n.convNormAct(x, 32, Filter.of(3).stride(2));
        Filter twice = Filter.of(4).stride(2).pads(1, 1, 1, 1);
        x = n.act(n.b.convTranspose(x, 24, n.coin() ? twice : twice.group(2), 0));
        x = n.coin() ? n.act(n.b.convTranspose(x, 24, twice.depthwise(), 0)) : n.up(x, 16);
        n.b.output(n.b.conv(x, 3, Filter.of(3)));
        return n.b.build();
    }

    /** Channels split in two and joined again, shuffled or not, and a cross-stage partial block. */
    public static Graph channelSplit(long seed) {
        Blocks n = start("channelSplit", seed);
        String x = n.convNormAct(image(n, 8, 12, 16), n.b.pick(16, 32, 48), Filter.of(3));
        x = n.splitUnit(x, n.coin());
        x = n.convNormAct(x, 32, Filter.of(3).stride(2));
        x = n.splitUnit(n.splitUnit(x, n.coin()), false);
        n.classify(n.convNormAct(x, 32, Filter.of(1)));
        return n.b.build();
    }

    /** Grouped 1x1 convolutions with channel shuffles between them. */
    public static Graph shufflenet(long seed) {
        Blocks n = start("shufflenet", seed);
        int groups = n.b.pick(2, 4);
        String x = n.convNormAct(image(n, 8, 12, 16), 32, Filter.of(3));
        for (int i = 0; i < 2; i++) {
            String y = n.shuffle(n.convNormAct(x, 32, Filter.of(1).group(groups)), groups);
            y = n.convNorm(y, 32, Filter.of(3).depthwise());
            x = n.act(n.add(x, n.convNorm(y, 32, Filter.of(1).group(groups))));
        }
        n.classify(x);
        return n.b.build();
    }

    /** Down and up again, each plane joined with its counterpart; one output value per pixel and class. */
    public static Graph unet(long seed) {
        Blocks n = start("unet", seed);
        String top = n.convNormAct(image(n, 8, 16), n.b.pick(8, 16), Filter.of(3));
        String middle = n.convNormAct(n.down(top), 16, Filter.of(3));
        String bottom =
                n.convNormAct(n.down(middle), n.b.pick(24, 32), Filter.of(3).dilation(n.b.pick(1, 2)));
        String x = n.convNormAct(n.b.concat(1, middle, n.up(bottom, 16)), 16, Filter.of(3));
        x = n.convNormAct(n.b.concat(1, n.up(x, 8), top), 16, Filter.of(3));
        String y = n.b.conv(x, 4, Filter.of(1));
        n.b.output(n.coin() ? n.b.node("Softmax", Map.of("axis", 1L), y) : y);
        return n.b.build();
    }

    /** Planes flattened into linear layers: Gemm, or MatMul and Add. */
    public static Graph flatten(long seed) {
        Blocks n = start("flatten", seed);
        String x = n.down(n.convNormAct(image(n, 8, 12, 16), n.b.pick(8, 16), Filter.of(n.b.pick(3, 5))));
        x = n.down(n.convNormAct(x, n.b.pick(16, 24), Filter.of(3)));
        if (n.coin()) {
            x = n.b.node("LRN", Map.of("size", 5L, "alpha", 0.05f, "beta", 0.75f, "bias", 1f), x);
        }
        int features = n.b.channels(x) * n.b.dim(x, 2) * n.b.dim(x, 3);
        x = n.coin() ? n.b.node("Flatten", Map.of("axis", 1L), x) : n.b.reshape(x, features);
        String hidden = n.coin() ? n.b.gemm(x, 32) : n.b.matMul(x, 32);
        hidden = n.b.node("Add", Map.of(), hidden, n.b.gaussianConstant("hidden.bias", 0, 0.3, 32));
        hidden = n.b.node(n.coin() ? "Relu" : "Tanh", Map.of(), hidden);
        n.b.output(n.b.node("Softmax", Map.of("axis", 1L), n.b.gemm(hidden, 10)));
        return n.b.build();
    }

    /** Two heads on two scales, each as [n, places, values], concatenated: boxes and scores, two network outputs. */
    public static Graph detector(long seed) {
        Blocks n = start("detector", seed);
        String fine = n.convNormAct(image(n, 16, 24), 16, Filter.of(3).stride(2));
        fine = n.basic(fine, 16, 1);
        String coarse = n.convNormAct(fine, 32, Filter.of(3).stride(2));
        String boxes = n.b.concat(1, head(n, fine, 4), head(n, coarse, 4));
        String scores = n.b.concat(1, head(n, fine, 2), head(n, coarse, 2));
        n.b.output(n.b.node("Softmax", Map.of("axis", 2L), scores)).output(boxes);
        return n.b.build();
    }

    private static String head(Blocks n, String x, int values) {
        int places = 2;
        String y = n.b.conv(n.convNormAct(x, n.b.channels(x), Filter.of(3).depthwise()), places * values, Filter.of(1));
        return n.b.reshape(n.b.transpose(y, 0, 2, 3, 1), places * n.b.dim(y, 2) * n.b.dim(y, 3), values);
    }

    /** A chain of blocks of every kind in random order, with scaling by constants, padding and other trimmings. */
    public static Graph mixed(long seed) {
        Blocks n = start("mixed", seed);
        String x = image(n, 8, 12, 16);
        if (n.coin()) {
            x = n.b.node("Sub", Map.of(), x, n.b.gaussianConstant("mean", 0, 0.5, 1, 3, 1, 1));
            x = n.b.node("Div", Map.of(), x, n.b.constant("std", new int[] {1, 3, 1, 1}, 0.5f, 0.6f, 0.7f));
        }
        x = n.convNormAct(x, n.b.pick(8, 16, 24), Filter.of(3).stride(n.b.pick(1, 2)));
        for (int i = 0; i < 3 + n.b.random().nextInt(3); i++) {
            x = mixedBlock(n, x, i);
        }
        n.classify(x);
        return n.b.build();
    }

    private static String mixedBlock(Blocks n, String x, int i) {
        int c = n.b.channels(x);
        return switch (n.b.random().nextInt(14)) {
            case 0 -> n.basic(x, n.coin() ? c : 24, 1);
            case 1 -> n.dense(x, 2, 8);
            case 2 -> n.inception(x, 8, 8, 16, 8);
            case 3 -> n.inverted(x, n.coin() ? c : 16, 2, 3, 1, n.coin());
            case 4 -> n.bottleneck(x, n.coin() ? c : 32, 16, n.b.pick(1, 2, 4, 8), 1);
            case 5 -> n.add(x, n.squeezeExcite(x));
            case 6 -> n.convNormAct(n.squeezeExciteLinear(x), 32, Filter.of(1));
            case 7 -> c % 2 == 0 ? n.splitUnit(x, n.coin()) : n.fire(x, 8, 12);
            case 8 -> c % 4 == 0 ? n.shuffle(n.convNormAct(x, c, Filter.of(3).group(4)), 4) : n.fire(x, 8, 12);
            case 9 ->
                n.b.node(
                        "Mul",
                        Map.of(),
                        n.b.gaussianConstant("factor" + i, 1, 0.3, n.coin() ? new int[] {c, 1, 1} : new int[] {1}),
                        x);
            case 10 ->
                n.convNormAct(
                        n.b.node(
                                "Pad",
                                Map.of("mode", n.coin() ? "reflect" : "edge", "pads", new long[] {0, 0, 1, 1, 0, 0, 1, 1
                                }),
                                x),
                        24,
                        Filter.of(3).pads(0, 0, 0, 0));
            case 11 -> n.down(n.up(x, 16));
            case 12 -> n.b.node("Div", Map.of(), n.fire(x, 8, 12), n.b.constant("two" + i, new int[0], 2f));
            default -> n.activation(n.convNorm(x, c, Filter.of(3)), "Tanh");
        };
    }

    /** A chain of rare structures, see {@link UnusualBlocks}; a feature map is a network output, too. */
    public static Graph unusual(long seed) {
        Blocks n = start("unusual", seed);
        UnusualBlocks unusual = new UnusualBlocks(n);
        String x = n.convNormAct(image(n, 8, 12), n.b.pick(16, 24), Filter.of(3));
        for (int i = 0; i < 3; i++) {
            x = unusual.block(n.b.random().nextInt(UnusualBlocks.KINDS), x);
            x = n.coin() ? n.convNormAct(x, n.b.pick(16, 24, 32), Filter.of(3)) : x;
        }
        String features = n.convNormAct(x, 16, Filter.of(1));
        if (n.coin()) {
            n.b.output(features);
        }
        n.classify(n.convNormAct(features, 32, Filter.of(3)));
        return n.b.build();
    }

    private static Blocks start(String kind, long seed) {
        return new Blocks(new GraphBuilder(kind + "-" + seed, seed));
    }

    private static String image(Blocks n, int... sizes) {
        int size = n.b.pick(sizes);
        return n.b.input("image", 3, size, size);
    }
}
