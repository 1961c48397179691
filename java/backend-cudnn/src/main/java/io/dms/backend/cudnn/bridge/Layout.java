package io.dms.backend.cudnn.bridge;

/**
 * How an image tensor lies in device memory, apart from where: the header says where element (n, c, h, w) is. Made once,
 * passed with an address at each call.
 *
 * @param format one of the four below
 * @param pitch channels of the buffer that holds it, at least c
 * @param n images
 * @param c channels of the tensor
 * @param h rows
 * @param w columns
 */
public record Layout(int format, int pitch, int n, int c, int h, int w) {
    /** Formats: order of the axes and type of the elements. */
    public static final int NCHW_F32 = 0, NHWC_F32 = 1, NCHW_F16 = 2, NHWC_F16 = 3;

    /** Pixels of one image. */
    public int hw() {
        return Math.multiplyExact(h, w);
    }
}
