package io.dms.cli.bench;

import io.dms.runtime.LatencyRecorder;

/** One network at one width on one engine, ready to be called again and again. */
abstract class Contestant {
    private final LatencyRecorder recorder = new LatencyRecorder();
    private long recordedNanos;

    /** Who runs it: contestants of the same engine share threads and caches, others disturb each other. */
    abstract Object engine();

    /** One inference. */
    abstract void call();

    /** One inference, its duration in nanoseconds. */
    final long time() {
        long start = System.nanoTime();
        call();
        return System.nanoTime() - start;
    }

    /** One inference that counts. */
    final void record() {
        long nanos = time();
        recorder.record(nanos);
        recordedNanos += nanos;
    }

    /** What was recorded. */
    final LatencyRecorder recorder() {
        return recorder;
    }

    /** Time of all calls that counted. */
    final long recordedNanos() {
        return recordedNanos;
    }
}
