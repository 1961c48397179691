package io.dms.fieldkit;

import io.dms.backend.cudnn.GpuProbe;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.BundledModels;
import io.dms.runtime.SessionOptions.Launch;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** 200,000 calls at random levels: each output bit by bit as the level's first one, and no memory grows. */
final class EnduranceStep implements Step {
    /** What the JVM itself may take while it compiles and collects. */
    private static final double HOST_BAR = 64 << 20;

    @Override
    public String name() {
        return "endurance";
    }

    @Override
    public String shows() {
        return "200,000 calls at random levels: no wrong output, no growth of device memory, host below 64 MiB";
    }

    @Override
    public void run(Kit kit) {
        kit.gpu();
        ScalableModel model = BundledModels.resnet20Cifar10();
        for (Launch launch : Launch.values()) {
            String name = model.name() + " " + launch.word();
            kit.result().attempt(name, () -> endure(kit, name, model, launch));
        }
    }

    private static void endure(Kit kit, String name, ScalableModel model, Launch launch) {
        Random random = new Random(kit.seed());
        Result result = kit.result();
        try (Runner all = new Runner(kit.gpu(), model, Kit.PLAIN.withLaunch(launch));
                GpuProbe probe = GpuProbe.open()) {
            all.feed(Runner.gaussian(all.inputs(), random));
            List<WidthLevel> levels = model.levels();
            float[][] want = levels.stream().map(all::poisoned).toArray(float[][]::new);
            int calls = kit.count(500, 100_000);
            int wrong = 0;
            long host = 0;
            long free = 0;
            for (int i = 0; i < calls; i++) {
                int l = random.nextInt(levels.size());
                wrong += Arrays.equals(all.poisoned(levels.get(l)), want[l]) ? 0 : 1;
                if (i == calls / 10) {
                    host = resident();
                    free = probe.freeBytes();
                }
                if (i % 10_000 == 0) {
                    result.progress(name + ": " + i + " of " + calls);
                }
            }
            result.row(name).with("calls", calls).judged("wrong outputs", wrong, 0);
            result.row(name + ", device").judged("bytes grown", (double) (free - probe.freeBytes()), 0);
            result.row(name + ", host").judged("bytes grown", (double) (resident() - host), HOST_BAR);
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
}
