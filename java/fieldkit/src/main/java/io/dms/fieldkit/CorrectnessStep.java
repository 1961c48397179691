package io.dms.fieldkit;

import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Backends;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import io.dms.runtime.SessionOptions.WeightPolicy;
import java.util.Random;

/** Every level against the CPU backend: fresh inputs, outputs poisoned, each arithmetic, both ways to launch. */
final class CorrectnessStep implements Step {
    @Override
    public String name() {
        return "correctness";
    }

    @Override
    public String shows() {
        return "outputs of every level against the CPU backend: FP32 1e-4, TF32 2e-3, FP16 1e-2";
    }

    @Override
    public void run(Kit kit) {
        Random random = new Random(kit.seed());
        Backend gpu = kit.gpu();
        Backend cpu = Backends.find("cpu");
        // Every model before another batch: where time runs out, each has been looked at.
        for (int batch : kit.quick() ? new int[] {1} : new int[] {1, 8}) {
            for (ScalableModel model : kit.models()) {
                SessionOptions plain = Kit.PLAIN.withBatch(batch);
                try (Runner want = new Runner(cpu, model, plain)) {
                    for (Precision precision : Precision.values()) {
                        for (Launch launch : Launch.values()) {
                            SessionOptions options =
                                    plain.withPrecision(precision).withLaunch(launch);
                            compare(kit, gpu, model, want, options, random);
                        }
                    }
                    SessionOptions repack =
                            plain.withWeights(WeightPolicy.REPACK).withLaunch(Launch.REBIND);
                    compare(kit, gpu, model, want, repack, random);
                }
            }
        }
    }

    private static double bar(Precision precision) {
        return switch (precision) {
            case FP32 -> 1e-4;
            case TF32 -> 2e-3;
            case FP16 -> 1e-2;
        };
    }

    private static void compare(
            Kit kit, Backend gpu, ScalableModel model, Runner want, SessionOptions options, Random random) {
        String name = model.name() + " batch " + options.batch() + " "
                + options.precision().word() + " " + options.launch().word()
                + (options.weights() == WeightPolicy.REPACK ? " repack" : "");
        double bar = bar(options.precision());
        kit.result().attempt(name, () -> {
            try (Runner got = new Runner(gpu, model, options)) {
                for (WidthLevel level : model.levels()) {
                    double error = got.error(want, level, random);
                    kit.result()
                            .row(name + " level " + level.name())
                            .with("layers", got.layers(level))
                            .judged("error", error, bar);
                }
            }
        });
    }
}
