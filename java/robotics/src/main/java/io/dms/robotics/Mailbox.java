package io.dms.robotics;

import io.dms.model.UserException;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Frames on their way from any thread to the one thread that infers. Bounded; what happens to frames that wait is its
 * {@link MailboxPolicy}. A submitted frame's buffers belong to the mailbox until its answer is there.
 *
 * <p>Any thread may submit and close. Answers are given in the worker's thread: a callback that takes long holds up the
 * stream, one that throws is logged. Closing drops the frames that wait, lets the one that runs end, and returns when
 * the worker has ended (at once where a callback closes its own mailbox).
 */
public final class Mailbox implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

    private record Entry(FloatBuffer input, FloatBuffer output, long scheduledNanos, Consumer<Outcome> to) {}

    /** An answer, or what went wrong in place of one. */
    private record Outcome(
            @Nullable Answer answer, @Nullable RuntimeException failure) {}

    private final Application application;
    private final MailboxPolicy policy;
    private final int capacity;
    private final LongSupplier clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Entry> waiting = new ArrayDeque<>();
    private final Thread worker;
    private boolean closing;
    private long dropped;

    Mailbox(Application application, MailboxPolicy policy, int capacity, LongSupplier clock) {
        if (capacity < 1 || capacity > 1 << 20) {
            throw new UserException("a mailbox must hold between 1 and 1048576 frames: " + capacity);
        }
        this.application = application;
        this.policy = policy;
        this.capacity = policy == MailboxPolicy.NEWEST ? 1 : capacity;
        this.clock = clock;
        worker = new Thread(this::serve, "dms-" + application.name());
        worker.setDaemon(true);
    }

    void start() {
        worker.start();
    }

    boolean isWorker() {
        return Thread.currentThread() == worker;
    }

    /** Frames that were dropped so far. Any thread. */
    public long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /**
     * Hands a frame over; the future is completed in the worker's thread.
     *
     * @param scheduledNanos when the frame was due, on the clock of {@link System#nanoTime()}
     * @throws IllegalStateException if the mailbox is closed
     */
    public CompletableFuture<Answer> submit(FloatBuffer input, FloatBuffer output, long scheduledNanos) {
        CompletableFuture<Answer> future = new CompletableFuture<>();
        put(new Entry(input, output, scheduledNanos, o -> {
            if (o.failure() == null) {
                future.complete(o.answer());
            } else {
                future.completeExceptionally(o.failure());
            }
        }));
        return future;
    }

    /**
     * Hands a frame over; the callback is told in the worker's thread. A frame that fails is logged and answered as
     * dropped.
     *
     * @throws IllegalStateException if the mailbox is closed
     */
    public void submit(FloatBuffer input, FloatBuffer output, long scheduledNanos, Consumer<Answer> callback) {
        put(new Entry(input, output, scheduledNanos, o -> {
            Answer answer = o.answer();
            RuntimeException failure = o.failure();
            if (answer == null) {
                LOG.warn("a frame of {} failed: {}", application.name(), String.valueOf(failure));
                answer = new Answer(output, null, clock.getAsLong() - scheduledNanos, true, "failed: " + failure);
            }
            callback.accept(answer);
        }));
    }

    private void put(Entry entry) {
        List<Entry> out = new ArrayList<>();
        lock.lock();
        try {
            while (policy == MailboxPolicy.SERVE_ALL && waiting.size() >= capacity && !closing) {
                if (isWorker()) {
                    throw new IllegalStateException("the mailbox of " + application.name()
                            + " is full, and its own worker can't wait for room");
                }
                changed.awaitUninterruptibly();
            }
            if (closing) {
                throw new IllegalStateException("the mailbox of " + application.name() + " is closed");
            }
            while (waiting.size() >= capacity) {
                out.add(waiting.removeFirst());
            }
            waiting.add(entry);
            dropped += out.size();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        out.forEach(e -> drop(e, "a newer frame took its place"));
    }

    private void serve() {
        FloatBuffer[] in = new FloatBuffer[1];
        FloatBuffer[] out = new FloatBuffer[1];
        for (Entry entry = take(); entry != null; entry = take()) {
            long late = clock.getAsLong() - entry.scheduledNanos();
            if (policy == MailboxPolicy.DROP_LATE && late >= application.boundNanos()) {
                count(1);
                drop(entry, "too late to keep the goal");
                continue;
            }
            in[0] = entry.input();
            out[0] = entry.output();
            Outcome outcome;
            try {
                Served s = application.infer(in, out, entry.scheduledNanos(), size());
                outcome = new Outcome(new Answer(entry.output(), s.level(), s.latencyNanos(), s.missed(), null), null);
            } catch (RuntimeException e) {
                outcome = new Outcome(null, e);
            }
            tell(entry, outcome);
        }
        application.mailboxClosed();
    }

    private @Nullable Entry take() {
        lock.lock();
        try {
            while (waiting.isEmpty() && !closing) {
                changed.awaitUninterruptibly();
            }
            Entry entry = closing ? null : waiting.removeFirst();
            changed.signalAll();
            return entry;
        } finally {
            lock.unlock();
        }
    }

    private int size() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    private void count(int frames) {
        lock.lock();
        try {
            dropped += frames;
        } finally {
            lock.unlock();
        }
    }

    private void drop(Entry entry, String why) {
        long late = clock.getAsLong() - entry.scheduledNanos();
        tell(entry, new Outcome(new Answer(entry.output(), null, late, true, why), null));
    }

    private static void tell(Entry entry, Outcome outcome) {
        try {
            entry.to().accept(outcome);
        } catch (RuntimeException e) {
            LOG.warn("whoever waits for frames failed at one", e);
        }
    }

    /** Drops what waits, lets the call that runs end, ends the worker. Idempotent. */
    @Override
    public void close() {
        List<Entry> out;
        lock.lock();
        try {
            closing = true;
            out = new ArrayList<>(waiting);
            waiting.clear();
            dropped += out.size();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        out.forEach(e -> drop(e, "the mailbox was closed"));
        if (!isWorker()) {
            joinWorker();
        }
    }

    private void joinWorker() {
        boolean interrupted = false;
        while (worker.isAlive()) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
