package io.dms.monitor.os;

import io.dms.monitor.SampleSink;
import io.dms.monitor.Sensor;
import java.util.List;

/** Some sensors of the operating system that are read together. Allocates nothing while sampling. */
interface Part extends AutoCloseable {
    /** Its sensors, in a fixed order. */
    List<Sensor> sensors();

    /** Reads them; their indices begin at {@code first}. */
    void sample(SampleSink sink, int first);

    @Override
    void close();
}
