package io.dms.testkit;

/**
 * The window of a convolution or pool as problems and generators write it; immutable, changed copy by copy.
 *
 * @param height rows of the kernel
 * @param width columns of the kernel
 * @param stride both directions
 * @param dilation both directions
 * @param pads top, left, bottom, right
 * @param group convolution groups; -1 for one per input channel (depthwise)
 * @param bias with a bias
 */
@SuppressWarnings("ArrayRecordComponent")
public record Filter(int height, int width, int stride, int dilation, int[] pads, int group, boolean bias) {
    /** Square, stride 1, padded so that the plane keeps its size (odd kernels), with bias. */
    public static Filter of(int kernel) {
        return of(kernel, kernel);
    }

    /** Stride 1, padded so that the plane keeps its size (odd kernels), with bias. */
    public static Filter of(int height, int width) {
        int y = height / 2;
        int x = width / 2;
        return new Filter(height, width, 1, 1, new int[] {y, x, y, x}, 1, true);
    }

    /** This filter with another stride. */
    public Filter stride(int stride) {
        return new Filter(height, width, stride, dilation, pads, group, bias);
    }

    /** This filter with another dilation, and padded for it. */
    public Filter dilation(int dilation) {
        int y = height / 2 * dilation;
        int x = width / 2 * dilation;
        return new Filter(height, width, stride, dilation, new int[] {y, x, y, x}, group, bias);
    }

    /** This filter with other padding: top, left, bottom, right. */
    public Filter pads(int... pads) {
        return new Filter(height, width, stride, dilation, pads.clone(), group, bias);
    }

    /** This filter in groups. */
    public Filter group(int group) {
        return new Filter(height, width, stride, dilation, pads, group, bias);
    }

    /** This filter with one group per channel. */
    public Filter depthwise() {
        return group(-1);
    }

    /** This filter with or without a bias. */
    public Filter bias(boolean bias) {
        return new Filter(height, width, stride, dilation, pads, group, bias);
    }
}
