package io.dms.fieldkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dms.model.EnvironmentException;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Calls at every level over those of a dedicated network in PyTorch, which {@code peer.py} measured before: both from
 * float32 in host memory to float32 in host memory, both by a CUDA graph.
 */
final class PeerStep implements Step {
    @Override
    public String name() {
        return "peer";
    }

    @Override
    public String shows() {
        return "against PyTorch with CUDA graphs, channels-last, a network of each width (--peer): 1.0";
    }

    @Override
    public void run(Kit kit) {
        Backend gpu = kit.gpu();
        JsonNode torch = torch(kit.result().folder().resolve("torch.json"));
        if (torch == null) {
            kit.result().note("torch", "not measured here: the figures stand alone");
        } else {
            kit.result().note("torch", torch.path("torch").asText());
            kit.result().note("torch cudnn", torch.path("cudnn").asText());
        }
        Map<String, ScalableModel> models = Kit.peers(Kit.size(kit.quick()));
        // In the order of peer.py: where time runs out, both sides have the same rows.
        for (Precision precision : List.of(Precision.FP16, Precision.TF32, Precision.FP32)) {
            models.forEach((name, model) -> {
                for (int batch : new int[] {1, 8}) {
                    SessionOptions options = Kit.PLAIN.withPrecision(precision).withBatch(batch);
                    kit.result()
                            .attempt(
                                    name + " " + precision.word() + " batch " + batch,
                                    () -> compare(kit, gpu, model, name, options, torch));
                }
            });
        }
    }

    private static @Nullable JsonNode torch(Path file) {
        if (!Files.exists(file)) {
            return null;
        }
        try {
            return new ObjectMapper().readTree(file.toFile());
        } catch (IOException e) {
            throw new EnvironmentException("can't read " + file + ": " + e.getMessage(), e);
        }
    }

    private static void compare(
            Kit kit, Backend gpu, ScalableModel model, String name, SessionOptions options, @Nullable JsonNode torch) {
        try (Runner ours = new Runner(gpu, model, options)) {
            ours.feed(Runner.gaussian(ours.inputs(), new Random(kit.seed())));
            for (WidthLevel level : model.levels()) {
                int n = kit.count(20, 500);
                long[] times = new long[n];
                // As many as the other side makes before its clock runs.
                for (int i = -100; i < n; i++) {
                    long t = ours.call(level);
                    if (i >= 0) {
                        times[i] = t;
                    }
                }
                double ms = Kit.median(times) / 1e6;
                String what = name + " " + options.precision().word() + " batch " + options.batch() + " width "
                        + level.width();
                double theirs = torch == null ? Double.NaN : theirs(torch, name, options, level.width());
                Result.Row row = kit.result().row(what).with("layers", ours.layers(level));
                if (Double.isNaN(theirs)) {
                    row.told("ms", ms);
                } else {
                    row.with("ms", ms).with("torch ms", theirs).judged("over torch", ms / theirs, 1);
                }
            }
        }
    }

    /** NaN where it was not measured. */
    static double theirs(JsonNode torch, String model, SessionOptions options, double width) {
        for (JsonNode row : torch.path("rows")) {
            if (row.path("model").asText().equals(model)
                    && row.path("precision").asText().equals(options.precision().word())
                    && row.path("batch").asInt() == options.batch()
                    && Math.abs(row.path("width").asDouble() - width) < 1e-6) {
                return row.path("call_ms").asDouble(Double.NaN);
            }
        }
        return Double.NaN;
    }
}
