package io.dms.backend.tensorrt.cache;

import io.dms.backend.tensorrt.cache.EngineOptions.Precision;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.testkit.BenchmarkNetworks;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;

/**
 * The second start of a program with a full cache, as far as it goes without a device: from the start of the process to
 * the moment when the plans of all four levels of a ResNet-50 lie verified in memory. Plans hold the levels' weights in
 * single precision. Twice in one folder: the first run fills the cache, the second is the one to look at.
 */
final class WarmStart {
    private WarmStart() {}

    /** @param args a folder */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Path file = folder.resolve("resnet50.dms.onnx");
        boolean first = !Files.exists(file);
        if (first) {
            Graph graph = BenchmarkNetworks.resnet50(1, 224);
            var groups = GroupAnalysis.analyze(graph);
            List<WidthLevel> levels = DoubleStream.of(1, 0.75, 0.5, 0.25)
                    .mapToObj(w -> WidthLevels.uniform(groups, w))
                    .toList();
            ScalableModelFile.write(new ScalableModel("resnet50", graph, groups, levels, null, Map.of()), file);
        }
        double running = sinceStart();
        double runningCpu = computing();
        ScalableModel model = ScalableModelFile.read(file);
        double read = sinceStart();
        double readCpu = computing();
        EngineOptions options = EngineOptions.of(model.graph(), Precision.FP32, 1);
        EngineCache cache =
                new EngineCache(folder.resolve("engines"), 4L << 30, new PlanBuilder(), System.out::println);
        List<CachedEngine> engines = new ArrayList<>();
        List<ByteBuffer> plans = new ArrayList<>();
        for (WidthLevel level : model.levels()) {
            EngineRequest request = EngineRequest.of(model, level, options);
            CachedEngine engine = Objects.requireNonNull(cache.get(request, Levels.UNCHECKED, BuildListener.NONE));
            engines.add(engine);
            plans.add(engine.takePlan().bytes());
        }
        double all = sinceStart();
        double allCpu = computing();
        long bytes = plans.stream().mapToLong(ByteBuffer::remaining).sum();
        double disk = reading(folder.resolve("engines"));
        boolean built = engines.stream().anyMatch(CachedEngine::fresh);
        System.out.println((first ? "first start" : built ? "start with builds" : "second start")
                + ", seconds, of processor in brackets: in main after " + running + " (" + runningCpu
                + "), model read after "
                + read + " (" + readCpu + "), " + bytes + " bytes of plans verified after " + all + " (" + allCpu
                + "); reading these bytes alone takes " + disk);
        engines.forEach(CachedEngine::close);
    }

    /** Seconds since the process began, to the hundredth that the system keeps. */
    private static double sinceStart() {
        Instant began = ProcessHandle.current().info().startInstant().orElseThrow();
        return hundredths(Duration.between(began, Instant.now()));
    }

    /**
     * Seconds of processor that the process took, those of its compilers among them: what a busy machine does not change. The
     * beans of java.lang.management would say so, too, and themselves take longer than the rest of a start.
     */
    private static double computing() {
        return hundredths(ProcessHandle.current().info().totalCpuDuration().orElseThrow());
    }

    private static double hundredths(Duration d) {
        return Math.round(d.toNanos() / 1e7) / 1e2;
    }

    /** Seconds to read all plans from where they are now. */
    private static double reading(Path engines) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        long start = System.nanoTime();
        try (var files = Files.newDirectoryStream(engines, "*.plan")) {
            for (Path f : files) {
                try (FileChannel channel = FileChannel.open(f)) {
                    while (channel.read(buffer.clear()) >= 0) {
                        // read and dropped
                    }
                }
            }
        }
        return Math.round((System.nanoTime() - start) / 1e7) / 1e2;
    }
}
