package io.dms.backend.tensorrt;

import io.dms.backend.tensorrt.PlanSource.Wanted;
import io.dms.backend.tensorrt.cache.BuildListener;
import io.dms.backend.tensorrt.cache.CachedEngine;
import io.dms.backend.tensorrt.cache.EngineCache;
import io.dms.backend.tensorrt.cache.EngineCheck;
import io.dms.backend.tensorrt.cache.EngineOptions;
import io.dms.backend.tensorrt.cache.EngineRequest;
import io.dms.backend.tensorrt.cache.PlanBuilder;
import io.dms.backend.tensorrt.cache.PlanMemory;
import io.dms.model.Graph;
import io.dms.model.GroupAnalysis;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.WidthLevel;
import io.dms.model.WidthLevels;
import io.dms.model.onnx.ImportOptions;
import io.dms.runtime.SessionOptions;
import io.dms.testkit.BenchmarkNetworks;
import io.dms.testkit.ReferenceBackend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;

/**
 * The second start of a program with a full cache, as far as it goes without a device: from the start of the process to
 * the moment when the plans of all four levels of a ResNet-50 were verified in memory, by what a session calls that makes
 * all its levels ready ({@link TensorRtSession#prepareAll}), or only one. Plans hold the levels' weights in single
 * precision, and each is freed before the next is taken, as once an engine was made of it. Run it in one folder twice:
 * the first run fills the cache.
 */
final class WarmStart {
    /** Of the system's clock, in a second. */
    private static final double TICKS = 100;

    /** Places in {@code /proc/self/stat} behind the name: ticks of processor, and the tick that the process began at. */
    private static final int USER = 11;

    private static final int STARTED = 19;

    private WarmStart() {}

    /** @param args a folder; then {@code first} for a session that makes the widest level ready and no other */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        Path file = folder.resolve("resnet50.dms.onnx");
        Path engines = folder.resolve("engines");
        if (!Files.exists(file)) {
            fill(file, engines);
            System.out.println("the cache is full now: run this again");
            return;
        }
        String running = at();
        ScalableModel model = ScalableModelFile.readAny(file, ImportOptions.DEFAULT.withEngines());
        String read = at();
        model.graph().digestAhead();
        EngineOptions options = TensorRtEngineBuilder.engineOptions(model, SessionOptions.DEFAULT);
        List<Wanted> wanted = new ArrayList<>();
        for (WidthLevel level : model.levels()) {
            if (args.length < 2 || wanted.isEmpty()) {
                wanted.add(new Wanted(level, EngineRequest.of(model, level, options)));
            }
        }
        String first = null;
        String all;
        long bytes = 0;
        PlanBuilder builder = new PlanBuilder();
        PlanSource plans = new CachedPlans(cache(engines, builder), model, new ReferenceBackend());
        try {
            plans.announce(wanted);
            for (Wanted w : wanted) {
                try (PlanMemory plan = plans.plan(w.level(), w.request())) {
                    bytes += plan.bytes().remaining();
                }
                first = first == null ? at() : first;
            }
            all = at();
        } finally {
            plans.close();
        }
        System.out.println((builder.builds() > 0 ? "start with builds" : "second start")
                + ", seconds, of processor in brackets: in main after " + running + ", model read after " + read
                + ", first plan verified after " + first + ", all " + bytes + " bytes of plans after " + all
                + "; reading all levels' bytes alone takes " + reading(engines));
    }

    private static EngineCache cache(Path engines, PlanBuilder builder) {
        return new EngineCache(engines, 4L << 30, builder, System.out::println);
    }

    private static void fill(Path file, Path engines) {
        Graph graph = BenchmarkNetworks.resnet50(1, 224);
        var groups = GroupAnalysis.analyze(graph);
        List<WidthLevel> levels = DoubleStream.of(1, 0.75, 0.5, 0.25)
                .mapToObj(w -> WidthLevels.uniform(groups, w))
                .toList();
        ScalableModelFile.write(new ScalableModel("resnet50", graph, groups, levels, null, Map.of()), file);
        ScalableModel model = ScalableModelFile.read(file);
        EngineOptions options = TensorRtEngineBuilder.engineOptions(model, SessionOptions.DEFAULT);
        EngineCache cache = cache(engines, new PlanBuilder());
        for (WidthLevel level : model.levels()) {
            EngineRequest request = EngineRequest.of(model, level, options);
            EngineCheck unchecked = fresh -> new EngineCheck.Verdict(true, "was not looked at");
            try (CachedEngine engine = cache.get(request, unchecked, BuildListener.NONE)) {
                Objects.requireNonNull(engine).takePlan().close();
            }
        }
    }

    /**
     * Seconds since the process began, and seconds of processor that it took, those of its compilers among them, to the
     * hundredth that the system keeps. The beans of java.lang.management would say so, too, and themselves take longer than
     * the rest of a start; {@link ProcessHandle} has the beginning on a clock whose zero is known to the second.
     */
    private static String at() throws IOException {
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        double up = Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ", 2)[0]);
        double began = Long.parseLong(fields[STARTED]) / TICKS;
        double processor = (Long.parseLong(fields[USER]) + Long.parseLong(fields[USER + 1])) / TICKS;
        return hundredths(up - began) + " (" + hundredths(processor) + ")";
    }

    private static double hundredths(double seconds) {
        return Math.round(seconds * 1e2) / 1e2;
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
        return hundredths((System.nanoTime() - start) / 1e9);
    }
}
