package io.dms.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.ReferenceBackend;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;

class TorchNetworkTest {
    private static float[] image(long seed, int n) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] out = new float[n];
        for (int i = 0; i < n; i++) {
            out[i] = (float) random.nextDouble(-2, 2);
        }
        return out;
    }

    private static FloatBuffer buffer(float[] values) {
        return ByteBuffer.allocateDirect(4 * values.length)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer()
                .put(0, values);
    }

    @Test
    void every_level_computes_what_the_reference_does() {
        ScalableModel bundled = BundledModels.resnet20Cifar10();
        Normalized normalized = Normalized.of(Folded.withoutNormalization(bundled.graph()));
        assertThat(normalized.inserted()).hasSize(19);
        Graph graph = normalized.graph();
        var groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = new ArrayList<>();
        for (WidthLevel l : bundled.levels()) {
            WidthLevel made = WidthLevels.uniform(groups, l.width());
            assertThat(made.counts()).isEqualTo(l.counts());
            levels.add(made);
        }
        ScalableModel model = new ScalableModel("test", graph, groups, levels, bundled.preprocessing(), Map.of());
        float[] image = image(1, 3 * 32 * 32);
        try (TorchNetwork network = new TorchNetwork(model);
                Session reference = new ReferenceBackend().open(model, SessionOptions.DEFAULT)) {
            for (int l = 0; l < levels.size(); l++) {
                float[] expected = new float[10];
                FloatBuffer out = buffer(expected);
                reference.run(levels.get(l), buffer(image), out);
                try (PointerScope scope = new PointerScope()) {
                    Tensor y = network.forward(l, Torch.tensor(image, 1, 3, 32, 32), TorchNetwork.Mode.INFER);
                    float[] got = Torch.floats(y);
                    // Without the scales that folding would have left in the weights, scores are large.
                    float near = 1e-3f;
                    for (float score : got) {
                        near = Math.max(near, 1e-6f * Math.abs(score));
                    }
                    for (int i = 0; i < 10; i++) {
                        assertThat(got[i]).as("level %d score %d", l, i).isCloseTo(out.get(i), within(near));
                    }
                }
            }
        }
    }
}
