package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Layout;
import io.dms.backend.cudnn.bridge.Tensors;

/**
 * How a value lies in device memory, as an image: its first axes are n and c, what follows is h and w. The pitch is the
 * number of channels of the buffer that holds it, so that a range of channels of a wider one is a view as well.
 *
 * @param buf where
 * @param offset first byte there
 * @param nhwc channels last
 * @param half half precision, else single
 */
record View(Buf buf, long offset, int n, int c, int h, int w, boolean nhwc, boolean half, int pitch) {
    /** Address of its first element. */
    long at() {
        return buf.address + offset;
    }

    /** How it lies, for the bridge. */
    Layout layout() {
        int format = (nhwc ? Layout.NHWC_F32 : Layout.NCHW_F32) + (half ? Layout.NCHW_F16 : 0);
        return new Layout(format, pitch, n, c, h, w);
    }

    /** The bridge's number of the elements' type. */
    int type() {
        return half ? Tensors.F16 : Tensors.F32;
    }

    int elementBytes() {
        return half ? 2 : 4;
    }

    int hw() {
        return Math.multiplyExact(h, w);
    }

    int elements() {
        return Math.multiplyExact(Math.multiplyExact(n, c), hw());
    }

    long bytes() {
        return (long) elementBytes() * elements();
    }

    /** No gaps between images (or pixels). */
    boolean isDense() {
        return pitch == c || (n == 1 && (!nhwc || hw() == 1));
    }

    /** Row-major as in the model, without gaps. */
    boolean isPlain() {
        return isDense() && (!nhwc || hw() == 1 || c == 1);
    }

    /** Channels {@code from} to {@code from + count}. */
    View channels(int from, int count) {
        long skip = (long) elementBytes() * from * (nhwc ? 1 : hw());
        return new View(buf, offset + skip, n, count, h, w, nhwc, half, pitch);
    }

    /** Strides in elements. */
    int strideN() {
        return Math.multiplyExact(pitch, hw());
    }

    int strideC() {
        return nhwc ? 1 : hw();
    }

    int strideH() {
        return nhwc ? Math.multiplyExact(pitch, w) : w;
    }

    int strideW() {
        return nhwc ? pitch : 1;
    }

    /** The same bytes under other extents; only for a view that {@link #isPlain}. */
    View plainAs(int n, int c, int h, int w) {
        return new View(buf, offset, n, c, h, w, false, half, c);
    }
}
