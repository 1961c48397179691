package io.dms.schedule;

/** One request. Written by whoever receives requests, and used again for the next one; not thread-safe. */
public final class Request {
    /** No deadline. */
    public static final long NO_DEADLINE = Long.MAX_VALUE;

    /** Unique, for accounts. */
    public long id;
    /** Index in the {@link CatalogTable}. */
    public int task;
    /** The context that the stream is in: an index in the table, 0 for none. */
    public int context;
    /** Requests of one input and one frame share what their variants share. */
    public long frame;
    /** When it came, in nanoseconds. */
    public long arrivalNanos;
    /** When its answer is due, or {@link #NO_DEADLINE}. */
    public long deadlineNanos = NO_DEADLINE;

    /** Takes everything from another. */
    public void copy(Request r) {
        id = r.id;
        task = r.task;
        context = r.context;
        frame = r.frame;
        arrivalNanos = r.arrivalNanos;
        deadlineNanos = r.deadlineNanos;
    }
}
