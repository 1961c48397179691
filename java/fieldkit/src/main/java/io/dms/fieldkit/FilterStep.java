package io.dms.fieldkit;

import io.dms.backend.cudnn.ConvShape;
import io.dms.backend.cudnn.StridedFilterProbe;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** A question: does cuDNN's graph interface take a filter that is a strided prefix of a wider one, and at what cost? */
final class FilterStep implements Step {
    /** Layers of ResNet-50 at full width: 1x1 and 3x3, early and late. */
    private static final List<ConvShape> LAYERS = List.of(
            new ConvShape(1, 64, 64, 64, 64, 56, 3, 1),
            new ConvShape(1, 256, 256, 64, 64, 56, 1, 1),
            new ConvShape(1, 256, 256, 256, 256, 14, 3, 1),
            new ConvShape(1, 1024, 1024, 256, 256, 14, 1, 1),
            new ConvShape(1, 512, 512, 512, 512, 7, 3, 1));

    @Override
    public String name() {
        return "filters";
    }

    @Override
    public String shows() {
        return "a question: engines of cuDNN's graph interface that take a filter that is a strided prefix, and their"
                + " time over the fastest engine on a packed one";
    }

    @Override
    public void run(Kit kit) {
        kit.gpu();
        for (ConvShape layer : kit.quick() ? List.of(new ConvShape(1, 32, 32, 32, 32, 9, 3, 1)) : LAYERS) {
            for (double width : new double[] {0.75, 0.5}) {
                for (boolean half : new boolean[] {true, false}) {
                    for (boolean last : new boolean[] {true, false}) {
                        ConvShape s = layer.at(width);
                        String what = s + ", " + (half ? "fp16" : "fp32") + (last ? ", KRSC" : ", KCRS");
                        kit.result().attempt(what, () -> ask(kit, what, s, half, last));
                    }
                }
            }
        }
    }

    private static void ask(Kit kit, String what, ConvShape s, boolean half, boolean last) {
        List<StridedFilterProbe.Engine> engines;
        try (StridedFilterProbe probe = new StridedFilterProbe()) {
            engines = probe.ask(s, last, half, kit.count(3, 50));
        } catch (LinkageError e) {
            kit.result().row(what).told("answer", "this flavour's preset has no graph interface");
            return;
        }
        double packed = fastest(engines, StridedFilterProbe.Engine::packedMicros);
        double strided = fastest(engines, StridedFilterProbe.Engine::stridedMicros);
        for (StridedFilterProbe.Engine e : engines) {
            Result.Row row = kit.result().row(what + ", engine " + e.engine()).with("packed us", e.packedMicros());
            if (Double.isNaN(e.stridedMicros())) {
                row.told("strided", "refused: " + e.refusal());
            } else {
                row.with("error", e.error()).told("strided us", e.stridedMicros());
            }
        }
        long taking =
                engines.stream().filter(e -> !Double.isNaN(e.stridedMicros())).count();
        kit.result()
                .row(what + ", all engines")
                .with("engines", engines.size())
                .with("take it", (double) taking)
                .with("fastest packed us", packed)
                .with("fastest strided us", strided)
                .told("strided over packed", strided / packed);
    }

    private static double fastest(
            List<StridedFilterProbe.Engine> engines, ToDoubleFunction<StridedFilterProbe.Engine> micros) {
        return engines.stream()
                .mapToDouble(micros)
                .filter(t -> !Double.isNaN(t))
                .min()
                .orElse(Double.NaN);
    }
}
