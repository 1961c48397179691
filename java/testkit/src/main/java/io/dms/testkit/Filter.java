package io.dms.testkit;

/**
 * The window of a convolution or pool as problems and generators write it. Pairs are vertical, horizontal; pads are top,
 * left, bottom, right. Immutable, changed copy by copy.
 *
 * @param kernel rows and columns
 * @param strides steps of the window
 * @param dilations steps inside the window
 * @param pads zeros around the image
 * @param group convolution groups; -1 for one per input channel (depthwise)
 * @param bias with a bias
 */
@SuppressWarnings("ArrayRecordComponent")
public record Filter(int[] kernel, int[] strides, int[] dilations, int[] pads, int group, boolean bias) {
    /** Square, stride 1, padded so that the plane keeps its size (odd kernels), with bias. */
    public static Filter of(int kernel) {
        return of(kernel, kernel);
    }

    /** Stride 1, padded so that the plane keeps its size (odd kernels), with bias. */
    public static Filter of(int height, int width) {
        return new Filter(new int[] {height, width}, new int[] {1, 1}, new int[] {1, 1}, new int[4], 1, true)
                .dilations(1, 1);
    }

    /** This filter with another stride. */
    public Filter stride(int stride) {
        return strides(stride, stride);
    }

    /** This filter with other strides. */
    public Filter strides(int y, int x) {
        return new Filter(kernel, new int[] {y, x}, dilations, pads, group, bias);
    }

    /** This filter with another dilation, and padded for it. */
    public Filter dilation(int dilation) {
        return dilations(dilation, dilation);
    }

    /** This filter with other dilations, and padded for them. */
    public Filter dilations(int y, int x) {
        int[] d = {y, x};
        return new Filter(kernel, strides, d, pads, group, bias)
                .pads(kernel[0] / 2 * y, kernel[1] / 2 * x, kernel[0] / 2 * y, kernel[1] / 2 * x);
    }

    /** This filter with other padding: top, left, bottom, right. */
    public Filter pads(int... pads) {
        return new Filter(kernel, strides, dilations, pads.clone(), group, bias);
    }

    /** This filter in groups. */
    public Filter group(int group) {
        return new Filter(kernel, strides, dilations, pads, group, bias);
    }

    /** This filter with one group per channel. */
    public Filter depthwise() {
        return group(-1);
    }

    /** This filter with or without a bias. */
    public Filter bias(boolean bias) {
        return new Filter(kernel, strides, dilations, pads, group, bias);
    }
}
