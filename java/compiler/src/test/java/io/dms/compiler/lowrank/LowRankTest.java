package io.dms.compiler.lowrank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.dms.model.Graph;
import io.dms.model.ModelCosts;
import io.dms.model.UserException;
import io.dms.model.onnx.OnnxWriter;
import io.dms.testkit.Filter;
import io.dms.testkit.GraphBuilder;
import io.dms.testkit.Networks;
import io.dms.testkit.ReferenceBackend;
import io.dms.testkit.TestData;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LowRankTest {
    private static final int BATCH = 2;

    @Test
    void atFullRankEveryKindOfNetworkGivesWhatItGaveBefore() {
        long factorised = 0;
        for (int seed = 0; seed < 70; seed++) {
            Graph graph = Networks.any(seed);
            LowRank.Result result = LowRank.always(graph, 1);
            factorised += result.factorised();
            List<float[]> inputs = TestData.inputs(graph, BATCH, new Random(seed));
            Map<String, float[]> want = ReferenceBackend.evaluate(graph, inputs, BATCH);
            Map<String, float[]> got = ReferenceBackend.evaluate(result.graph(), inputs, BATCH);
            for (Graph.Value v : graph.outputs()) {
                assertThat(TestData.relativeError(got(got, v), got(want, v)))
                        .as("%s, seed %d", graph.name(), seed)
                        .isLessThan(1e-3);
            }
        }
        assertThat(factorised).isGreaterThan(300);
    }

    @Test
    void declaredShapesAndCostsAreThoseOfWhatRuns() {
        for (int seed = 0; seed < 28; seed++) {
            Graph graph = Networks.any(seed);
            LowRank.Result result = LowRank.always(graph, 0.4);
            List<float[]> inputs = TestData.inputs(graph, 1, new Random(seed));
            ReferenceBackend.evaluate(result.graph(), inputs, 1)
                    .forEach((tensor, x) -> assertThat((long) x.length)
                            .isEqualTo(result.graph().shape(tensor).elements()));
            assertThat(ModelCosts.macs(result.graph()))
                    .isEqualTo(result.layers().stream()
                            .mapToLong(LowRank.Layer::macsAfter)
                            .sum());
        }
    }

    @Test
    void onnxRuntimeRunsAFactorisedNetworkToTheSameFigures() throws OrtException {
        for (int seed = 0; seed < 28; seed++) {
            Graph graph = LowRank.always(Networks.any(seed), 0.3).graph();
            List<float[]> inputs = TestData.inputs(graph, 1, new Random(seed));
            Map<String, float[]> want = ReferenceBackend.evaluate(graph, inputs, 1);
            float[] got = onnxRuntime(graph, inputs);
            assertThat(TestData.relativeError(got, got(want, graph.outputs().get(0))))
                    .as(graph.name())
                    .isLessThan(1e-3);
        }
    }

    @Test
    void theBestApproximationOfARankLosesTheEnergyOfTheOtherSingularValues() {
        Random random = new Random(3);
        for (int[] size : new int[][] {{6, 40}, {40, 6}, {17, 17}}) {
            double[] a = random.doubles((long) size[0] * size[1], -1, 1).toArray();
            Factors factors = new Factors(a.clone(), size[0], size[1]);
            int rank = 3;
            float[] left = factors.left(rank);
            float[] right = factors.right(rank);
            double off = 0;
            double all = 0;
            for (int r = 0; r < size[0]; r++) {
                for (int c = 0; c < size[1]; c++) {
                    double sum = 0;
                    for (int k = 0; k < rank; k++) {
                        sum += (double) left[r * rank + k] * right[k * size[1] + c];
                    }
                    off += Math.pow(a[r * size[1] + c] - sum, 2);
                    all += Math.pow(a[r * size[1] + c], 2);
                }
            }
            assertThat(off / all).isCloseTo(factors.lost(rank), within(1e-5));
            assertThat(factors.lost(factors.full())).isZero();
        }
    }

    @Test
    void aLayerOfLowRankIsFoundToBeOne() {
        GraphBuilder b = new GraphBuilder("thin", 5);
        String x = b.input("x", 32, 8, 8);
        b.output(b.conv(b.conv(x, 32, Filter.of(1)), 64, Filter.of(3)));
        Graph graph = b.build();
        LowRank.Result result = LowRank.apply(graph, 0.5);
        assertThat(ModelCosts.macs(result.graph())).isLessThan(ModelCosts.macs(graph));
        assertThat(result.layers()).allMatch(l -> l.macsAfter() <= l.macsBefore());
    }

    @Test
    void whatCannotGainIsRefusedInOneLine() {
        Graph graph = Networks.residual(1);
        assertThatThrownBy(() -> LowRank.apply(graph, 0.999))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("take a smaller one");
        for (double bad : new double[] {0, 1, -0.5, Double.NaN, 7}) {
            assertThatThrownBy(() -> LowRank.apply(graph, bad))
                    .isInstanceOf(UserException.class)
                    .hasMessageContaining("above 0 and below 1");
        }
    }

    private static float[] got(Map<String, float[]> outputs, Graph.Value v) {
        return Objects.requireNonNull(outputs.get(v.name()));
    }

    private static float[] onnxRuntime(Graph graph, List<float[]> inputs) throws OrtException {
        OrtEnvironment env = OrtEnvironment.getEnvironment();
        Graph.Value in = graph.inputs().get(0);
        long[] dims =
                Arrays.stream(in.shape().withBatch(1).dims()).asLongStream().toArray();
        try (OrtSession session = env.createSession(OnnxWriter.toBytes(graph, Map.of(), Map.of()));
                OnnxTensor x = OnnxTensor.createTensor(env, FloatBuffer.wrap(inputs.get(0)), dims);
                OrtSession.Result y = session.run(Map.of(in.name(), x))) {
            FloatBuffer buffer = ((OnnxTensor) y.get(0)).getFloatBuffer();
            float[] out = new float[buffer.remaining()];
            buffer.get(out);
            return out;
        }
    }
}
