package io.dms.runtime;

/** Tells how many cores others keep busy. Not thread-safe. */
interface BusyCores extends AutoCloseable {
    /** Cores that were busy for others since the last call, on average; NaN where that can't be told. */
    double sinceLast();

    @Override
    void close();
}
