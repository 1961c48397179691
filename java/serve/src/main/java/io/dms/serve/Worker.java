package io.dms.serve;

import io.dms.serve.protocol.InferenceException;
import io.dms.serve.protocol.Refusal;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A thread that takes requests from the queue, one at a time, and runs them in sessions of its own. */
final class Worker {
    private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

    private final BlockingQueue<Job> queue;
    private final Map<ServedModel, Seat> seats;
    private final Thread thread;
    private volatile boolean ending;

    Worker(String name, BlockingQueue<Job> queue, Map<ServedModel, Seat> seats) {
        this.queue = queue;
        this.seats = seats;
        this.thread = new Thread(this::work, name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    boolean ended() {
        return ending;
    }

    /** Ends after the request that runs, and frees the sessions. Idempotent. */
    void end() {
        ending = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return; // the thread may still run: sessions are left to the end of the process
        }
        seats.values().forEach(Seat::close);
    }

    private void work() {
        while (!ending) {
            try {
                Job job = queue.poll(50, TimeUnit.MILLISECONDS);
                if (job != null) {
                    serve(job);
                }
            } catch (InterruptedException e) {
                LOG.warn("interrupted, and goes on until it is ended");
            }
        }
    }

    private void serve(Job job) {
        long start = System.nanoTime();
        try {
            if (job.cancelled()) {
                job.refuse(new InferenceException(Refusal.LATE, "whoever asked has gone: nothing was run"));
                return;
            }
            if (job.late(start)) {
                job.refuse(new InferenceException(
                        Refusal.LATE, "the deadline passed while the request waited for a worker: nothing was run"));
                return;
            }
            Seat seat = seats.get(job.plan.model());
            if (seat == null) {
                throw new IllegalStateException(
                        "no seat for " + job.plan.model().info().name());
            }
            job.answer(seat.run(job, start));
        } catch (InferenceException e) {
            refuse(job, e);
        } catch (Throwable e) { // whatever it is, the next request has nothing to do with it
            LOG.error("a request of model " + job.plan.model().info().name() + " failed", e);
            refuse(job, new InferenceException(Refusal.INTERNAL, "the server failed: " + e.getMessage(), e));
        }
    }

    private static void refuse(Job job, InferenceException why) {
        try {
            job.refuse(why);
        } catch (RuntimeException e) {
            LOG.debug("whoever asked has gone", e);
        }
    }
}
