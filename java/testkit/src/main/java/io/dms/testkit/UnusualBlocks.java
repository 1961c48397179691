package io.dms.testkit;

import java.util.List;
import java.util.Map;

/** Structures that are legal and seen now and then, and easy to group wrongly. */
final class UnusualBlocks {
    private final Blocks n;
    private final GraphBuilder b;

    UnusualBlocks(Blocks n) {
        this.n = n;
        this.b = n.b;
    }

    /** How many kinds of {@link #block} there are. */
    static final int KINDS = 20;

    /** An image in, an image out. */
    String block(int kind, String x) {
        int c = b.channels(x);
        return switch (kind) {
            case 0 -> spatialAttention(x);
            case 1 -> sharedWeights(x);
            case 2 -> b.concat(1, x, x);
            case 3 -> n.add(x, x);
            case 4 -> n.convNormAct(b.concat(2, x, x), 16, Filter.of(3).stride(2));
            case 5 -> unevenSplit(x);
            case 6 -> overlappingSlices(x);
            case 7 -> b.conv(x, 2 * c, Filter.of(3).depthwise());
            case 8 -> groupsAcrossConcat(x);
            case 9 -> gatedUnit(x);
            case 10 -> centred(x);
            case 11 -> b.batchNormalization(n.down(x));
            case 12 -> n.add(x, b.gaussianConstant(x + ".place", 0, 0.5, 1, c, b.dim(x, 2), b.dim(x, 3)));
            case 13 -> b.node("PRelu", Map.of(), x, b.gaussianConstant(x + ".slope", 0.2, 0.1, 1));
            case 14 -> channelsLast(x);
            case 15 -> overPlaces(x);
            case 16 -> n.act(n.add(b.node("GlobalMaxPool", Map.of(), n.convNorm(x, c, Filter.of(1))), x));
            case 17 -> selectiveKernels(x);
            case 18 -> b.node("Sub", Map.of(), n.convNorm(x, c, Filter.of(1, 3)), n.convNorm(x, c, Filter.of(3, 1)));
            default -> twoGroupings(x);
        };
    }

    /** Woo et al. 2018: one weight per place, the same for all channels. */
    private String spatialAttention(String x) {
        String gate = b.node("Sigmoid", Map.of(), b.conv(x, 1, Filter.of(3)));
        return b.node("Mul", Map.of(), n.coin() ? new String[] {x, gate} : new String[] {gate, x});
    }

    /** One weight, read by two convolutions behind each other. */
    private String sharedWeights(String x) {
        int c = b.channels(x);
        String w = b.gaussianConstant(x + ".shared", 0, 1 / Math.sqrt(9.0 * c), c, c, 3, 3);
        Map<String, Object> window = Map.of(
                "kernel_shape",
                new long[] {3, 3},
                "strides",
                new long[] {1, 1},
                "pads",
                new long[] {1, 1, 1, 1},
                "dilations",
                new long[] {1, 1},
                "group",
                1L);
        return b.node("Conv", window, n.act(b.node("Conv", window, x, w)), w);
    }

    private String unevenSplit(String x) {
        int c = b.channels(x);
        List<String> parts = b.split(x, 1, c / 4, c / 2, c - c / 4 - c / 2);
        return b.concat(1, parts.get(2), n.convNormAct(parts.get(1), 16, Filter.of(3)), parts.get(0));
    }

    private String overlappingSlices(String x) {
        int c = b.channels(x);
        return n.add(b.slice(x, 1, 0, 3 * c / 4), b.slice(x, 1, c - 3 * c / 4, c));
    }

    /** A grouped convolution whose groups do not lie as the concatenated parts do. */
    private String groupsAcrossConcat(String x) {
        String y = b.concat(1, n.convNormAct(x, 24, Filter.of(1)), n.convNormAct(x, 8, Filter.of(1)));
        return n.act(b.conv(y, 32, Filter.of(3).group(b.pick(4, 8, 16, 32))));
    }

    /** Dauphin et al. 2017: one half opens the gate for the other. */
    private String gatedUnit(String x) {
        List<String> halves = b.split(n.convNorm(x, 32, Filter.of(1)), 1, 16, 16);
        return b.node("Mul", Map.of(), halves.get(0), b.node("Sigmoid", Map.of(), halves.get(1)));
    }

    /** Less its mean over the plane, over a constant of each channel. */
    private String centred(String x) {
        String mean = b.node("ReduceMean", Map.of("axes", new long[] {2, 3}, "keepdims", 1L), x);
        String centred = b.node("Sub", Map.of(), x, mean);
        return b.node("Div", Map.of(), centred, b.gaussianConstant(x + ".divisor", 2, 0.2, b.channels(x), 1, 1));
    }

    /** To [n, h, w, c], a linear layer on the last axis with a bias added, and back. */
    private String channelsLast(String x) {
        String last = b.transpose(x, 0, 2, 3, 1);
        String y = n.add(b.matMul(last, 24), b.gaussianConstant(x + ".bias", 0, 0.3, 24));
        return b.transpose(b.node("Relu", Map.of(), y), 0, 3, 1, 2);
    }

    /** To [n, c, places], a linear layer over places, and back. */
    private String overPlaces(String x) {
        int h = b.dim(x, 2);
        int w = b.dim(x, 3);
        String y = b.matMul(b.reshape(x, b.channels(x), h * w), h * w);
        return b.reshape(b.node("Relu", Map.of(), y), b.channels(x), h, w);
    }

    /** Li et al. 2019: two branches weighed by a softmax between them. */
    private String selectiveKernels(String x) {
        int c = b.channels(x);
        String a = n.convNormAct(x, c, Filter.of(3));
        String d = n.convNormAct(x, c, Filter.of(3).dilation(2));
        String mean = b.node("GlobalAveragePool", Map.of(), n.add(a, d));
        String both = b.concat(2, b.conv(mean, c, Filter.of(1)), b.conv(mean, c, Filter.of(1)));
        List<String> weights = b.split(b.node("Softmax", Map.of("axis", 2L), both), 2, 1, 1);
        return n.add(b.node("Mul", Map.of(), a, weights.get(0)), b.node("Mul", Map.of(), d, weights.get(1)));
    }

    /** The same channels in four wide groups and in many narrow ones. */
    private String twoGroupings(String x) {
        String y = n.convNormAct(x, 32, Filter.of(1));
        String wide = n.convNorm(y, 32, Filter.of(3).group(4));
        return n.act(n.add(wide, n.convNorm(y, 32, Filter.of(3).group(b.pick(2, 8, 16)))));
    }
}
