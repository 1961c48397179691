package io.dms.monitor.jetson;

import io.dms.monitor.SampleSink;

/** Reads some files and tells the values of some sensors. Allocates nothing and throws nothing. */
interface Probe extends AutoCloseable {
    /** Tells each of its sensors' value or why there is none. */
    void sample(SampleSink sink);

    @Override
    void close();
}
