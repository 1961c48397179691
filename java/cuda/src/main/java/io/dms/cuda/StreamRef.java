package io.dms.cuda;

import org.bytedeco.cuda.cudart.CUstream_st;

/** A stream in the shape that the presets' methods want; as {@link MemoryRef}. */
public final class StreamRef extends CUstream_st {
    /** This, of that stream. */
    public StreamRef to(long where) {
        address = where;
        return this;
    }
}
