package io.dms.testkit;

import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.Session;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Threads that call one session by mistake. */
final class OneSessionManyThreads {
    private static final int THREADS = 3;

    private final Session session;
    private final FloatBuffer[] inputs;
    private final List<FloatBuffer[]> expected;
    private final AtomicInteger answered = new AtomicInteger();
    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();

    /** @param expected the outputs of each level on {@code inputs} */
    OneSessionManyThreads(Session session, FloatBuffer[] inputs, List<FloatBuffer[]> expected) {
        this.session = session;
        this.inputs = inputs;
        this.expected = List.copyOf(expected);
    }

    /**
     * Calls at all levels, from all threads at once. Which calls are refused is chance; that a call answers right or is refused in
     * one line is not.
     *
     * @return what was neither
     */
    List<String> call(int times) throws InterruptedException {
        List<Thread> threads = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            int first = t;
            threads.add(new Thread(() -> repeat(first, times)));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        return List.copyOf(wrong);
    }

    /** How many calls were answered. */
    int answered() {
        return answered.get();
    }

    private void repeat(int first, int times) {
        ScalableModel model = session.model();
        FloatBuffer[] outputs = new FloatBuffer[expected.get(0).length];
        for (int o = 0; o < outputs.length; o++) {
            outputs[o] = Rig.direct(expected.get(0)[o].capacity());
        }
        for (int call = 0; call < times; call++) {
            int l = (first + call) % expected.size();
            WidthLevel level = model.levels().get(l);
            try {
                session.run(level, inputs, outputs);
                answered.incrementAndGet();
                for (int o = 0; o < outputs.length; o++) {
                    if (outputs[o].mismatch(expected.get(l)[o]) >= 0) {
                        wrong.add("another answer at level " + level.name());
                    }
                }
            } catch (IllegalStateException e) {
                if (!String.valueOf(e.getMessage()).matches("the session .*one thread at a time.*")) {
                    wrong.add(e.toString());
                }
            } catch (RuntimeException e) {
                wrong.add(e.toString());
            }
        }
    }
}
