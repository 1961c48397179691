package io.dms.control.sim;

/** What a stream does with frames that come while one is in service. */
public enum Late {
    /** Frames wait in a queue of bounded length; when it is full, the oldest goes. */
    DROP_OLDEST,
    /** Frames wait in a queue of bounded length and are served in order; when it is full, the new one goes. */
    SERVE,
    /** As {@link #DROP_OLDEST}, and a frame whose latency bound is over before its call begins is not served. */
    SKIP_LATE
}
