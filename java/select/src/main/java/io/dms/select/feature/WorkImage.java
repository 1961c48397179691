package io.dms.select.feature;

import io.dms.model.Preprocessing;
import io.dms.model.UserException;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * The image on which features are computed: averages of blocks of {@link #factor} x {@link #factor} pixels, so that no side
 * is longer than {@link #MOST_SIDE}; what is left over at the right and at the bottom does not count. Grey is
 * {@code (19595 R + 38470 G + 7471 B + 32768) / 65536}, ITU-R BT.601's luma in fixed point. Arrays are made once.
 */
final class WorkImage {
    /** Longest side in pixels. */
    static final int MOST_SIDE = 96;

    private static final int LEAST_SIDE = 8;

    final int factor;
    final int width;
    final int height;
    /** Pixels of one row of {@link #grey}, which has a border of one pixel. */
    final int stride;
    /** Row by row, 0 to 255. */
    final int[] red;

    final int[] green;
    final int[] blue;
    /** With a border of one pixel around, which repeats the outermost ones. */
    final int[] grey;

    private final int fullWidth;
    private final int fullHeight;
    private final int[][] planes;
    private final int[] columns;
    private final float[] row;
    private final float[] sums;
    /** 2^40 over the pixels of a block, rounded up: by it the division of their sum is exact. */
    private final long reciprocal;

    WorkImage(int fullWidth, int fullHeight) {
        if (fullWidth < LEAST_SIDE || fullHeight < LEAST_SIDE) {
            throw new UserException("features need images of at least " + LEAST_SIDE + "x" + LEAST_SIDE
                    + " pixels, not " + fullWidth + "x" + fullHeight);
        }
        this.fullWidth = fullWidth;
        this.fullHeight = fullHeight;
        int longest = Math.max(fullWidth, fullHeight);
        if (longest > 256 * MOST_SIDE) {
            throw new UserException(
                    "features need images of at most " + 256 * MOST_SIDE + " pixels a side, not " + longest);
        }
        factor = (longest + MOST_SIDE - 1) / MOST_SIDE;
        width = fullWidth / factor;
        height = fullHeight / factor;
        if (width < LEAST_SIDE || height < LEAST_SIDE) {
            throw new UserException("features need images of less uneven sides than " + fullWidth + "x" + fullHeight);
        }
        stride = width + 2;
        red = new int[width * height];
        green = new int[width * height];
        blue = new int[width * height];
        grey = new int[stride * (height + 2)];
        columns = new int[width * factor];
        row = new float[columns.length];
        sums = new float[columns.length];
        long area = (long) factor * factor;
        reciprocal = ((1L << 40) + area - 1) / area;
        planes = new int[][] {red, green, blue};
    }

    /** Takes planes R, G, B of bytes, each row-major from the top. */
    void load(byte[] rgb) {
        int plane = fullWidth * fullHeight;
        if (rgb.length < 3 * plane) {
            throw new IllegalArgumentException("image of " + rgb.length + " bytes, " + 3 * plane + " expected");
        }
        for (int c = 0; c < 3; c++) {
            switch (factor) {
                case 1 -> copy(rgb, c * plane, planes[c]);
                case 2 -> half(rgb, c * plane, planes[c]);
                default -> blocks(rgb, c * plane, planes[c]);
            }
        }
        toGrey();
    }

    /** Takes a network's input [3, height, width] and undoes its normalisation. */
    void load(FloatBuffer tensor, Preprocessing p) {
        int plane = fullWidth * fullHeight;
        for (int c = 0; c < 3; c++) {
            float scale = 255 * p.std()[c] / (factor * factor);
            float shift = 255 * p.mean()[c] + 0.5f;
            for (int y = 0; y < height; y++) {
                Arrays.fill(sums, 0);
                for (int dy = 0; dy < factor; dy++) {
                    tensor.get(c * plane + (y * factor + dy) * fullWidth, row);
                    for (int x = 0; x < sums.length; x++) {
                        sums[x] += row[x];
                    }
                }
                for (int x = 0; x < width; x++) {
                    float sum = 0;
                    for (int dx = 0; dx < factor; dx++) {
                        sum += sums[x * factor + dx];
                    }
                    planes[c][y * width + x] = Math.max(0, Math.min(255, (int) (sum * scale + shift)));
                }
            }
        }
        toGrey();
    }

    private void copy(byte[] rgb, int at, int[] out) {
        for (int i = 0; i < out.length; i++) {
            out[i] = rgb[at + i] & 0xff;
        }
    }

    private void half(byte[] rgb, int at, int[] out) {
        for (int y = 0; y < height; y++) {
            int upper = at + 2 * y * fullWidth;
            int lower = upper + fullWidth;
            int to = y * width;
            for (int x = 0; x < width; x++) {
                int sum = (rgb[upper + 2 * x] & 0xff)
                        + (rgb[upper + 2 * x + 1] & 0xff)
                        + (rgb[lower + 2 * x] & 0xff)
                        + (rgb[lower + 2 * x + 1] & 0xff);
                out[to + x] = (sum + 2) >> 2;
            }
        }
    }

    private void blocks(byte[] rgb, int at, int[] out) {
        for (int y = 0; y < height; y++) {
            Arrays.fill(columns, 0);
            for (int dy = 0; dy < factor; dy++) {
                int from = at + (y * factor + dy) * fullWidth;
                for (int x = 0; x < columns.length; x++) {
                    columns[x] += rgb[from + x] & 0xff;
                }
            }
            for (int x = 0; x < width; x++) {
                int sum = factor * factor / 2;
                for (int dx = 0; dx < factor; dx++) {
                    sum += columns[x * factor + dx];
                }
                out[y * width + x] = (int) ((sum * reciprocal) >> 40);
            }
        }
    }

    private void toGrey() {
        for (int y = 0; y < height; y++) {
            int from = y * width;
            int to = (y + 1) * stride + 1;
            for (int x = 0; x < width; x++) {
                grey[to + x] = (19595 * red[from + x] + 38470 * green[from + x] + 7471 * blue[from + x] + 32768) >> 16;
            }
            grey[to - 1] = grey[to];
            grey[to + width] = grey[to + width - 1];
        }
        System.arraycopy(grey, stride, grey, 0, stride);
        System.arraycopy(grey, height * stride, grey, (height + 1) * stride, stride);
    }
}
