package io.dms.fieldkit;

import io.dms.model.EnvironmentException;
import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Backends;
import io.dms.runtime.BundledModels;
import io.dms.runtime.RawCalls;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * TensorRT: outputs of every level against the CPU first; where they hold, our call over the library's own, switches, and
 * the scratch memory of all levels over that of the largest.
 */
final class TensorRtStep implements Step {
    private static final int STEADY_CALLS = 2;

    @Override
    public String name() {
        return "tensorrt";
    }

    @Override
    public String shows() {
        return "TensorRT: outputs FP32 1e-4, TF32 2e-3, FP16 1e-2; our call over a raw enqueue 1.02; first call after a"
                + " switch 1.05; scratch memory of all levels over the largest's 1.05";
    }

    @Override
    public void run(Kit kit) {
        Backend tensorrt = find(kit);
        if (tensorrt == null) {
            return;
        }
        int before = kit.result().failures();
        correctness(kit, tensorrt);
        if (kit.result().failures() > before) {
            kit.result().row("figures").told("left out", "outputs are wrong: nothing is measured");
            return;
        }
        for (ScalableModel model : kit.models()) {
            for (Launch launch : Launch.values()) {
                String name = model.name() + " " + launch.word();
                kit.result().attempt(name + " over raw", () -> overRaw(kit, tensorrt, name, model, launch));
                kit.result().attempt(name + " switch", () -> switches(kit, tensorrt, name, model, launch));
            }
            kit.result().attempt(model.name() + " memory", () -> memory(kit, tensorrt, model));
        }
    }

    /**
     * The backend, or null where there is a GPU without TensorRT, which is no failure: the result says why.
     *
     * @throws EnvironmentException where there is no GPU either
     */
    static @Nullable Backend find(Kit kit) {
        Backend found = Backends.find("tensorrt");
        Graph graph = BundledModels.resnet20Cifar10().graph();
        List<String> refusals = found.refusals(graph);
        if (!refusals.isEmpty()) {
            if (!Backends.find("cudnn").refusals(graph).isEmpty()) {
                throw new EnvironmentException(String.join("; ", refusals));
            }
            kit.result().row("TensorRT").told("left out", String.join("; ", refusals));
            return null;
        }
        kit.result().note("backend", found.describe());
        return found;
    }

    private static void correctness(Kit kit, Backend tensorrt) {
        Random random = new Random(kit.seed());
        Backend cpu = Backends.find("cpu");
        for (ScalableModel model : kit.models()) {
            for (int batch : kit.quick() ? new int[] {1} : new int[] {1, 8}) {
                SessionOptions plain = Kit.PLAIN.withBatch(batch);
                for (Precision precision : Precision.values()) {
                    for (Launch launch : Launch.values()) {
                        String name = model.name() + " batch " + batch + " " + precision.word() + " " + launch.word();
                        SessionOptions options = plain.withPrecision(precision).withLaunch(launch);
                        kit.result().attempt(name, () -> {
                            try (Runner want = new Runner(cpu, model, plain);
                                    Runner got = new Runner(tensorrt, model, options)) {
                                compare(kit, name, model, want, got, bar(precision), random);
                            }
                        });
                    }
                }
            }
        }
    }

    static double bar(Precision precision) {
        return switch (precision) {
            case FP32 -> 1e-4;
            case TF32 -> 2e-3;
            case FP16 -> 1e-2;
        };
    }

    /** Every level, outputs poisoned before each call. */
    static void compare(Kit kit, String name, ScalableModel model, Runner want, Runner got, double bar, Random random) {
        for (WidthLevel level : model.levels()) {
            kit.result().row(name + " level " + level.name()).judged("error", got.error(want, level, random), bar);
        }
    }

    private static void overRaw(Kit kit, Backend tensorrt, String name, ScalableModel model, Launch launch) {
        try (Runner ours = new Runner(tensorrt, model, Kit.PLAIN.withLaunch(launch))) {
            ours.feed(Runner.gaussian(ours.inputs(), new Random(kit.seed())));
            for (WidthLevel level : model.levels()) {
                Runnable raw = ((RawCalls) ours.session).raw(level);
                int n = kit.count(40, 2000);
                long[] a = new long[n];
                long[] b = new long[n];
                for (int i = -20; i < n; i++) {
                    int at = Math.max(0, i);
                    // In turn, and each first as often as the other, so that drift favours neither.
                    if (i % 2 == 0) {
                        a[at] = ours.call(level);
                        b[at] = time(raw);
                    } else {
                        b[at] = time(raw);
                        a[at] = ours.call(level);
                    }
                }
                kit.result()
                        .row(name + " level " + level.name() + ", our call over a raw enqueue")
                        .with("ours ms", Kit.median(a) / 1e6)
                        .with("raw ms", Kit.median(b) / 1e6)
                        .judged("ratio", Kit.median(a) / Kit.median(b), 1.02);
            }
        }
    }

    private static long time(Runnable call) {
        long start = System.nanoTime();
        call.run();
        return System.nanoTime() - start;
    }

    private static void switches(Kit kit, Backend tensorrt, String name, ScalableModel model, Launch launch) {
        try (Runner all = new Runner(tensorrt, model, Kit.PLAIN.withLaunch(launch))) {
            all.feed(Runner.gaussian(all.inputs(), new Random(kit.seed())));
            List<WidthLevel> levels = model.levels();
            levels.forEach(all.session::prepare);
            int n = kit.count(40, 1000);
            int[] to = new int[n];
            long[] first = new long[n];
            long[] steady = new long[n * STEADY_CALLS];
            Random random = new Random(kit.seed());
            for (int i = -20; i < n; i++) {
                int at = Math.max(0, i);
                int from = random.nextInt(levels.size());
                to[at] = (from + 1 + random.nextInt(levels.size() - 1)) % levels.size();
                all.call(levels.get(from));
                all.call(levels.get(from));
                first[at] = all.call(levels.get(to[at]));
                for (int s = 0; s < STEADY_CALLS; s++) {
                    steady[at * STEADY_CALLS + s] = all.call(levels.get(to[at]));
                }
            }
            kit.result()
                    .row(name + ", switch")
                    .with("switches", n)
                    .with("steady ms", Kit.median(steady) / 1e6)
                    .judged("first over steady", SwitchStep.ratio(levels.size(), to, first, steady), 1.05);
        }
    }

    private static void memory(Kit kit, Backend tensorrt, ScalableModel model) {
        double largest = 0;
        for (WidthLevel level : model.levels()) {
            try (Runner one = new Runner(tensorrt, model, Kit.PLAIN)) {
                one.session.prepare(level);
                largest = Math.max(largest, (double) one.session.arenaBytes());
            }
        }
        try (Runner all = new Runner(tensorrt, model, Kit.PLAIN)) {
            model.levels().forEach(all.session::prepare);
            kit.result()
                    .row(model.name() + ", scratch memory of all levels")
                    .with("bytes", (double) all.session.arenaBytes())
                    .with("engines' bytes", (double) all.session.weightBytes())
                    .judged("over the largest", all.session.arenaBytes() / Math.max(1, largest), 1.05);
        }
    }
}
