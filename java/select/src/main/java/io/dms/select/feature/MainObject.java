package io.dms.select.feature;

import java.util.Arrays;

/**
 * The main object of an image, found from the image alone: its border is taken for background (the boundary prior of Wei,
 * Wen, Zhu and Sun, Geodesic saliency using background priors, ECCV 2012); a pixel is as salient as its colour is far from
 * the border's mean ({@code (|dR| + |dG| + |dB|) / 3}); Otsu's threshold (A threshold selection method from gray-level
 * histograms, 1979) parts object from background; the largest piece that holds together by sides is the main object.
 */
final class MainObject {
    private static final int LEVELS = 256;

    private final int width;
    private final int height;
    private final int stride;
    private final int[] salience;
    private final byte[] mask;
    private final int[] stack;
    private final int[] histogram = new int[LEVELS];
    private int area;
    private int perimeter;
    private int left;
    private int right;
    private int top;
    private int bottom;

    MainObject(WorkImage image) {
        width = image.width;
        height = image.height;
        stride = image.stride;
        salience = new int[width * height];
        mask = new byte[image.grey.length];
        stack = new int[image.grey.length];
    }

    /** Writes {@code area_by_perim} and {@code aspect_ratio}; of an image of one colour both are those of the whole. */
    void write(WorkImage image, float[] out, int at) {
        salience(image);
        int threshold = otsu(histogram, width * height);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                mask[(y + 1) * stride + x + 1] = (byte) (salience[y * width + x] > threshold ? 1 : 0);
            }
        }
        float ratio = (float) width / height;
        float extent = (float) (width * height) / (2 * (width + height));
        int most = 0;
        for (int y = 1; y <= height; y++) {
            for (int i = y * stride + 1; i <= y * stride + width; i++) {
                if (mask[i] == 1) {
                    fill(i);
                    if (area > most) {
                        most = area;
                        extent = (float) area / perimeter;
                        ratio = (float) (right - left + 1) / (bottom - top + 1);
                    }
                }
            }
        }
        out[at] = extent;
        out[at + 1] = ratio;
    }

    private void salience(WorkImage image) {
        int r = border(image.red);
        int g = border(image.green);
        int b = border(image.blue);
        Arrays.fill(histogram, 0);
        for (int i = 0; i < salience.length; i++) {
            int d = Math.abs(image.red[i] - r) + Math.abs(image.green[i] - g) + Math.abs(image.blue[i] - b);
            // d / 3, exact for d up to 765
            int s = (d * 21846) >> 16;
            salience[i] = s;
            histogram[s]++;
        }
    }

    private int border(int[] plane) {
        int sum = 0;
        for (int x = 0; x < width; x++) {
            sum += plane[x] + plane[(height - 1) * width + x];
        }
        for (int y = 1; y < height - 1; y++) {
            sum += plane[y * width] + plane[y * width + width - 1];
        }
        int n = 2 * (width + height) - 4;
        return (sum + n / 2) / n;
    }

    /** The level above which the object lies: that of the greatest variance between both sides, the lowest of equals. */
    static int otsu(int[] histogram, int n) {
        long total = 0;
        for (int v = 0; v < histogram.length; v++) {
            total += (long) v * histogram[v];
        }
        int threshold = histogram.length - 1;
        double best = 0;
        long below = 0;
        long sum = 0;
        for (int v = 0; v < histogram.length - 1; v++) {
            below += histogram[v];
            sum += (long) v * histogram[v];
            long above = n - below;
            if (below > 0 && above > 0) {
                double gap = (double) sum / below - (double) (total - sum) / above;
                double variance = gap * gap * below * above;
                if (variance > best) {
                    best = variance;
                    threshold = v;
                }
            }
        }
        return threshold;
    }

    private void fill(int start) {
        area = 0;
        perimeter = 0;
        left = width;
        right = 0;
        top = height;
        bottom = 0;
        int depth = 0;
        stack[depth++] = start;
        mask[start] = 2;
        while (depth > 0) {
            int i = stack[--depth];
            area++;
            int y = i / stride;
            int x = i - y * stride;
            left = Math.min(left, x);
            right = Math.max(right, x);
            top = Math.min(top, y);
            bottom = Math.max(bottom, y);
            depth = visit(i - 1, depth);
            depth = visit(i + 1, depth);
            depth = visit(i - stride, depth);
            depth = visit(i + stride, depth);
        }
    }

    private int visit(int i, int depth) {
        if (mask[i] == 0) {
            perimeter++;
            return depth;
        }
        if (mask[i] == 2) {
            return depth;
        }
        mask[i] = 2;
        stack[depth] = i;
        return depth + 1;
    }
}
