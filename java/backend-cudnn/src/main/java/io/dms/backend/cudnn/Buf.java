package io.dms.backend.cudnn;

/** Storage of one or several values while a level is planned, and its address once that is known. */
final class Buf {
    final long bytes;
    /** Lies in the arena; else a weight store says where. */
    final boolean arena;
    /** First and last operation that uses it. */
    int first = Integer.MAX_VALUE;

    int last = -1;
    /** Offset in the arena. */
    long at;
    /** Where it lies in device memory; 0 while that is not known. */
    long address;

    Buf(boolean arena, long bytes) {
        this.arena = arena;
        this.bytes = bytes;
    }

    void usedBy(int operation) {
        first = Math.min(first, operation);
        last = Math.max(last, operation);
    }
}
