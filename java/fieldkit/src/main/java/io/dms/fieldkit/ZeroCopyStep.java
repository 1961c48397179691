package io.dms.fieldkit;

import io.dms.backend.cudnn.ConvShape;
import io.dms.backend.cudnn.ZeroCopyProbe;
import java.util.List;

/** A question: is a product over weights in the order [C][R][S][K], in place, ever faster than packed weights? */
final class ZeroCopyStep implements Step {
    /** The 3x3 layers of ResNet-50 and its first one, at full width. */
    private static final List<ConvShape> LAYERS = List.of(
            new ConvShape(1, 64, 64, 64, 64, 56, 3, 1),
            new ConvShape(1, 128, 128, 128, 128, 28, 3, 1),
            new ConvShape(1, 128, 128, 128, 128, 56, 3, 2),
            new ConvShape(1, 256, 256, 256, 256, 14, 3, 1),
            new ConvShape(1, 512, 512, 512, 512, 7, 3, 1));

    @Override
    public String name() {
        return "zero-copy";
    }

    @Override
    public String shows() {
        return "a question: products over weights in place, [C][R][S][K], over cuDNN's fastest on packed weights;"
                + " below 1 they are faster";
    }

    @Override
    public void run(Kit kit) {
        kit.gpu();
        for (ConvShape layer : kit.quick() ? List.of(new ConvShape(1, 32, 32, 32, 32, 9, 3, 1)) : LAYERS) {
            for (int batch : kit.quick() ? new int[] {1} : new int[] {1, 8}) {
                for (double width : new double[] {1, 0.75, 0.5, 0.25}) {
                    for (boolean half : new boolean[] {false, true}) {
                        ConvShape s = layer.at(width).withBatch(batch);
                        String what = s + ", " + (half ? "fp16" : "fp32");
                        kit.result().attempt(what, () -> measure(kit, what, s, half));
                    }
                }
            }
        }
    }

    private static void measure(Kit kit, String what, ConvShape s, boolean half) {
        try (ZeroCopyProbe probe = new ZeroCopyProbe()) {
            ZeroCopyProbe.Times t = probe.measure(s, half, kit.count(3, 50));
            kit.result()
                    .row(what)
                    .with("packed us", t.packed())
                    .with("columns us", t.columns())
                    .with("shifts us", t.shifts())
                    .with("columns error", t.columnsError())
                    .with("shifts error", t.shiftsError())
                    .told("in place over packed", t.ratio());
        }
    }
}
