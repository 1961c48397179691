package io.dms.runtime;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a second thread out of what serves one thread at a time: it is told so, where it would otherwise write into native
 * memory that another thread reads or has just freed. Any thread; nothing is allocated and nobody waits.
 */
public final class Turn {
    private final AtomicReference<@Nullable Thread> holder = new AtomicReference<>();
    private final String what;

    /** @param what is guarded, for people: {@code the session of resnet20-cifar10} */
    public Turn(String what) {
        this.what = what;
    }

    /**
     * Begins a call, which {@link #end} ends whatever comes of it. Not to be nested.
     *
     * @throws IllegalStateException if another call has not ended
     */
    public void begin() {
        Thread other = holder.compareAndExchange(null, Thread.currentThread());
        if (other != null) {
            throw new IllegalStateException(what + " is in use by thread " + other.getName()
                    + ": it serves one thread at a time, so open another for each thread or let one thread call");
        }
    }

    /** Ends the call that this thread began. */
    public void end() {
        holder.set(null);
    }
}
