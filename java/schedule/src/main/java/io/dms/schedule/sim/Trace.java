package io.dms.schedule.sim;

import java.util.Arrays;

/**
 * A stream of requests in the order of their arrival, and when a server can be reached. Immutable once it is made; its
 * arrays belong to it.
 */
public final class Trace {
    /** Seconds that the trace lasts. */
    final double seconds;

    final long[] arrivalNanos;
    final int[] task;
    final int[] context;
    final long[] frame;
    /** Moments at which the link goes down, up, down and so on; it is up at first. */
    final long[] linkEdges;

    Trace(double seconds, long[] arrivalNanos, int[] task, int[] context, long[] frame, long[] linkEdges) {
        this.seconds = seconds;
        this.arrivalNanos = arrivalNanos;
        this.task = task;
        this.context = context;
        this.frame = frame;
        this.linkEdges = linkEdges;
    }

    /** Number of requests. */
    public int size() {
        return task.length;
    }

    /** Seconds that the trace lasts. */
    public double seconds() {
        return seconds;
    }

    /** When a request came, in seconds. */
    public double arrivalSeconds(int i) {
        return arrivalNanos[i] * 1e-9;
    }

    /** Index of a request's task. */
    public int task(int i) {
        return task[i];
    }

    /** Index of a request's context, 0 for none. */
    public int context(int i) {
        return context[i];
    }

    /** Whether a server can be reached. */
    public boolean connectedAt(long nanos) {
        int i = Arrays.binarySearch(linkEdges, nanos);
        int passed = i >= 0 ? i + 1 : -i - 1;
        return passed % 2 == 0;
    }

    /** When the link next goes down at or after a moment, or {@link Long#MAX_VALUE}. */
    long nextDown(long nanos) {
        for (int i = 0; i < linkEdges.length; i += 2) {
            if (linkEdges[i] >= nanos) {
                return linkEdges[i];
            }
        }
        return Long.MAX_VALUE;
    }
}
