package io.dms.backend.cudnn;

/**
 * Everything that the descriptors of one convolution say. For a transposed one x is the result and y the operand, as
 * cuDNN sees it: the gradient by the input.
 *
 * @param back transposed
 * @param c channels of x
 * @param xPitch channels of the buffer that holds x
 * @param k channels of y
 * @param p rows of y
 * @param q columns of y
 * @param r rows of the kernel
 * @param s columns of the kernel
 * @param math the kind of mathematics that is allowed, as in cuDNN
 */
record Geometry(
        boolean back,
        boolean half,
        boolean nhwc,
        int n,
        int c,
        int h,
        int w,
        int xPitch,
        int k,
        int p,
        int q,
        int yPitch,
        int r,
        int s,
        int padH,
        int padW,
        int strideH,
        int strideW,
        int dilationH,
        int dilationW,
        int groups,
        int math) {
    /** Rows or columns that cuDNN expects of y; not positive where it refuses a window larger than the padded image. */
    static int outputs(int in, int pad, int kernel, int stride, int dilation) {
        return Math.floorDiv(in + 2 * pad - ((kernel - 1) * dilation + 1), stride) + 1;
    }

    /** The same with images in buffers of so many channels. */
    Geometry withPitches(int x, int y) {
        return new Geometry(
                back, half, nhwc, n, c, h, w, x, k, p, q, y, r, s, padH, padW, strideH, strideW, dilationH, dilationW,
                groups, math);
    }

    /** One line that differs wherever another algorithm might be better; part of a key. */
    String key() {
        return (back ? "back" : "forward") + (half ? " f16" : " f32") + (nhwc ? " nhwc" : " nchw") + " x" + n + "," + c
                + "," + h + "," + w + "/" + xPitch + " y" + k + "," + p + "," + q + "/" + yPitch + " k" + r + "," + s
                + " p" + padH + "," + padW + " s" + strideH + "," + strideW + " d" + dilationH + "," + dilationW + " g"
                + groups + " m" + math;
    }
}
