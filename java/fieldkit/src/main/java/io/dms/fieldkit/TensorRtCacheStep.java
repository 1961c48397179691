package io.dms.fieldkit;

import io.dms.backend.tensorrt.cache.EngineCache;
import io.dms.backend.tensorrt.cache.EngineStore;
import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.Tensor;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Backends;
import io.dms.runtime.BundledModels;
import io.dms.runtime.SessionOptions.Precision;
import io.dms.testkit.TestData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The cache of engines with the real library: files that were damaged, and models that look alike. */
final class TensorRtCacheStep implements Step {
    @Override
    public String name() {
        return "tensorrt-cache";
    }

    @Override
    public String shows() {
        return "engines from the cache: flipped byte in plan and record, truncated plan, other weights of equal"
                + " structure; outputs FP32 1e-4, and a damaged engine is built anew";
    }

    @Override
    public void run(Kit kit) {
        Backend tensorrt = TensorRtStep.find(kit);
        if (tensorrt == null) {
            return;
        }
        ScalableModel model = BundledModels.resnet20Cifar10();
        Path folder = EngineCache.defaultFolder();
        kit.result().note("folder", folder);
        holds(kit, tensorrt, "fresh or kept", model, null);
        damage(kit, tensorrt, model, folder, "flipped byte in the plan", ".plan", TensorRtCacheStep::flipped);
        damage(kit, tensorrt, model, folder, "flipped byte in the record", ".json", TensorRtCacheStep::flipped);
        damage(kit, tensorrt, model, folder, "truncated plan", ".plan", b -> Arrays.copyOf(b, b.length / 2));
        holds(kit, tensorrt, "equal structure, other weights", otherWeights(model), null);
        holds(kit, tensorrt, "the first model again", model, null);
        EngineStore store = EngineStore.open(folder);
        kit.result()
                .row("engines kept at the end")
                .told("count", store == null ? 0 : store.list().size());
    }

    private static byte[] flipped(byte[] bytes) {
        byte[] b = bytes.clone();
        b[b.length / 2] ^= 1;
        return b;
    }

    private static void damage(
            Kit kit,
            Backend tensorrt,
            ScalableModel model,
            Path folder,
            String what,
            String end,
            UnaryOperator<byte[]> damage) {
        kit.result().attempt(what, () -> {
            Map<Path, byte[]> damaged = new LinkedHashMap<>();
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.filter(f -> f.toString().endsWith(end)).toList()) {
                    byte[] bad = damage.apply(Files.readAllBytes(file));
                    Files.write(file, bad);
                    damaged.put(file, bad);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            holds(kit, tensorrt, what, model, damaged);
        });
    }

    /** Outputs of every level, and how many of the damaged files were written anew: those of this model's levels. */
    private static void holds(
            Kit kit, Backend tensorrt, String what, ScalableModel model, @Nullable Map<Path, byte[]> damaged) {
        Random random = new Random(kit.seed());
        kit.result().attempt(what + ", outputs", () -> {
            try (Runner want = new Runner(Backends.find("cpu"), model, Kit.PLAIN);
                    Runner got = new Runner(tensorrt, model, Kit.PLAIN)) {
                double worst = 0;
                for (WidthLevel level : model.levels()) {
                    float[] x = Runner.gaussian(got.inputs(), random);
                    want.feed(x);
                    got.feed(x);
                    worst = Math.max(worst, TestData.relativeError(got.poisoned(level), want.poisoned(level)));
                }
                kit.result().row(what + ", all levels").judged("error", worst, TensorRtStep.bar(Precision.FP32));
            }
        });
        if (damaged != null) {
            long same = damaged.entrySet().stream()
                    .filter(e -> !isStill(e.getKey(), e.getValue()))
                    .count();
            kit.result()
                    .row(what + ", levels not built anew")
                    .with("damaged files", damaged.size())
                    .judged("levels", (double) Math.max(0, model.levels().size() - same), 0);
        }
    }

    private static boolean isStill(Path file, byte[] content) {
        try {
            return Files.exists(file) && Arrays.equals(Files.readAllBytes(file), content);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The same network with every weight a little smaller. */
    private static ScalableModel otherWeights(ScalableModel model) {
        Graph g = model.graph();
        Map<String, Tensor> other = new LinkedHashMap<>();
        g.initializers().forEach((name, t) -> {
            boolean weights = t.shape().rank() == 4;
            if (weights) {
                float[] w = t.floats();
                for (int i = 0; i < w.length; i++) {
                    w[i] *= 0.9f;
                }
                other.put(name, Tensor.ofFloats(t.shape(), w));
            } else {
                other.put(name, t);
            }
        });
        Graph changed = new Graph(g.name(), g.inputs(), g.outputs(), g.nodes(), other, g.shapes());
        List<WidthLevel> levels = model.levels();
        return new ScalableModel(model.name(), changed, model.groups(), levels, model.preprocessing(), Map.of());
    }
}
