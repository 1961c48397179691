package io.dms.cli;

import io.dms.backend.tensorrt.cache.BuildListener;
import io.dms.backend.tensorrt.cache.BuiltEngine;
import io.dms.backend.tensorrt.cache.EngineBuilder;
import io.dms.backend.tensorrt.cache.EngineFacts;
import io.dms.backend.tensorrt.cache.EnginePlatform;
import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.backend.tensorrt.cache.EngineRunner;
import io.dms.model.ChannelGroups;
import io.dms.model.GroupAnalysis;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevels;
import io.dms.runtime.Backends;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes TensorRT's place: a plan is the level's ONNX bytes, and the CPU runs the level. */
final class FakeEngines implements EngineBuilder {
    long memoryLimitBytes = -1;
    boolean stop;
    List<String> refusals = List.of();

    @Override
    public List<String> refusals() {
        return refusals;
    }

    @Override
    public EnginePlatform platform() {
        return new EnginePlatform("10.3.0.30", "12.6", "L4T 36.4.0", "Orin", "8.7", 8);
    }

    @Override
    public @Nullable BuiltEngine build(EngineRequest request, byte @Nullable [] timing, BuildListener listener) {
        memoryLimitBytes = request.options().memoryLimitBytes();
        if (stop || !listener.step("Timing Graph Nodes", 1, 2)) {
            return null;
        }
        byte[] onnx = request.onnx();
        ByteBuffer plan = ByteBuffer.allocateDirect(onnx.length).put(onnx).flip();
        return new BuiltEngine(plan, null, new EngineFacts(9, List.of("softmax"), 1L << 20));
    }

    @Override
    public EngineRunner load(ByteBuffer plan, EngineRequest request) {
        ChannelGroups groups = GroupAnalysis.analyze(request.network());
        ScalableModel level = new ScalableModel(
                "level", request.network(), groups, List.of(WidthLevels.uniform(groups, 1)), null, Map.of());
        Session session = Backends.find("cpu").open(level, SessionOptions.DEFAULT);
        return new EngineRunner() {
            @Override
            public void run(int batch, FloatBuffer[] inputs, FloatBuffer[] outputs) {
                session.run(level.full(), inputs, outputs);
            }

            @Override
            public void close() {
                session.close();
            }
        };
    }
}
