package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.cache.BuildListener;
import io.dms.backend.tensorrt.cache.BuiltEngine;
import io.dms.backend.tensorrt.cache.PlanMemory;
import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.Networks;
import io.dms.testkit.ReferenceBackend;
import io.dms.testkit.TestData;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/** A model with three levels, sessions on a library that is none, and what they should compute. */
final class Fixtures {
    private Fixtures() {}

    static ScalableModel model() {
        Graph graph = Networks.residual(4);
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = List.of(
                WidthLevels.uniform(groups, 1), WidthLevels.uniform(groups, 0.5), WidthLevels.uniform(groups, 0.25));
        return new ScalableModel(graph.name(), graph, groups, levels, null, Map.of());
    }

    /** A backend whose engines come straight from the builder. */
    static TensorRtBackend backend(FakeHardware hardware) {
        TensorRtEngineBuilder builder = new TensorRtEngineBuilder(hardware);
        return new TensorRtBackend(hardware, (model, options) -> (level, request) -> {
            BuiltEngine built = Objects.requireNonNull(builder.build(request, null, BuildListener.NONE));
            return PlanMemory.of(built.plan());
        });
    }

    static TensorRtSession open(FakeHardware hardware, SessionOptions options) {
        return (TensorRtSession) backend(hardware).open(model(), options);
    }

    static FloatBuffer direct(int n) {
        return ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    /** One call over outputs full of NaN. */
    static List<float[]> run(Session s, WidthLevel level, List<float[]> inputs) {
        Graph g = s.model().graph();
        int batch = s.options().batch();
        FloatBuffer[] in = inputs.stream().map(x -> direct(x.length).put(0, x)).toArray(FloatBuffer[]::new);
        FloatBuffer[] out = g.outputs().stream()
                .map(v -> direct((int) v.shape().withBatch(batch).elements()))
                .toArray(FloatBuffer[]::new);
        for (FloatBuffer f : out) {
            for (int i = 0; i < f.capacity(); i++) {
                f.put(i, Float.NaN);
            }
        }
        s.run(level, in, out);
        List<float[]> results = new ArrayList<>();
        for (FloatBuffer f : out) {
            float[] y = new float[f.capacity()];
            f.get(0, y);
            results.add(y);
        }
        return results;
    }

    /** How far one call is from the reference, relative to its largest output. */
    static double error(Session s, WidthLevel level, long seed) {
        int batch = s.options().batch();
        List<float[]> inputs = TestData.inputs(s.model().graph(), batch, new Random(seed));
        List<float[]> got = run(s, level, inputs);
        Map<String, float[]> want = ReferenceBackend.evaluate(s.model().graphAt(level), inputs, batch);
        double worst = 0;
        for (int i = 0; i < got.size(); i++) {
            String name = s.model().graph().outputs().get(i).name();
            worst = Math.max(worst, TestData.relativeError(got.get(i), Objects.requireNonNull(want.get(name))));
        }
        return worst;
    }
}
