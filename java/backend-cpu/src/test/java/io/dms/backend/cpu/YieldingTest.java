package io.dms.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A session that yields gives the same answers, on however many threads. */
class YieldingTest {
    private final ScalableModel model = BundledModels.resnet20Cifar10();
    private final FloatBuffer in = floats(3 * 32 * 32);
    private final FloatBuffer out = floats(10);
    private final FloatBuffer expected = floats(10);

    private static FloatBuffer floats(int n) {
        return ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    YieldingTest() {
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < in.capacity(); i++) {
            in.put(i, (float) random.nextDouble(-1, 1));
        }
    }

    @Test
    void answers_are_the_same_while_others_come_and_go() throws IOException {
        List<Process> others = new ArrayList<>();
        try (Session plain = new CpuBackend().open(model, SessionOptions.DEFAULT);
                Session yielding = new CpuBackend().open(model, SessionOptions.DEFAULT.withYielding(true))) {
            model.levels().forEach(yielding::prepare);
            int call = 0;
            for (int held = 0; held < 3; held++) {
                if (held > 0) {
                    others.add(new ProcessBuilder("sh", "-c", "while :; do :; done").start());
                }
                long end = System.nanoTime() + 350_000_000;
                while (System.nanoTime() < end) {
                    WidthLevel level =
                            model.levels().get(call++ % model.levels().size());
                    yielding.run(level, in, out);
                    plain.run(level, in, expected);
                    for (int i = 0; i < 10; i++) {
                        assertThat(out.get(i)).isCloseTo(expected.get(i), within(1e-4f));
                    }
                }
            }
        } finally {
            others.forEach(Process::destroyForcibly);
        }
    }

    @Test
    void calls_allocate_nothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long least = Long.MAX_VALUE;
        try (Session yielding = new CpuBackend().open(model, SessionOptions.DEFAULT.withYielding(true))) {
            model.levels().forEach(yielding::prepare);
            for (int round = 0; round < 5; round++) {
                long before = threads.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < 400; i++) {
                    yielding.run(model.levels().get(i % 4), in, out);
                }
                least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            }
        }
        assertThat(least).isZero();
    }

    @Test
    void plans_of_several_thread_counts_share_weights_and_leave_nothing_behind() {
        long before = Dnnl.live();
        long plainBytes;
        try (Session plain = new CpuBackend().open(model, SessionOptions.DEFAULT)) {
            model.levels().forEach(plain::prepare);
            plainBytes = plain.weightBytes();
        }
        try (Session yielding = new CpuBackend().open(model, SessionOptions.DEFAULT.withYielding(true))) {
            model.levels().forEach(yielding::prepare);
            assertThat(yielding.weightBytes()).isLessThan(plainBytes * 3 / 2);
        }
        assertThat(Dnnl.live()).isEqualTo(before);
    }
}
