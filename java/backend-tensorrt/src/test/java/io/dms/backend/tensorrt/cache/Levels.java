package io.dms.backend.tensorrt.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.backend.tensorrt.cache.EngineOptions.Precision;
import io.dms.model.ChannelGroups;
import io.dms.model.DataType;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.LevelExport;
import io.dms.model.ScalableModel;
import io.dms.model.Tensor;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.testkit.Networks;
import io.dms.testkit.ReferenceBackend;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A small model, its levels, and whether an engine computes what its level computes. */
final class Levels {
    static final EngineCheck UNCHECKED = fresh -> new EngineCheck.Verdict(true, "was not looked at");

    private Levels() {}

    /** Models of all seeds have one structure, and one name, and other weights. */
    static ScalableModel model(long seed) {
        Graph graph = Networks.residual(12);
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, Tensor> weights = new LinkedHashMap<>();
        graph.initializers().forEach((name, t) -> {
            if (t.type() == DataType.FLOAT32) {
                float[] w = t.floats();
                for (int i = 0; i < w.length; i++) {
                    w[i] *= (float) (0.8 + 0.4 * random.nextDouble());
                }
                weights.put(name, Tensor.ofFloats(t.shape(), w));
            } else {
                weights.put(name, t);
            }
        });
        graph = graph.withInitializers(weights);
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = List.of(WidthLevels.uniform(groups, 1), WidthLevels.uniform(groups, 0.5));
        return new ScalableModel("small", graph, groups, levels, null, Map.of());
    }

    /** The engine of a level, 0 for the widest. */
    static EngineRequest request(long seed, int level) {
        ScalableModel model = model(seed);
        WidthLevel l = model.levels().get(level);
        return EngineRequest.of(model, l, EngineOptions.of(LevelExport.graph(model, l), Precision.FP32, 1));
    }

    /** Takes the engine's plan, and holds that what it computes is what the level computes, to the last bit. */
    static void assertRight(PlanBuilder builder, EngineRequest request, CachedEngine engine) {
        try (PlanMemory memory = engine.takePlan()) {
            assertRight(builder, request, memory.bytes());
        }
    }

    private static void assertRight(PlanBuilder builder, EngineRequest request, ByteBuffer plan) {
        assertThat(plan).isEqualTo(builder.plan(request));
        Graph network = request.network();
        SplittableRandom random = new SplittableRandom(5);
        List<float[]> values = new ArrayList<>();
        List<FloatBuffer> inputs = new ArrayList<>();
        for (Graph.Value v : network.inputs()) {
            float[] x = new float[(int) v.shape().withBatch(1).elements()];
            for (int i = 0; i < x.length; i++) {
                x[i] = (float) random.nextGaussian();
            }
            values.add(x);
            inputs.add(direct(x.length).put(0, x));
        }
        Map<String, float[]> expected = ReferenceBackend.evaluate(network, values, 1);
        FloatBuffer[] outputs = network.outputs().stream()
                .map(v -> direct((int) v.shape().withBatch(1).elements()))
                .toArray(FloatBuffer[]::new);
        try (EngineRunner runner = builder.load(plan, request)) {
            runner.run(1, inputs.toArray(FloatBuffer[]::new), outputs);
        }
        for (int o = 0; o < outputs.length; o++) {
            float[] y = new float[outputs[o].capacity()];
            outputs[o].get(0, y);
            assertThat(y).isEqualTo(expected.get(network.outputs().get(o).name()));
        }
    }

    private static FloatBuffer direct(int n) {
        return ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }
}
