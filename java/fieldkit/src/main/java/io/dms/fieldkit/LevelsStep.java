package io.dms.fieldkit;

import io.dms.backend.cudnn.GpuProbe;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import java.util.Random;

/**
 * Time of a level over a network of its own width, in turn, so that drift hits both: whole calls as the host sees them,
 * and the device's time by replays without a wait between them, which the bar is for.
 */
final class LevelsStep implements Step {
    private static final double BAR = 1.02;

    @Override
    public String name() {
        return "levels";
    }

    @Override
    public String shows() {
        return "a level over an own model of that width: device time with graphs 1.02 (whole calls and rebind beside"
                + " it)";
    }

    @Override
    public void run(Kit kit) {
        Backend gpu = kit.gpu();
        for (ScalableModel model : kit.models()) {
            for (Launch launch : Launch.values()) {
                String name = model.name() + " " + launch.word();
                SessionOptions options = Kit.PLAIN.withLaunch(launch);
                kit.result().attempt(name, () -> {
                    try (Runner all = new Runner(gpu, model, options)) {
                        all.feed(Runner.gaussian(all.inputs(), new Random(kit.seed())));
                        for (WidthLevel level : model.levels()) {
                            ratio(kit, name, model, level, all, options);
                        }
                    }
                });
            }
        }
    }

    private static void ratio(
            Kit kit, String name, ScalableModel model, WidthLevel level, Runner all, SessionOptions options) {
        ScalableModel one = Kit.own(model, level);
        try (Runner own = new Runner(kit.gpu(), one, options)) {
            own.feed(Runner.gaussian(own.inputs(), new Random(kit.seed())));
            int n = kit.count(30, 1000);
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
            Result.Row row = kit.result()
                    .row(name + " level " + level.name())
                    .with("ms", Kit.median(ours) / 1e6)
                    .with("own model ms", Kit.median(theirs) / 1e6)
                    .with("layers", all.layers(level));
            double ratio = Kit.median(ours) / Kit.median(theirs);
            if (options.launch() == Launch.REBIND) {
                row.told("over own model", ratio);
                return;
            }
            GpuProbe.DeviceTime device = GpuProbe.deviceTime(model, level, one, kit.count(5, 50), 20);
            row.with("call over own model", ratio)
                    .with("device us", Kit.median(device.level()) / 1e3)
                    .with("own model device us", Kit.median(device.own()) / 1e3)
                    .judged("device over own model", Kit.median(device.level()) / Kit.median(device.own()), BAR);
        }
    }
}
