package io.dms.runtime;

import io.dms.model.Preprocessing;
import io.dms.model.UserException;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * Turns an image of interleaved bytes into planes of normalised floats, {@code [3, height, width]} of one place in a
 * batch, with bilinear resizing. Tables for the last image size are kept, so that a call with the size of the one before
 * allocates nothing. Not thread-safe.
 *
 * <p>Pixel centres lie at half-integer coordinates and the border is repeated, as ONNX's Resize does it with
 * {@code half_pixel}; there is no smoothing when an image shrinks.
 */
public final class ImageTensor {
    /** Order of the three bytes of a pixel. */
    public enum Order {
        /** Red first. */
        RGB,
        /** Blue first, as most cameras and OpenCV have it. */
        BGR
    }

    /** What happens where the image has another aspect ratio than the tensor. */
    public enum Fit {
        /** Each axis has a scale of its own. */
        STRETCH,
        /** One scale; the image is centred, and around it lies the mean (so the tensor is 0 there). */
        LETTERBOX
    }

    private static final int CHANNELS = 3;

    private final int height;
    private final int width;
    private final Order order;
    private final Fit fit;
    private final float[] factor = new float[CHANNELS];
    private final float[] offset = new float[CHANNELS];
    private final int[] rowFrom;
    private final float[] rowShare;
    private final int[] columnFrom;
    private final float[] columnShare;
    private int imageHeight;
    private int imageWidth;
    private int top;
    private int left;
    private int rows;
    private int columns;

    /**
     * @param height of the tensor, in pixels
     * @param width of the tensor, in pixels
     * @param order order of the bytes of the images; the tensor's planes are always R, G, B
     * @param fit what happens where an image has another aspect ratio
     * @param preprocessing normalisation, three channels
     * @throws UserException if the size is not positive or the normalisation has not three channels
     */
    public ImageTensor(int height, int width, Order order, Fit fit, Preprocessing preprocessing) {
        if (height < 1 || width < 1) {
            throw new UserException(
                    "an image tensor must have at least one pixel: height=" + height + " width=" + width);
        }
        if (preprocessing.mean().length != CHANNELS) {
            throw new UserException(
                    "images have 3 channels but the model's normalisation has " + preprocessing.mean().length);
        }
        this.height = height;
        this.width = width;
        this.order = order;
        this.fit = fit;
        for (int c = 0; c < CHANNELS; c++) {
            factor[c] = 1 / (255 * preprocessing.std()[c]);
            offset[c] = -preprocessing.mean()[c] / preprocessing.std()[c];
        }
        rowFrom = new int[height];
        rowShare = new float[height];
        columnFrom = new int[width];
        columnShare = new float[width];
    }

    /** Floats of one image's tensor. */
    public int elements() {
        return CHANNELS * height * width;
    }

    /** First row of the tensor that shows the last image; 0 unless letterboxed. */
    public int top() {
        return top;
    }

    /** First column of the tensor that shows the last image; 0 unless letterboxed. */
    public int left() {
        return left;
    }

    /** Rows of the tensor that show the last image. */
    public int rows() {
        return rows;
    }

    /** Columns of the tensor that show the last image. */
    public int columns() {
        return columns;
    }

    /**
     * Writes one image.
     *
     * @param image rows of pixels of three bytes, read from index 0 whatever its position
     * @param imageHeight rows
     * @param imageWidth pixels of a row
     * @param rowBytes bytes from one row to the next, at least {@code 3 * imageWidth}
     * @param out written from {@code place * elements()} on whatever its position
     * @param place which image of the batch
     * @throws UserException if the image has no pixel or a buffer is too small
     */
    public void put(ByteBuffer image, int imageHeight, int imageWidth, int rowBytes, FloatBuffer out, int place) {
        check(image, imageHeight, imageWidth, rowBytes, out, place);
        if (imageHeight != this.imageHeight || imageWidth != this.imageWidth) {
            tables(imageHeight, imageWidth);
        }
        int plane = height * width;
        int base = place * elements();
        if (rows < height || columns < width) {
            for (int i = 0; i < CHANNELS * plane; i++) {
                out.put(base + i, 0);
            }
        }
        int red = order == Order.RGB ? 0 : 2;
        boolean same = rows == imageHeight && columns == imageWidth;
        for (int y = 0; y < rows; y++) {
            int at = base + (top + y) * width + left;
            if (same) {
                copyRow(image, y * rowBytes, red, out, at, plane);
            } else {
                int upper = rowFrom[y] * rowBytes;
                int lower = Math.min(rowFrom[y] + 1, imageHeight - 1) * rowBytes;
                blendRow(image, upper, lower, rowShare[y], red, out, at, plane);
            }
        }
    }

    /** Writes one image without gaps between its rows as the first of the batch. */
    public void put(ByteBuffer image, int imageHeight, int imageWidth, FloatBuffer out) {
        put(image, imageHeight, imageWidth, CHANNELS * imageWidth, out, 0);
    }

    private void check(ByteBuffer image, int h, int w, int rowBytes, FloatBuffer out, int place) {
        if (h < 1 || w < 1 || rowBytes < (long) CHANNELS * w) {
            throw new UserException("no such image: height=" + h + " width=" + w + " rowBytes=" + rowBytes);
        }
        long need = (h - 1L) * rowBytes + (long) CHANNELS * w;
        if (image.capacity() < need) {
            throw new UserException(
                    "an image of " + w + "x" + h + " needs " + need + " bytes but the buffer has " + image.capacity());
        }
        if (place < 0 || out.capacity() < (place + 1L) * elements()) {
            throw new UserException("image " + place + " of a batch ends at " + (place + 1L) * elements()
                    + " floats but the buffer has " + out.capacity());
        }
    }

    private void tables(int h, int w) {
        imageHeight = h;
        imageWidth = w;
        rows = height;
        columns = width;
        if (fit == Fit.LETTERBOX) {
            double scale = Math.min((double) height / h, (double) width / w);
            rows = Math.max(1, Math.min(height, (int) Math.round(h * scale)));
            columns = Math.max(1, Math.min(width, (int) Math.round(w * scale)));
        }
        top = (height - rows) / 2;
        left = (width - columns) / 2;
        axis(h, rows, rowFrom, rowShare);
        axis(w, columns, columnFrom, columnShare);
    }

    private static void axis(int in, int out, int[] from, float[] share) {
        for (int i = 0; i < out; i++) {
            double x = Math.max(0, Math.min(in - 1.0, (i + 0.5) * in / out - 0.5));
            from[i] = (int) x;
            share[i] = (float) (x - from[i]);
        }
    }

    private void copyRow(ByteBuffer image, int row, int red, FloatBuffer out, int at, int plane) {
        for (int c = 0; c < CHANNELS; c++) {
            int from = row + (red == 0 ? c : 2 - c);
            int to = at + c * plane;
            for (int x = 0; x < columns; x++) {
                out.put(to + x, (image.get(from + CHANNELS * x) & 0xff) * factor[c] + offset[c]);
            }
        }
    }

    private void blendRow(
            ByteBuffer image, int upper, int lower, float down, int red, FloatBuffer out, int at, int plane) {
        for (int c = 0; c < CHANNELS; c++) {
            int channel = red == 0 ? c : 2 - c;
            int to = at + c * plane;
            for (int x = 0; x < columns; x++) {
                int a = columnFrom[x];
                int first = CHANNELS * a + channel;
                int second = CHANNELS * Math.min(a + 1, imageWidth - 1) + channel;
                float right = columnShare[x];
                float p = image.get(upper + first) & 0xff;
                float q = image.get(upper + second) & 0xff;
                float r = image.get(lower + first) & 0xff;
                float s = image.get(lower + second) & 0xff;
                float high = p + (q - p) * right;
                float low = r + (s - r) * right;
                out.put(to + x, (high + (low - high) * down) * factor[c] + offset[c]);
            }
        }
    }
}
