package io.dms.backend.cpu;

/**
 * How a value is read: a layout over a buffer.
 *
 * @param desc the layout
 * @param buf where it lies
 * @param offset first byte in the buffer
 */
record View(Desc desc, Buf buf, long offset) {
    /** The same bytes in another layout. */
    View with(Desc other) {
        return new View(other, buf, offset);
    }
}
