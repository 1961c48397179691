package io.dms.monitor;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A group of sensors that are read together: a board's files, a library, a recording. Owns what it keeps open until it
 * is closed. Used by one thread at a time.
 */
public interface MonitorSource extends AutoCloseable {
    /** Short name: {@code jetson}, {@code nvml}, {@code rapl}, {@code os}, {@code tegrastats}, {@code recording}. */
    String name();

    /** What it measures; the same list from opening to closing, also while a sensor is away. */
    List<Sensor> sensors();

    /**
     * Reads all sensors and says for each a value or why there is none; says nothing at all where nothing new came since
     * the last call. Allocates nothing and throws nothing; may block as long as a device does, so that callers who can't
     * wait call it from a thread of their own.
     */
    void sample(SampleSink sink);

    /**
     * How the sensors make up the power of the whole: the indices that are added and the scope of the sum; null where
     * this source can't tell.
     */
    default @Nullable TotalPower totalPower() {
        return null;
    }

    /**
     * The same for sensors that count energy, where there are any: differences of a counter need no integration. The
     * source makes up for counters that wrap.
     */
    default @Nullable TotalPower totalEnergy() {
        return null;
    }

    /** The least time between two samples that it can give, 0 where only the sensors' own intervals bound it. */
    default long intervalNanos() {
        return 0;
    }

    /** What board it measures, null where it knows no better than the operating system. */
    default @Nullable String board() {
        return null;
    }

    /** The power mode as the system names it, as in {@code MAXN}, or null where there is none. May allocate. */
    default @Nullable PowerMode powerMode() {
        return null;
    }

    @Override
    void close();
}
