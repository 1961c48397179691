package io.dms.backend.cudnn;

/**
 * A convolution with square images and windows at a level of a wider one, padded so that stride 1 keeps the size.
 *
 * @param batch images
 * @param c channels in at the level
 * @param cMax channels in at full width
 * @param k channels out at the level
 * @param kMax channels out at full width
 * @param size rows and columns of an image
 * @param window rows and columns of the window
 * @param stride of the window
 */
public record ConvShape(int batch, int c, int cMax, int k, int kMax, int size, int window, int stride) {
    /** The same at a share of the channels, in steps of 8. */
    public ConvShape at(double width) {
        return new ConvShape(batch, part(cMax, width), cMax, part(kMax, width), kMax, size, window, stride);
    }

    /** The same for other images. */
    public ConvShape withBatch(int images) {
        return new ConvShape(images, c, cMax, k, kMax, size, window, stride);
    }

    private static int part(int channels, double width) {
        return Math.max(8, (int) Math.round(channels * width / 8) * 8);
    }

    int pad() {
        return window / 2;
    }

    int out() {
        return (size + 2 * pad() - window) / stride + 1;
    }

    int inputs() {
        return batch * c * size * size;
    }

    int outputs() {
        return batch * k * out() * out();
    }

    int filters() {
        return k * c * window * window;
    }

    int masters() {
        return kMax * cMax * window * window;
    }

    /** As in {@code 3x3/2 256 of 512 to 128 of 256, 14x14, batch 8}. */
    @Override
    public String toString() {
        return window + "x" + window + (stride == 1 ? "" : "/" + stride) + " " + c + " of " + cMax + " to " + k + " of "
                + kMax + ", " + size + "x" + size + ", batch " + batch;
    }
}
