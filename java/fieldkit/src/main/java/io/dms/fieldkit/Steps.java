package io.dms.fieldkit;

import io.dms.model.ChannelGroups;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.LevelExport;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.model.onnx.ImportOptions;
import io.dms.model.onnx.OnnxImporter;
import io.dms.model.onnx.OnnxWriter;
import io.dms.runtime.Backend;
import io.dms.runtime.Backends;
import io.dms.runtime.BundledModels;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import io.dms.runtime.SessionOptions.WeightPolicy;
import io.dms.testkit.BenchmarkNetworks;
import io.dms.testkit.TestData;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/** The steps of the field kit; each adds rows to its result as it goes. */
final class Steps {
    private static final long SEED = System.nanoTime();

    private final boolean quick;
    private final Result result;
    private final Backend gpu = Backends.find("cudnn");
    private final SessionOptions plain;

    Steps(boolean quick, Result result) {
        this.quick = quick;
        this.result = result;
        plain = SessionOptions.DEFAULT;
        result.note("backend", gpu.describe());
        result.note("seed", SEED);
    }

    private List<ScalableModel> models() {
        int size = quick ? 96 : 224;
        return List.of(
                BundledModels.resnet20Cifar10(),
                scalable(BenchmarkNetworks.mobileNetV2(1, size)),
                scalable(BenchmarkNetworks.resnet50(1, size)));
    }

    private static ScalableModel scalable(Graph graph) {
        ChannelGroups groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = DoubleStream.of(1, 0.75, 0.5, 0.25)
                .mapToObj(w -> WidthLevels.uniform(groups, w))
                .toList();
        return new ScalableModel(graph.name(), graph, groups, levels, null, Map.of());
    }

    private static ScalableModel own(ScalableModel model, WidthLevel level) {
        byte[] export = OnnxWriter.toBytes(LevelExport.graph(model, level), Map.of(), Map.of());
        return ScalableModel.plain(OnnxImporter.read(ByteBuffer.wrap(export), "own model", ImportOptions.DEFAULT)
                .graph());
    }

    /** Every level against the CPU backend: fresh inputs, outputs poisoned, each arithmetic, both ways to launch. */
    void correctness() {
        Random random = new Random(SEED);
        Backend cpu = Backends.find("cpu");
        for (ScalableModel model : models()) {
            for (int batch : quick ? new int[] {1} : new int[] {1, 8}) {
                try (Runner want = new Runner(cpu, model, plain.withBatch(batch))) {
                    for (Precision precision : Precision.values()) {
                        for (Launch launch : Launch.values()) {
                            SessionOptions options = plain.withBatch(batch)
                                    .withPrecision(precision)
                                    .withLaunch(launch);
                            String name = model.name() + " batch " + batch + " " + precision + " " + launch;
                            result.attempt(name, () -> compare(name, model, want, options, random));
                        }
                    }
                }
            }
        }
    }

    private void compare(String name, ScalableModel model, Runner want, SessionOptions options, Random random) {
        double bar = switch (options.precision()) {
            case FP32 -> 1e-4;
            case TF32 -> 2e-3;
            case FP16 -> 1e-2;
        };
        try (Runner got = new Runner(gpu, model, options)) {
            for (WidthLevel level : model.levels()) {
                float[] x = Runner.gaussian(got.inputs(), random);
                want.feed(x);
                got.feed(x);
                double error = TestData.relativeError(got.poisoned(level), want.poisoned(level));
                result.row(name + " level " + level.name(), "error", error, "bar", bar, error <= bar);
            }
        }
    }

    /** Time of a level over a model of its own, call by call in turn. */
    void levels() {
        for (ScalableModel model : models()) {
            for (Launch launch : Launch.values()) {
                String name = model.name() + " " + launch;
                result.attempt(name, () -> {
                    try (Runner all = new Runner(gpu, model, plain.withLaunch(launch))) {
                        all.feed(Runner.gaussian(all.inputs(), new Random(SEED)));
                        for (WidthLevel level : model.levels()) {
                            ratioToOwn(name, model, level, all, launch);
                        }
                    }
                });
            }
        }
    }

    private void ratioToOwn(String name, ScalableModel model, WidthLevel level, Runner all, Launch launch) {
        ScalableModel one = own(model, level);
        try (Runner own = new Runner(gpu, one, plain.withLaunch(launch))) {
            own.feed(Runner.gaussian(own.inputs(), new Random(SEED)));
            int n = quick ? 30 : 1000;
            long[] ours = new long[n];
            long[] theirs = new long[n];
            for (int i = -20; i < n; i++) {
                long a = all.call(level);
                long b = own.call(one.full());
                if (i >= 0) {
                    ours[i] = a;
                    theirs[i] = b;
                }
            }
            double ratio = median(ours) / median(theirs);
            result.row(
                    name + " level " + level.name(), "ms", median(ours) / 1e6, "over own model", ratio, ratio <= 1.02);
        }
    }

    /** The first call after a switch over a steady call. */
    void switches() {
        for (ScalableModel model : models()) {
            for (Launch launch : Launch.values()) {
                result.attempt(model.name() + " " + launch, () -> firstOverSteady(model, launch));
            }
        }
    }

    private void firstOverSteady(ScalableModel model, Launch launch) {
        try (Runner all = new Runner(gpu, model, plain.withLaunch(launch))) {
            all.feed(Runner.gaussian(all.inputs(), new Random(SEED)));
            for (WidthLevel level : model.levels()) {
                all.session.prepare(level);
            }
            int n = quick ? 20 : 500;
            long[] first = new long[n];
            long[] steady = new long[n];
            WidthLevel level = model.levels().get(0);
            WidthLevel other = model.levels().get(model.levels().size() - 1);
            for (int i = -20; i < n; i++) {
                all.call(other);
                long a = all.call(level);
                all.call(level);
                long b = all.call(level);
                if (i >= 0) {
                    first[i] = a;
                    steady[i] = b;
                }
            }
            double ratio = median(first) / median(steady);
            double bar = launch == Launch.GRAPH ? 1.02 : 1.10;
            result.row(
                    model.name() + " " + launch,
                    "steady ms",
                    median(steady) / 1e6,
                    "first over steady",
                    ratio,
                    ratio <= bar);
        }
    }

    /**
     * What a call costs more when it binds descriptors than when it replays a graph, for each node: an upper bound of the
     * host's work where the device waits for it, and nothing at all where the device is the slower.
     */
    void rebind() {
        for (ScalableModel model : models()) {
            result.attempt(model.name(), () -> {
                try (Runner graph = new Runner(gpu, model, plain.withLaunch(Launch.GRAPH));
                        Runner bound = new Runner(gpu, model, plain.withLaunch(Launch.REBIND))) {
                    WidthLevel level = model.levels().get(model.levels().size() - 1);
                    int n = quick ? 30 : 1000;
                    long[] a = new long[n];
                    long[] b = new long[n];
                    graph.feed(new float[graph.inputs()]);
                    bound.feed(new float[bound.inputs()]);
                    for (int i = -20; i < n; i++) {
                        long x = graph.call(level);
                        long y = bound.call(level);
                        if (i >= 0) {
                            a[i] = x;
                            b[i] = y;
                        }
                    }
                    int nodes = model.graphAt(level).nodes().size();
                    double each = Math.max(0, median(b) - median(a)) / nodes / 1000;
                    result.row(model.name(), "nodes", nodes, "microseconds more for each", each, each <= 3);
                }
            });
        }
    }

    /** Weights of all levels over those of separate models. */
    void memory() {
        for (ScalableModel model : models()) {
            result.attempt(model.name(), () -> {
                long separate = 0;
                for (WidthLevel level : model.levels()) {
                    ScalableModel one = own(model, level);
                    try (Runner own = new Runner(gpu, one, plain)) {
                        own.session.prepare(one.full());
                        separate += own.session.weightBytes();
                    }
                }
                bytes(model, plain, separate, "of separate models", 0.8);
                ScalableModel one = own(model, model.full());
                try (Runner own = new Runner(gpu, one, plain)) {
                    own.session.prepare(one.full());
                    SessionOptions repack =
                            plain.withWeights(WeightPolicy.REPACK).withLaunch(Launch.REBIND);
                    bytes(model, repack, own.session.weightBytes(), "repacked, of one model", 1.1);
                }
            });
        }
    }

    private void bytes(ScalableModel model, SessionOptions options, long of, String what, double bar) {
        try (Runner all = new Runner(gpu, model, options)) {
            for (WidthLevel level : model.levels()) {
                all.session.prepare(level);
            }
            double ratio = (double) all.session.weightBytes() / of;
            result.row(model.name(), "weight bytes", (double) all.session.weightBytes(), what, ratio, ratio <= bar);
        }
    }

    /** Calls at random levels: each output as the level's first one, and no growth of this process. */
    void endurance() {
        ScalableModel model = BundledModels.resnet20Cifar10();
        for (Launch launch : Launch.values()) {
            result.attempt(model.name() + " " + launch, () -> endure(model, launch));
        }
    }

    private void endure(ScalableModel model, Launch launch) {
        Random random = new Random(SEED);
        try (Runner all = new Runner(gpu, model, plain.withLaunch(launch))) {
            all.feed(Runner.gaussian(all.inputs(), random));
            List<WidthLevel> levels = model.levels();
            float[][] want = levels.stream().map(all::poisoned).toArray(float[][]::new);
            int calls = quick ? 500 : 100_000;
            int wrong = 0;
            long before = 0;
            for (int i = 0; i < calls; i++) {
                int l = random.nextInt(levels.size());
                wrong += Arrays.equals(all.poisoned(levels.get(l)), want[l]) ? 0 : 1;
                if (i == calls / 10) {
                    before = resident();
                }
                if (i % 10_000 == 0) {
                    result.progress(model.name() + " " + launch + ": " + i + " of " + calls);
                }
            }
            result.row(model.name() + " " + launch, "calls", calls, "wrong outputs", wrong, wrong == 0);
            long grown = resident() - before;
            result.row(model.name() + " " + launch, "calls", calls, "bytes grown", (double) grown, grown < 64L << 20);
        }
    }

    private static long resident() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            return lines.filter(l -> l.startsWith("VmRSS"))
                    .mapToLong(l -> 1024 * Long.parseLong(l.replaceAll("[^0-9]", "")))
                    .findFirst()
                    .orElse(0);
        } catch (IOException e) {
            return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
        }
    }

    private static double median(long[] values) {
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        return (double) sorted[sorted.length / 2];
    }
}
