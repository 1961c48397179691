package io.dms.serve;

import java.util.concurrent.BlockingDeque;
import java.util.concurrent.LinkedBlockingDeque;

/**
 * Arrays for the bytes of requests, used again: a new one for each would be cleared first, and collectors treat arrays of
 * an image's size as a burden of their own. What was given back last is taken first, as caches may still hold it. An array
 * that is never given back is only garbage. Thread-safe.
 */
final class ByteArrays {
    /** Larger ones are not kept, so that what is kept is bounded, whatever is sent. */
    static final int LARGEST = 4 << 20;

    private static final int MOST = 16;
    private static final int LEAST = 4 << 10;

    private final BlockingDeque<byte[]> free = new LinkedBlockingDeque<>(MOST);

    /** An array of at least so many bytes, which hold anything; the caller's until it is given back. */
    byte[] take(int bytes) {
        if (bytes > LARGEST) {
            return new byte[bytes];
        }
        byte[] kept = free.pollFirst();
        return kept != null && kept.length >= bytes ? kept : new byte[roundedUp(bytes)];
    }

    private static int roundedUp(int bytes) {
        return bytes <= LEAST ? LEAST : Integer.highestOneBit(bytes - 1) << 1;
    }

    /** Takes an array back, which nobody may read or write any more. */
    void give(byte[] array) {
        if (array.length >= LEAST && array.length <= LARGEST) {
            var unused = free.offerFirst(array); // where enough are kept it is garbage
        }
    }
}
