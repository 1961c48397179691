package io.dms.backend.tensorrt.cache;

import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.onnx.OnnxWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * One engine that is wanted.
 *
 * @param model what people call the model
 * @param level what people call the level, as in {@code 0.75}
 * @param counts units kept of each channel group
 * @param source what it is built from
 * @param options how it is built
 */
public record EngineRequest(
        String model, String level, List<Integer> counts, LevelSource source, EngineOptions options) {
    /** Copies the list. */
    public EngineRequest {
        counts = List.copyOf(counts);
    }

    /** The engine of one level. */
    public static EngineRequest of(ScalableModel model, WidthLevel level, EngineOptions options) {
        List<Integer> counts = Arrays.stream(level.counts()).boxed().toList();
        return new EngineRequest(model.name(), level.name(), counts, new LevelSource(model, level), options);
    }

    /** This engine, built otherwise. */
    public EngineRequest with(EngineOptions options) {
        return new EngineRequest(model, level, counts, source, options);
    }

    /** The level as an ordinary dense network, normalisation folded in. Copies the level's weights the first time. */
    public Graph network() {
        return source.network();
    }

    /** The network as the bytes of an ONNX file. */
    public byte[] onnx() {
        return OnnxWriter.toBytes(network(), Map.of(), Map.of());
    }
}
