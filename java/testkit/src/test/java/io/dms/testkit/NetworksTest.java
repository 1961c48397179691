package io.dms.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.model.Graph;
import io.dms.model.ModelCosts;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Generated networks are what they say: repeatable, alive, shaped as declared, and the same in ONNX Runtime. */
class NetworksTest {
    private static final int SEEDS = 8;

    @Test
    void theSameSeedGivesTheSameNetwork() {
        for (int seed = 0; seed < 26; seed++) {
            Graph a = Networks.any(seed);
            Graph b = Networks.any(seed);
            assertThat(a.nodes()).hasToString(b.nodes().toString());
            a.initializers()
                    .forEach((name, t) -> assertThat(t.floats())
                            .as(name)
                            .isEqualTo(
                                    Objects.requireNonNull(b.initializer(name)).floats()));
        }
    }

    @Test
    void vgg11HasThePublishedWeightsAndOperations() {
        Graph vgg = BenchmarkNetworks.vgg11(1, 64, 10);
        assertThat(ModelCosts.macs(vgg)).isEqualTo(152_769_536);
        assertThat(ModelCosts.parameters(vgg)).isBetween(9_222_858L, 9_235_000L);
        assertThat(BenchmarkNetworks.vgg11(1, 24, 10).nodes())
                .hasToString(BenchmarkNetworks.vgg11(2, 24, 10).nodes().toString());
    }

    @TestFactory
    Stream<DynamicTest> runsAsInOnnxRuntime() {
        return Networks.generators().entrySet().stream()
                .map(e -> DynamicTest.dynamicTest(e.getKey(), () -> check(e.getValue())));
    }

    private static void check(LongFunction<Graph> generator) {
        for (int seed = 0; seed < SEEDS; seed++) {
            Graph graph = generator.apply(seed);
            int batch = 1 + seed % 2;
            List<float[]> inputs = TestData.inputs(graph, batch, new Random(seed));
            Map<String, Nd> want = Ort.run(graph, inputs, batch);
            Map<String, Nd> got = ReferenceBackend.tensors(graph, inputs, batch);
            got.forEach((name, x) -> {
                assertThat(x.dims())
                        .as("%s %s", graph.name(), name)
                        .isEqualTo(graph.shape(name).withBatch(batch).dims());
                assertThat(aliveShare(x))
                        .as("%s %s is alive", graph.name(), name)
                        .isGreaterThan(0.1);
            });
            want.forEach((name, w) -> assertThat(
                            TestData.relativeError(Objects.requireNonNull(got.get(name)).data, w.data))
                    .as("%s %s", graph.name(), name)
                    .isLessThan(1e-4));
        }
    }

    /** The share of elements that are neither 0 nor too large to mean something. */
    private static double aliveShare(Nd x) {
        int alive = 0;
        for (float v : x.data) {
            alive += Math.abs(v) > 1e-6 && Math.abs(v) < 1e3 ? 1 : 0;
        }
        assertThat(Arrays.stream(x.dims()).min().orElse(1)).isPositive();
        return (double) alive / x.data.length;
    }
}
