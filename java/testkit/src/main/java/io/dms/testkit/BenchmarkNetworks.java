package io.dms.testkit;

import io.dms.model.Graph;
import java.util.Map;

/** Networks of published shapes with weights made from a seed: for timing, memory and
 * arithmetic; depth does not make rounding grow. */
public final class BenchmarkNetworks {
    private BenchmarkNetworks() {}

    /** ResNet-50 (He et al. 2016): 3, 4, 6 and 3 bottlenecks; 25.6 M parameters with 1,000 classes. */
    public static Graph resnet50(long seed, int size) {
        Blocks n = Blocks.steady(new GraphBuilder("resnet50-" + size, seed));
        String x = n.convNormAct(
                n.b.input("image", 3, size, size), 64, Filter.of(7).stride(2));
        x = n.b.pool("MaxPool", x, Filter.of(3).stride(2), Map.of());
        int[] blocks = {3, 4, 6, 3};
        for (int stage = 0; stage < blocks.length; stage++) {
            for (int i = 0; i < blocks[stage]; i++) {
                x = n.bottleneck(x, 256 << stage, 64 << stage, 1, i == 0 && stage > 0 ? 2 : 1);
            }
        }
        n.classify(x, 1000);
        return n.b.build();
    }

    /** MobileNetV2 at width 1.0 (Sandler et al. 2018): 17 inverted residuals; 3.5 M parameters with 1,000 classes. */
    public static Graph mobileNetV2(long seed, int size) {
        Blocks n = Blocks.steady(new GraphBuilder("mobilenetv2-" + size, seed));
        String x = n.convNormAct(
                n.b.input("image", 3, size, size), 32, Filter.of(3).stride(2));
        int[][] rows = {
            {1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}
        };
        for (int[] row : rows) {
            for (int i = 0; i < row[2]; i++) {
                x = n.inverted(x, row[1], row[0], 3, i == 0 ? row[3] : 1, false);
            }
        }
        n.classify(n.convNormAct(x, 1280, Filter.of(1)), 1000);
        return n.b.build();
    }

    /**
     * VGG-11 with BatchNormalization (Simonyan and Zisserman 2015, column A) in the form that is used for images of 32
     * pixels (as in Liu et al. 2017, "Learning Efficient Convolutional Networks through Network Slimming"): five poolings,
     * then one linear layer.
     * Weights are normally distributed and scaled layer by layer, so that the network can be trained from them.
     *
     * @param channels of the first layer; 64 in the paper, and eight times as many in the last ones
     */
    public static Graph vgg11(long seed, int channels, int classes) {
        GraphBuilder b = new GraphBuilder("vgg11-" + channels, seed);
        String x = b.input("image", 3, 32, 32);
        int[] widths = {1, 2, 4, 4, 8, 8, 8, 8};
        boolean[] pooled = {true, true, false, true, false, true, false, true};
        for (int i = 0; i < widths.length; i++) {
            x = b.conv(x, widths[i] * channels, Filter.of(3).bias(false));
            x = b.node("Relu", Map.of(), b.steadyNormalization(x));
            x = pooled[i] ? b.pool("MaxPool", x, Filter.of(2).stride(2).pads(0, 0, 0, 0), Map.of()) : x;
        }
        return b.output(b.gemm(b.node("Flatten", Map.of("axis", 1L), x), classes))
                .build();
    }
}
