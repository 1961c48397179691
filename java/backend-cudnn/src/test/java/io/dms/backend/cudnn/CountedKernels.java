package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Bridge;
import io.dms.backend.cudnn.bridge.Images;
import io.dms.runtime.SessionOptions;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The machine's own device, where work takes as long as it has kernels of the bridge that read or write images. */
final class CountedKernels implements Hardware {
    /** All that was timed, in order. */
    final List<Double> timed = new ArrayList<>();

    private final TimedHardware machine;
    private int kernels;

    CountedKernels(Path folder) {
        machine = new TimedHardware(folder, this::count);
    }

    private double count(Runnable work) {
        int before = kernels;
        work.run();
        timed.add((double) kernels - before);
        return kernels - before;
    }

    @Override
    public @Nullable String refusal() {
        return machine.refusal();
    }

    @Override
    public void check() {
        machine.check();
    }

    @Override
    public String describe() {
        return machine.describe();
    }

    @Override
    public Opened open(SessionOptions.Precision precision) {
        Opened opened = machine.open(precision);
        Images images = opened.bridge().images();
        Images counted = proxy(Images.class, (proxy, method, arguments) -> {
            kernels++;
            return method.invoke(images, arguments);
        });
        Bridge bridge = proxy(
                Bridge.class,
                (proxy, method, arguments) ->
                        method.getName().equals("images") ? counted : method.invoke(opened.bridge(), arguments));
        return new Opened(opened.gpu(), bridge, opened.algorithms(), opened.stopwatch());
    }

    private static <T> T proxy(Class<T> type, java.lang.reflect.InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
    }
}
