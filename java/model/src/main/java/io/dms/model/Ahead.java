package io.dms.model;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The same work on many things, begun by Java's common pool while its owner does something else, who works, too, once it
 * has nothing else to do: whoever is free takes the next. A start is a long row of small steps on one thread; looking
 * through a hundred megabytes of weights beside them costs no time where there is a second core. A parallel stream would
 * deal the things out beforehand, half of a network's weights being in its last few tensors. One thread adds and finishes;
 * it waits for what was begun, and never for a thread of the pool to become free.
 */
public final class Ahead<T> {
    private final Consumer<? super T> work;
    private final Queue<T> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private int working;

    /** @param work runs on several threads at a time */
    public Ahead(Consumer<? super T> work) {
        this.work = work;
    }

    /** Something to be worked on, after what was added before. */
    public void add(T thing) {
        waiting.add(thing);
        // One that ends just now misses it: then it is left for finish.
        if (asked.get() < ForkJoinPool.getCommonPoolParallelism()) {
            asked.incrementAndGet();
            ForkJoinPool.commonPool().execute(this::help);
        }
    }

    private void help() {
        begun(1);
        try {
            turns();
        } finally {
            asked.decrementAndGet();
            begun(-1);
        }
    }

    private synchronized void begun(int more) {
        working += more;
        notifyAll();
    }

    private void turns() {
        try {
            for (T next = waiting.poll(); next != null; next = waiting.poll()) {
                work.accept(next);
            }
        } catch (RuntimeException | Error e) {
            failure.compareAndSet(null, e);
            waiting.clear();
        }
    }

    /**
     * Works on what is left and returns when all is done; what the work writes is then visible to the caller. What it
     * throws is thrown here, after which things may be left undone and nothing runs any more. Not cut short by an
     * interrupt, which stays set.
     */
    public void finish() {
        turns();
        await();
        Throwable thrown = failure.get();
        if (thrown instanceof RuntimeException e) {
            throw e;
        }
        if (thrown instanceof Error e) {
            throw e;
        }
    }

    private synchronized void await() {
        boolean interrupted = false;
        while (working > 0) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
