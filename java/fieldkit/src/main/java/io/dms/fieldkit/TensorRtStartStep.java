package io.dms.fieldkit;

import io.dms.backend.tensorrt.cache.EngineCache;
import io.dms.backend.tensorrt.cache.EngineStore;
import io.dms.backend.tensorrt.cache.StoredEngine;
import io.dms.model.ScalableModel;
import io.dms.runtime.Backend;
import io.dms.runtime.BundledModels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * From the start of this process to the first inference with every level ready, engines from the cache. Each step of the
 * kit is a process of its own: this one runs after those that built the engines.
 */
final class TensorRtStartStep implements Step {
    private static final double ALLOWED_SECONDS = 0.5;

    /** Of the system's clock, in a second. */
    private static final double TICKS = 100;

    /** Place in {@code /proc/self/stat}, behind the name, of the tick that the process began at. */
    private static final int STARTED = 19;

    @Override
    public String name() {
        return "tensorrt-start";
    }

    @Override
    public String shows() {
        return "second start with a full cache, four levels, to the first inference: reading the engines + 0.5 s";
    }

    @Override
    public void run(Kit kit) {
        EngineStore store = EngineStore.open(EngineCache.defaultFolder());
        List<StoredEngine> kept = store == null ? List.of() : store.list();
        ScalableModel model = BundledModels.resnet20Cifar10();
        List<String> ours = kept.stream()
                .filter(e -> e.record() != null
                        && e.record().model().equals(model.name())
                        && "FP32".equals(e.record().key().fields().get("precision")))
                .map(StoredEngine::id)
                .toList();
        Backend tensorrt = TensorRtStep.find(kit);
        if (tensorrt == null) {
            return;
        }
        if (ours.size() < model.levels().size()) {
            kit.result().row("start").told("left out", "the cache is not full: run the step tensorrt before");
            return;
        }
        double seconds;
        try (Runner all = new Runner(tensorrt, model, Kit.PLAIN)) {
            all.feed(Runner.gaussian(all.inputs(), new Random(kit.seed())));
            all.session.prepareAll(model.levels());
            all.call(model.full());
            seconds = sinceStart();
        }
        double reading =
                reading(EngineCache.defaultFolder(), ours) * model.levels().size() / ours.size();
        kit.result()
                .row(model.name() + ", start with every level ready")
                .with("levels", model.levels().size())
                .with("reading their engines s", reading)
                .judged("seconds", seconds, reading + ALLOWED_SECONDS);
    }

    /**
     * Seconds since this process began. The beans of java.lang.management know the moment, too, and take a tenth of a second
     * themselves.
     */
    private static double sinceStart() {
        try {
            String stat = Files.readString(Path.of("/proc/self/stat"));
            String[] behindName = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
            String up = Files.readString(Path.of("/proc/uptime"));
            return Double.parseDouble(up.substring(0, up.indexOf(' '))) - Long.parseLong(behindName[STARTED]) / TICKS;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Seconds to read these plans, from where they are now. */
    private static double reading(Path folder, List<String> ids) {
        ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 20);
        long start = System.nanoTime();
        for (String id : ids) {
            try (FileChannel channel = FileChannel.open(folder.resolve(id + ".plan"))) {
                while (channel.read(buffer.clear()) >= 0) {
                    // read and dropped
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }
}
