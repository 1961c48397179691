package io.dms.backend.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.ScalableModel;
import io.dms.runtime.BundledModels;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A session that several threads call by mistake. */
class CpuSessionThreadsTest {
    private static final int THREADS = 3;

    private final ScalableModel model = BundledModels.resnet20Cifar10();
    private final FloatBuffer image = floats(3 * 32 * 32);

    private static FloatBuffer floats(int n) {
        return ByteBuffer.allocateDirect(4 * n).order(ByteOrder.nativeOrder()).asFloatBuffer();
    }

    /** Which calls are refused is chance; that a call answers right or is refused in one line is not. */
    @Test
    void a_call_answers_right_or_is_refused_and_closing_frees_nothing_that_is_in_use() throws InterruptedException {
        Session session = new CpuBackend().open(model, SessionOptions.DEFAULT.withThreads(1));
        List<FloatBuffer> expected = new ArrayList<>();
        for (int l = 0; l < model.levels().size(); l++) {
            expected.add(floats(10));
            session.run(model.levels().get(l), image, expected.get(l));
        }
        AtomicInteger answered = new AtomicInteger();
        Queue<String> wrong = new ConcurrentLinkedQueue<>();
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int first = t;
            Thread thread = new Thread(() -> {
                FloatBuffer scores = floats(10);
                for (int call = 0; call < 100; call++) {
                    int l = (first + call) % expected.size();
                    try {
                        session.run(model.levels().get(l), image, scores);
                        answered.incrementAndGet();
                        if (scores.mismatch(expected.get(l)) >= 0) {
                            wrong.add("another answer at level " + l);
                        }
                    } catch (IllegalStateException e) {
                        if (!String.valueOf(e.getMessage()).matches("the session .*(one thread at a time|closed).*")) {
                            wrong.add(e.toString());
                        }
                    } catch (RuntimeException e) {
                        wrong.add(e.toString());
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(wrong).isEmpty();
        assertThat(answered.get()).isPositive();
        session.close();
        session.close();
        assertThatThrownBy(() -> session.run(model.full(), image, floats(10)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the session is closed");
    }
}
