package io.dms.backend.cpu;

import java.util.ArrayList;
import java.util.List;

/** Storage of one or several values while a plan is made: where it will lie and how long it lives. */
final class Buf {
    /** Where the bytes are. */
    enum Place {
        /** In the session's arena. */
        ARENA,
        /** In the buffer that a call brings for a network input. */
        INPUT,
        /** In the buffer that a call brings for a network output. */
        OUTPUT,
        /** Where the weight store keeps it. */
        FIXED
    }

    final long bytes;
    /** Values of the fused plan that lie in it. */
    final List<Integer> values = new ArrayList<>();

    Place place;
    /** Index of the network input or output. */
    int index;
    /** First and last operation that uses it. */
    int first = Integer.MAX_VALUE;

    int last = -1;
    /** Offset in the arena. */
    long at;

    Buf(Place place, long bytes) {
        this.place = place;
        this.bytes = bytes;
    }

    void usedBy(int operation) {
        first = Math.min(first, operation);
        last = Math.max(last, operation);
    }
}
