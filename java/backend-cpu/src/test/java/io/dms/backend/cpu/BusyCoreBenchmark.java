package io.dms.backend.cpu;

import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.BundledModels;
import io.dms.runtime.LatencyRecorder;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * What other processes that hold cores do to a stream of calls, with and without yielding. Not part of the build: {@code
 * mvn -Dquick -pl java/backend-cpu -am test -Dtest=BusyCoreBenchmark -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class BusyCoreBenchmark {
    private static final long PERIOD_NANOS = 20_000_000;
    private static final int FRAMES = 250;

    @Test
    void others_hold_cores() throws IOException {
        int cores = Runtime.getRuntime().availableProcessors();
        System.out.println("cores held  threads   p50 ms  p90 ms  p99 ms   (bundled model, full width, 50 frames/s)");
        for (int held = 0; held <= cores; held++) {
            List<Process> hogs = new ArrayList<>();
            try {
                for (int i = 0; i < held; i++) {
                    hogs.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
                }
                row(held, "all", SessionOptions.DEFAULT);
                row(held, "1", SessionOptions.DEFAULT.withThreads(1));
                row(held, "yielding", SessionOptions.DEFAULT.withYielding(true));
            } finally {
                hogs.forEach(Process::destroyForcibly);
            }
        }
    }

    private static void row(int held, String name, SessionOptions options) {
        ScalableModel model = BundledModels.resnet20Cifar10();
        LatencyRecorder latency = new LatencyRecorder();
        try (Session session = new CpuBackend().open(model, options)) {
            WidthLevel level = model.full();
            session.prepare(level);
            FloatBuffer in = floats(3 * 32 * 32);
            FloatBuffer out = floats(10);
            long due = System.nanoTime();
            for (int i = 0; i < FRAMES + 25; i++) {
                due += PERIOD_NANOS;
                long wait = due - System.nanoTime();
                if (wait > 0) {
                    LockSupport.parkNanos(wait);
                }
                long start = System.nanoTime();
                session.run(level, in, out);
                if (i >= 25) {
                    latency.record(System.nanoTime() - start);
                }
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%10d  %8s  %6.3f  %6.3f  %6.3f%n",
                held,
                name,
                latency.percentileMillis(50),
                latency.percentileMillis(90),
                latency.percentileMillis(99));
    }

    private static FloatBuffer floats(int n) {
        return ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }
}
