package io.dms.backend.tensorrt.cache;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Work on several files at a time, whose results are taken in order: a digest keeps one core busy and a disk feeds
 * several. At most four threads, and no more results wait to be taken than threads, since each may hold a whole plan.
 *
 * <p>Threads are never interrupted: that would close the channels that others have locks on. One thread takes.
 */
public final class InTurns<R> implements AutoCloseable {
    private final List<Supplier<R>> work;
    private final List<Future<R>> begun = new ArrayList<>();
    private final ExecutorService threads;
    private final int ahead;
    private int taken;

    /** Begins with the first pieces of work. */
    public InTurns(List<Supplier<R>> work) {
        this.work = List.copyOf(work);
        ahead = atATime(work.size());
        threads = Executors.newFixedThreadPool(ahead, task -> {
            Thread t = new Thread(task, "dms-engine-reader");
            t.setDaemon(true);
            return t;
        });
        begin(ahead);
    }

    /** How many of so many pieces are worked on at a time. */
    public static int atATime(int pieces) {
        return Math.max(1, Math.min(4, Math.min(pieces, Runtime.getRuntime().availableProcessors())));
    }

    /** The results of a function, in the order of what it is applied to. */
    static <T, R> List<R> map(List<T> all, Function<T, R> function) {
        List<Supplier<R>> work = new ArrayList<>();
        all.forEach(t -> work.add(() -> function.apply(t)));
        List<R> results = new ArrayList<>();
        try (InTurns<R> turns = new InTurns<>(work)) {
            for (int i = 0; i < work.size(); i++) {
                results.add(turns.next());
            }
        }
        return results;
    }

    private void begin(int upTo) {
        while (begun.size() < Math.min(upTo, work.size())) {
            begun.add(threads.submit(work.get(begun.size())::get));
        }
    }

    /**
     * The next result; what the work threw, where it threw. Not cut short by an interrupt, which stays set.
     *
     * @throws IndexOutOfBoundsException after the last
     */
    public R next() {
        Future<R> future = begun.get(taken);
        taken++;
        try {
            return result(future);
        } finally {
            begin(taken + ahead);
        }
    }

    private static <R> R result(Future<R> future) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return future.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    if (e.getCause() instanceof RuntimeException r) {
                        throw r;
                    }
                    if (e.getCause() instanceof Error error) {
                        throw error;
                    }
                    throw new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Results that were begun and not taken, for whoever has to free them; waits for them, leaves out what failed. */
    public List<R> rest() {
        List<R> rest = new ArrayList<>();
        while (taken < begun.size()) {
            try {
                rest.add(result(begun.get(taken)));
            } catch (RuntimeException e) {
                // nobody wants it any more
            }
            taken++;
        }
        return rest;
    }

    /** Ends the threads once what was begun is done. */
    @Override
    public void close() {
        threads.shutdown();
    }
}
