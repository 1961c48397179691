package io.dms.backend.cpu;

import io.dms.model.LevelExport;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.WidthLevel;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.WeightPolicy;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * How much memory the packed weights of all levels take against as many separate models, and how fast
 * {@link WeightPolicy#REPACK} packs at a switch against a plain copy of the same bytes. Not run by default:
 *
 * <pre>mvn -pl java/backend-cpu -am test -Dtest=WeightMemoryBenchmark -Dsurefire.failIfNoSpecifiedTests=false
 * -Dtest.argLine=-Ddms.model=FILE.dms.onnx</pre>
 */
class WeightMemoryBenchmark {
    private static final int ROUNDS = Integer.getInteger("rounds", 40);

    @Test
    void table() {
        String file = System.getProperty("dms.model");
        ScalableModel model = file == null ? BundledModels.resnet20Cifar10() : ScalableModelFile.read(Path.of(file));
        SessionOptions options = SessionOptions.DEFAULT;
        long separate = 0;
        long full = 0;
        for (WidthLevel level : model.levels()) {
            ScalableModel own = ScalableModel.plain(LevelExport.graph(model, level));
            try (Session session = new CpuBackend().open(own, options)) {
                session.prepare(own.full());
                separate += session.weightBytes();
                full = Math.max(full, session.weightBytes());
            }
        }
        try (Session bank = new CpuBackend().open(model, options)) {
            model.levels().forEach(bank::prepare);
            System.out.printf(
                    Locale.ROOT,
                    "%s: bank with all levels %d bytes, separate models %d bytes, ratio %.3f%n",
                    model.name(),
                    bank.weightBytes(),
                    separate,
                    (double) bank.weightBytes() / separate);
        }
        try (Session repack = new CpuBackend().open(model, options.withWeights(WeightPolicy.REPACK))) {
            model.levels().forEach(repack::prepare);
            System.out.printf(
                    Locale.ROOT,
                    "repack: %d bytes, full model %d bytes, ratio %.3f%n",
                    repack.weightBytes(),
                    full,
                    (double) repack.weightBytes() / full);
            for (WidthLevel level : model.levels()) {
                switches(model, repack, level);
            }
        }
    }

    private static void switches(ScalableModel model, Session session, WidthLevel level) {
        List<WidthLevel> levels = model.levels();
        WidthLevel other = level == levels.get(0) ? levels.get(1) : levels.get(0);
        FloatBuffer in = direct(model.graph().inputs().get(0).shape().elements());
        FloatBuffer out = direct(model.graph().outputs().get(0).shape().elements());
        int bytes = Math.toIntExact(session.weightBytes(level));
        ByteBuffer from = ByteBuffer.allocateDirect(bytes);
        ByteBuffer to = ByteBuffer.allocateDirect(bytes);
        long[] first = new long[ROUNDS];
        long[] steady = new long[ROUNDS];
        long[] copy = new long[ROUNDS];
        for (int r = -5; r < ROUNDS; r++) {
            session.run(other, in, out);
            long a = System.nanoTime();
            session.run(level, in, out);
            long b = System.nanoTime();
            session.run(level, in, out);
            long c = System.nanoTime();
            to.put(0, from, 0, bytes);
            long d = System.nanoTime();
            if (r >= 0) {
                first[r] = b - a;
                steady[r] = c - b;
                copy[r] = d - c;
            }
        }
        long switched = Math.max(1, p50(first) - p50(steady));
        System.out.printf(
                Locale.ROOT,
                "repack to %s: %d bytes in %.3f ms, %.2f GB/s; one thread copies them in %.3f ms, %.2f GB/s; speed"
                        + " against the copy %.2f%n",
                level.name(),
                bytes,
                switched / 1e6,
                (double) bytes / switched,
                p50(copy) / 1e6,
                (double) bytes / p50(copy),
                (double) p50(copy) / switched);
    }

    private static long p50(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static FloatBuffer direct(long floats) {
        return ByteBuffer.allocateDirect(Math.toIntExact(floats * 4))
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
