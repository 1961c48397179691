package io.dms.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.EnvironmentException;
import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.Tensor;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.Step;
import io.dms.testkit.GraphBuilder;
import io.dms.testkit.ReferenceBackend;
import io.dms.testkit.TestData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Packed weights: which may stand for others, and what becomes of them where there is no memory for more. */
class SharedWeightsTest {
    private static FloatBuffer direct(long n) {
        return ByteBuffer.allocateDirect(Math.toIntExact(4 * n))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }

    private static float[] run(Session s, ScalableModel m, List<float[]> inputs) {
        FloatBuffer in = direct(inputs.get(0).length).put(0, inputs.get(0));
        FloatBuffer out = direct(m.graph().outputs().get(0).shape().elements());
        s.run(m.full(), in, out);
        float[] got = new float[out.capacity()];
        out.get(0, got);
        return got;
    }

    /** An encoder and its decoder with the same weights, as tied autoencoders have. */
    private static Graph tied(int channels, int kernel) {
        GraphBuilder b = new GraphBuilder("tied", channels + kernel);
        String x = b.input("x", channels, 9, 7);
        String w = b.gaussianConstant("w", 0, 0.2, channels, channels, kernel, kernel);
        long p = kernel / 2;
        Map<String, Object> window = Map.of(
                "kernel_shape", new long[] {kernel, kernel},
                "strides", new long[] {1, 1},
                "pads", new long[] {p, p, p, p},
                "dilations", new long[] {1, 1},
                "group", 1L);
        String code = b.node("Conv", window, x, w);
        return b.output(b.node("ConvTranspose", window, code, w)).build();
    }

    @ParameterizedTest
    @EnumSource(SessionOptions.WeightPolicy.class)
    void aConvolutionAndATransposedOneOfTheSameWeightsReadThemEachInItsOwnOrder(SessionOptions.WeightPolicy policy) {
        for (int channels : new int[] {3, 8, 16}) {
            for (int kernel : new int[] {1, 3}) {
                Graph graph = tied(channels, kernel);
                ScalableModel m = ScalableModel.plain(graph);
                List<float[]> inputs = TestData.inputs(graph, 1, new Random(3));
                float[] want = Objects.requireNonNull(ReferenceBackend.evaluate(graph, inputs, 1)
                        .get(graph.outputs().get(0).name()));
                try (Session s = new CpuBackend()
                        .open(m, SessionOptions.DEFAULT.withThreads(1).withWeights(policy))) {
                    assertThat(TestData.relativeError(run(s, m, inputs), want))
                            .as("%d channels, kernel %d", channels, kernel)
                            .isLessThan(1e-5);
                }
            }
        }
    }

    /** Whichever layouts the library chooses. */
    @Test
    void whatIsPackedInOneOrderNeverStandsForTheOther() {
        Dnnl.get();
        Tensor t = Tensor.ofFloats(Shape.of(2, 2, 1, 1), 1, 2, 3, 4);
        long[] dims = {2, 2, 1, 1};
        try (Scope scope = new Scope()) {
            Desc packed = Desc.plain(scope, dims);
            Object straight = new WeightSource(t, Step.LinearKind.CONV, false, 1, dims, null).key(packed);
            Object turned = new WeightSource(t, Step.LinearKind.CONV_TRANSPOSE, false, 1, dims, null).key(packed);
            assertThat(turned).isNotEqualTo(straight);
            assertThat(new WeightSource(t, Step.LinearKind.CONV, false, 1, dims.clone(), null).key(packed))
                    .isEqualTo(straight);
        }
    }

    @Test
    void levelsThatArePackedAnewGoOnWhereThereIsNoMemoryForAWiderOne() {
        Dnnl.get();
        ScalableModel m = BundledModels.resnet20Cifar10();
        long before = Dnnl.live();
        long[] most = {Long.MAX_VALUE};
        RepackBuffer weights = new RepackBuffer(bytes -> {
            if (bytes > most[0]) {
                throw new EnvironmentException("not enough memory");
            }
            return new NativeBlock(bytes);
        });
        FloatBuffer[] in = {direct(3 * 32 * 32)};
        FloatBuffer[] out = {direct(10)};
        Random random = new Random(5);
        for (int i = 0; i < in[0].capacity(); i++) {
            in[0].put(i, random.nextFloat());
        }
        try (LevelPlan narrow = new LevelPlan(m.graphAt(m.level(0.25)), 1);
                LevelPlan half = new LevelPlan(m.graphAt(m.level(0.5)), 1);
                LevelPlan full = new LevelPlan(m.graphAt(m.full()), 1);
                NativeBlock arena = new NativeBlock(full.arenaBytes())) {
            for (LevelPlan p : List.of(narrow, half, full)) {
                p.bindArena(arena);
            }
            weights.prepare(narrow);
            weights.prepare(half);
            float[] atNarrow = scores(weights, narrow, in, out);
            float[] atHalf = scores(weights, half, in, out);
            most[0] = weights.bytes();
            assertThatThrownBy(() -> weights.prepare(full)).isInstanceOf(EnvironmentException.class);
            assertThat(scores(weights, half, in, out)).containsExactly(atHalf);
            assertThat(scores(weights, narrow, in, out)).containsExactly(atNarrow);
            most[0] = Long.MAX_VALUE;
            weights.prepare(full);
            // The one that ran last is packed anew, too: its weights lie elsewhere now.
            assertThat(scores(weights, narrow, in, out)).containsExactly(atNarrow);
            scores(weights, full, in, out);
            assertThat(scores(weights, half, in, out)).containsExactly(atHalf);
            weights.close();
        }
        assertThat(Dnnl.live()).isEqualTo(before);
    }

    private static float[] scores(RepackBuffer weights, LevelPlan plan, FloatBuffer[] in, FloatBuffer[] out) {
        weights.load(plan);
        plan.run(in, out);
        float[] got = new float[10];
        out[0].get(0, got);
        return got;
    }
}
