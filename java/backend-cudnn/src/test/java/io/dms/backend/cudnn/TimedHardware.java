package io.dms.backend.cudnn;

import io.dms.runtime.SessionOptions;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The machine's own device with a stopwatch and a cache of a test's own, so that what a search takes is no matter of chance. */
final class TimedHardware implements Hardware {
    private final Machine machine = new Machine();
    private final Path folder;
    private final Stopwatch stopwatch;

    TimedHardware(Path folder, Stopwatch stopwatch) {
        this.folder = folder;
        this.stopwatch = stopwatch;
    }

    /** Whatever is timed later is faster: the last plan that is tried wins. */
    static Stopwatch laterIsFaster() {
        return new Stopwatch() {
            private double next = 1e9;

            @Override
            public double micros(Runnable work) {
                return next--;
            }
        };
    }

    /** All take the same time, so that the legacy algorithm stays. */
    static Stopwatch allAlike() {
        return work -> 1;
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
        return new Opened(opened.gpu(), opened.bridge(), cache(), stopwatch);
    }

    /** What is on disk now. */
    AlgorithmCache cache() {
        return new AlgorithmCache(folder, "stand-in");
    }
}
