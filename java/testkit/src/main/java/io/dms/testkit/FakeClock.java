package io.dms.testkit;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** A clock of nanoseconds that stands still until it is told to go on. Safe for any thread. */
public final class FakeClock implements LongSupplier {
    private final AtomicLong nanos;

    /** A clock that stands at zero. */
    public FakeClock() {
        this(0);
    }

    /** A clock that stands at a time. */
    public FakeClock(long nanos) {
        this.nanos = new AtomicLong(nanos);
    }

    @Override
    public long getAsLong() {
        return nanos.get();
    }

    /** Goes on by some nanoseconds and gives the new time. Clocks never go back. */
    public long advance(long by) {
        if (by < 0) {
            throw new IllegalArgumentException("a clock does not go back: " + by + " ns");
        }
        return nanos.addAndGet(by);
    }

    /** Goes on by some time and gives the new time. */
    public long advance(Duration by) {
        return advance(by.toNanos());
    }
}
