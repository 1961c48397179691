package io.dms.robotics;

/** What happens to frames that have to wait. */
public enum MailboxPolicy {
    /** One frame waits; a newer one takes its place. For cameras: what counts is what is there now. */
    NEWEST,
    /** Frames wait; one that can no longer keep the latency bound when its turn comes is dropped, as is the oldest where the mailbox is full. */
    DROP_LATE,
    /** Every frame is served; whoever submits waits while the mailbox is full. */
    SERVE_ALL
}
