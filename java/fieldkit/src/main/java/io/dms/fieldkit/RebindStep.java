package io.dms.fieldkit;

import io.dms.backend.cudnn.GpuProbe;
import io.dms.model.ScalableModel;

/** What the host does for each layer of a call that binds descriptors anew: the device is not waited for. */
final class RebindStep implements Step {
    private static final double BAR = 3;

    @Override
    public String name() {
        return "rebind";
    }

    @Override
    public String shows() {
        return "host time of a call with rebind, after a switch: 3 microseconds a layer";
    }

    @Override
    public void run(Kit kit) {
        kit.gpu();
        for (ScalableModel model : kit.models()) {
            kit.result().attempt(model.name(), () -> {
                GpuProbe.HostTime found = GpuProbe.hostTime(
                        model, model.levels().get(0), model.levels().get(1), kit.count(30, 1000));
                kit.result()
                        .row(model.name() + ", at a switch")
                        .with("steps", found.steps())
                        .judged("microseconds a step", Kit.median(found.switching()) / 1000 / found.steps(), BAR);
                kit.result()
                        .row(model.name() + ", steady")
                        .with("steps", found.steps())
                        .judged("microseconds a step", Kit.median(found.steady()) / 1000 / found.steps(), BAR);
            });
        }
    }
}
