package io.dms.cuda;

import org.bytedeco.javacpp.Pointer;

/**
 * An address in the shape that the presets' methods want. Set again and again, so that calls make no object; JavaCPP owns
 * nothing behind it and frees nothing.
 */
public final class MemoryRef extends Pointer {
    /** No address yet. */
    public MemoryRef() {
        super((Pointer) null);
    }

    /** This, of that address. */
    public MemoryRef to(long where) {
        address = where;
        return this;
    }
}
