package io.dms.testkit;

import io.dms.model.Graph;

/** Networks of published shapes with weights made from a seed: for timing, memory and
 * arithmetic; depth does not make rounding grow. */
public final class BenchmarkNetworks {
    private BenchmarkNetworks() {}

    /** ResNet-50 (He et al. 2016): 3, 4, 6 and 3 bottlenecks; 25.6 M parameters with 1,000 classes. */
    public static Graph resnet50(long seed, int size) {
        Blocks n = Blocks.steady(new GraphBuilder("resnet50-" + size, seed));
        String x = n.convNormAct(
                n.b.input("image", 3, size, size), 64, Filter.of(7).stride(2));
        x = n.b.pool("MaxPool", x, Filter.of(3).stride(2), java.util.Map.of());
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
}
