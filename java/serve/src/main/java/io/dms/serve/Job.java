package io.dms.serve;

import io.dms.serve.protocol.InferResponse;
import io.dms.serve.protocol.InferenceException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * A request on its way through the server. Exactly one of {@link #answer} and {@link #refuse} has an effect, and only
 * the first time.
 */
final class Job {
    /** Where the answer goes. Called once, from a worker's thread. */
    interface Reply {
        void answer(InferResponse response);

        void refuse(InferenceException why);
    }

    final Plan plan;
    final long arrivalNanos;
    final long deadlineNanos;
    private final BooleanSupplier cancelled;
    private final Reply reply;
    private final Runnable after;
    private final AtomicBoolean done = new AtomicBoolean();

    /**
     * @param arrivalNanos when the request was there, on the clock of {@link System#nanoTime()}
     * @param deadlineNanos when its answer is worth nothing any more, {@link Long#MAX_VALUE} for never
     * @param cancelled whether whoever asked has gone
     * @param after run once it is answered or refused
     */
    Job(Plan plan, long arrivalNanos, long deadlineNanos, BooleanSupplier cancelled, Reply reply, Runnable after) {
        this.plan = plan;
        this.arrivalNanos = arrivalNanos;
        this.deadlineNanos = deadlineNanos;
        this.cancelled = cancelled;
        this.reply = reply;
        this.after = after;
    }

    boolean cancelled() {
        return cancelled.getAsBoolean();
    }

    boolean late(long nowNanos) {
        return deadlineNanos != Long.MAX_VALUE && nowNanos - deadlineNanos > 0;
    }

    void answer(InferResponse response) {
        if (done.compareAndSet(false, true)) {
            try {
                reply.answer(response);
            } finally {
                after.run();
            }
        }
    }

    void refuse(InferenceException why) {
        if (done.compareAndSet(false, true)) {
            plan.model().statistics().failed(System.nanoTime() - arrivalNanos);
            try {
                reply.refuse(why);
            } finally {
                after.run();
            }
        }
    }
}
