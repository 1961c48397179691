package io.dms.backend.cudnn;

import org.bytedeco.javacpp.LongPointer;

/** Whole numbers in host memory. One owner, who closes it. */
final class HostLongs implements AutoCloseable {
    private final LongPointer numbers;

    HostLongs(long... values) {
        numbers = new LongPointer(Math.max(1, values.length));
        numbers.put(values, 0, values.length);
    }

    long address() {
        return numbers.address();
    }

    @Override
    public void close() {
        numbers.deallocate();
    }
}
