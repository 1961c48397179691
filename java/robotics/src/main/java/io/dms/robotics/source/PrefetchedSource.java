package io.dms.robotics.source;

import io.dms.model.EnvironmentException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Images that a thread of its own reads ahead into buffers that are used again and again. Either paced: a frame is due
 * by the schedule, which begins with the first frame, and where reading is behind the schedule, when it was read, from
 * where the schedule goes on. Or live:
 * a frame is due when it was read, and only the newest is kept.
 */
final class PrefetchedSource implements FrameSource {
    private static final int SLOTS = 4;

    /** A slot of the ring. */
    private static final class Slot {
        final FloatBuffer input;
        long readNanos;

        Slot(int elements) {
            input = ByteBuffer.allocateDirect(Math.multiplyExact(elements, Float.BYTES))
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
        }
    }

    private final ImageFeed feed;
    private final double framesPerSecond;
    private final boolean live;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Slot> free = new ArrayDeque<>();
    private final ArrayDeque<Slot> ready = new ArrayDeque<>();
    private final Thread reader;
    private @Nullable Slot lent;
    private @Nullable Throwable failure;
    private boolean ended;
    private boolean closed;
    private long replaced;
    private long taken;
    private double dueNanos;

    /**
     * @param framesPerSecond pace, or for a live feed its nominal rate, NaN where it is not known
     */
    PrefetchedSource(ImageFeed feed, double framesPerSecond, boolean live, int elements) {
        this.feed = feed;
        this.framesPerSecond = framesPerSecond;
        this.live = live;
        for (int i = 0; i < SLOTS; i++) {
            free.add(new Slot(elements));
        }
        reader = new Thread(this::readAll, "dms-source");
        reader.setDaemon(true);
    }

    @Override
    public String describe() {
        String rate = Double.isNaN(framesPerSecond) ? "" : ", " + Rates.text(framesPerSecond) + " frames/s";
        return feed.describe() + rate + (live ? ", the newest frame wins" : "");
    }

    @Override
    public double framesPerSecond() {
        return framesPerSecond;
    }

    @Override
    public void start(long nowNanos) {
        dueNanos = nowNanos;
        reader.start();
    }

    private void readAll() {
        Throwable why = null;
        try {
            for (Slot slot = freeSlot(); slot != null; slot = freeSlot()) {
                if (!feed.read(slot.input)) {
                    break;
                }
                slot.readNanos = System.nanoTime();
                put(slot);
            }
        } catch (IOException e) {
            why = new EnvironmentException(feed.describe() + ": " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) { // a stream that fails must not look like one that ends
            why = e;
        } finally {
            lock.lock();
            try {
                ended = true;
                failure = why;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private @Nullable Slot freeSlot() throws InterruptedException {
        lock.lock();
        try {
            while (free.isEmpty() && !closed) {
                changed.await();
            }
            return closed ? null : free.removeFirst();
        } finally {
            lock.unlock();
        }
    }

    private void put(Slot slot) {
        lock.lock();
        try {
            if (live) {
                replaced += ready.size();
                free.addAll(ready);
                ready.clear();
            }
            ready.add(slot);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Arrival next(Frame into, long timeoutNanos) throws InterruptedException {
        lock.lock();
        try {
            Slot back = lent;
            if (back != null) {
                lent = null;
                free.add(back);
                changed.signalAll();
            }
            long giveUp = System.nanoTime() + timeoutNanos;
            while (true) {
                if (closed) {
                    return Arrival.END;
                }
                long now = System.nanoTime();
                long due = live || ready.isEmpty() ? now : Math.round(dueNanos);
                if (!ready.isEmpty() && due <= now) {
                    return take(into);
                }
                if (ready.isEmpty() && ended) {
                    if (failure instanceof Error why) {
                        throw why;
                    }
                    if (failure instanceof RuntimeException why) {
                        throw why;
                    }
                    return Arrival.END;
                }
                long until = ready.isEmpty() ? giveUp : Math.min(giveUp, due);
                if (until - now <= 0) {
                    return Arrival.NONE;
                }
                changed.await(until - now, TimeUnit.NANOSECONDS);
            }
        } finally {
            lock.unlock();
        }
    }

    private Arrival take(Frame into) {
        Slot slot = ready.removeFirst();
        lent = slot;
        long scheduled = live ? slot.readNanos : Math.max(Math.round(dueNanos), slot.readNanos);
        if (!live) {
            double behind = slot.readNanos - dueNanos;
            double period = 1e9 / framesPerSecond;
            dueNanos = (taken == 0 || behind > period ? slot.readNanos : dueNanos) + period;
        }
        into.set(slot.input, scheduled, taken++);
        return Arrival.FRAME;
    }

    @Override
    public int waiting(long nowNanos) {
        lock.lock();
        try {
            if (live) {
                return ready.size();
            }
            double late = nowNanos - dueNanos;
            return late < 0 ? 0 : (int) Math.min(ready.size(), 1 + late * framesPerSecond / 1e9);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long replaced() {
        lock.lock();
        try {
            return replaced;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        feed.close();
        reader.interrupt();
        boolean interrupted = false;
        while (reader.isAlive()) {
            try {
                reader.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
