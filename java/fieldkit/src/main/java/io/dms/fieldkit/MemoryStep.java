package io.dms.fieldkit;

import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.WeightPolicy;
import java.util.List;

/** Weights of all levels over those of separate models. */
final class MemoryStep implements Step {
    @Override
    public String name() {
        return "memory";
    }

    @Override
    public String shows() {
        return "weight memory of all levels, ResNet-50: 0.8 of separate models (aim 0.55); repacked 1.1 of one";
    }

    @Override
    public void run(Kit kit) {
        kit.gpu();
        for (ScalableModel model : kit.models()) {
            kit.result().attempt(model.name(), () -> measure(kit, model));
        }
    }

    private static void measure(Kit kit, ScalableModel model) {
        long separate = 0;
        long one = 0;
        for (WidthLevel level : model.levels()) {
            long own = bytes(kit, Kit.own(model, level), Kit.PLAIN);
            separate += own;
            one = Math.max(one, own);
        }
        long all = bytes(kit, model, Kit.PLAIN);
        Result.Row row = kit.result()
                .row(model.name() + ", all levels")
                .with("bytes", (double) all)
                .with("separate models", (double) separate);
        // Networks of few or small 1x1 layers have little to share: the bar is one network's.
        if (model.name().startsWith("resnet50")) {
            row.judged("of separate models", (double) all / separate, 0.8);
        } else {
            row.told("of separate models", (double) all / separate);
        }
        SessionOptions repack = Kit.PLAIN.withWeights(WeightPolicy.REPACK).withLaunch(Launch.REBIND);
        long repacked = bytes(kit, model, repack);
        kit.result()
                .row(model.name() + ", repacked")
                .with("bytes", (double) repacked)
                .with("one model", (double) one)
                .judged("of one model", (double) repacked / one, 1.1);
    }

    private static long bytes(Kit kit, ScalableModel model, SessionOptions options) {
        try (Runner r = new Runner(kit.gpu(), model, options)) {
            List<WidthLevel> levels = model.levels().isEmpty() ? List.of(model.full()) : model.levels();
            levels.forEach(r.session::prepare);
            return r.session.weightBytes();
        }
    }
}
