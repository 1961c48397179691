package io.dms.select.feature;

import java.util.Arrays;

/**
 * Edges after Canny (A computational approach to edge detection, PAMI 1986) without smoothing: Sobel's 3x3 gradients,
 * magnitude {@code |gx| + |gy|}, thinning along the gradient in four directions, hysteresis between {@link #LOW} and
 * {@link #HIGH}. An edge is a set of edge pixels that touch by side or corner and one of which is above the high
 * threshold; its length is how many there are.
 */
final class Edges {
    static final int BINS = 7;
    static final int LOW = 100;
    static final int HIGH = 200;

    /** tan 22.5 degrees times 2^15. */
    private static final int TAN_22 = 13573;

    private static final int NONE = 0;
    private static final int WEAK = 1;
    private static final int STRONG = 2;

    private final int width;
    private final int height;
    private final int stride;
    private final int[] gx;
    private final int[] gy;
    private final int[] magnitude;
    private final byte[] kind;
    private final int[] strong;
    private final int[] stack;
    private final int[] around;
    private final double[] cos = new double[BINS];
    private final double[] sin = new double[BINS];
    private final int[] lengths = new int[BINS];
    private final int[] angles = new int[BINS];
    private int strongs;
    private int pixels;

    Edges(WorkImage image) {
        width = image.width;
        height = image.height;
        stride = image.stride;
        int n = image.grey.length;
        gx = new int[n];
        gy = new int[n];
        magnitude = new int[n];
        kind = new byte[n];
        strong = new int[n];
        stack = new int[n];
        around = new int[] {-stride - 1, -stride, -stride + 1, -1, 1, stride - 1, stride, stride + 1};
        for (int k = 1; k < BINS; k++) {
            cos[k] = Math.cos(Math.PI * k / BINS);
            sin[k] = Math.sin(Math.PI * k / BINS);
        }
    }

    /** Writes {@code edge_length1} and those behind it, then {@code edge_angle1} and those behind it. */
    void write(WorkImage image, float[] out, int at) {
        gradients(image.grey);
        thin();
        Arrays.fill(lengths, 0);
        Arrays.fill(angles, 0);
        pixels = 0;
        for (int s = 0; s < strongs; s++) {
            if (kind[strong[s]] == STRONG) {
                lengths[lengthBin(follow(strong[s]))]++;
            }
        }
        for (int k = 0; k < BINS; k++) {
            out[at + k] = lengths[k];
            out[at + BINS + k] = pixels == 0 ? 0 : (float) angles[k] / pixels;
        }
    }

    private void gradients(int[] grey) {
        for (int y = 1; y <= height; y++) {
            for (int i = y * stride + 1; i < y * stride + 1 + width; i++) {
                int nw = grey[i - stride - 1];
                int ne = grey[i - stride + 1];
                int sw = grey[i + stride - 1];
                int se = grey[i + stride + 1];
                int x = ne - nw + se - sw + 2 * (grey[i + 1] - grey[i - 1]);
                int down = sw - nw + se - ne + 2 * (grey[i + stride] - grey[i - stride]);
                gx[i] = x;
                gy[i] = down;
                magnitude[i] = Math.abs(x) + Math.abs(down);
            }
        }
    }

    /** Keeps pixels whose magnitude is the greatest across the edge; magnitude outside of the image is 0. */
    private void thin() {
        strongs = 0;
        Arrays.fill(kind, (byte) NONE);
        for (int y = 1; y <= height; y++) {
            for (int i = y * stride + 1; i < y * stride + 1 + width; i++) {
                int m = magnitude[i];
                if (m > LOW && isRidge(i, m)) {
                    if (m > HIGH) {
                        kind[i] = STRONG;
                        strong[strongs++] = i;
                    } else {
                        kind[i] = WEAK;
                    }
                }
            }
        }
    }

    private boolean isRidge(int i, int m) {
        int ax = Math.abs(gx[i]);
        int ay = Math.abs(gy[i]) << 15;
        int flat = ax * TAN_22;
        if (ay < flat) {
            return m > magnitude[i - 1] && m >= magnitude[i + 1];
        }
        if (ay > flat + (ax << 16)) {
            return m > magnitude[i - stride] && m >= magnitude[i + stride];
        }
        int across = (gx[i] ^ gy[i]) < 0 ? stride - 1 : stride + 1;
        return m > magnitude[i - across] && m > magnitude[i + across];
    }

    private int follow(int start) {
        int size = 0;
        int top = 0;
        stack[top++] = start;
        kind[start] = NONE;
        while (top > 0) {
            int i = stack[--top];
            size++;
            angles[angleBin(gx[i], gy[i])]++;
            for (int step : around) {
                if (kind[i + step] != NONE) {
                    kind[i + step] = NONE;
                    stack[top++] = i + step;
                }
            }
        }
        pixels += size;
        return size;
    }

    /** Octaves: below 4 pixels, below 8, ... below 128, and longer. */
    private static int lengthBin(int length) {
        int octave = 31 - Integer.numberOfLeadingZeros(length);
        return Math.max(0, Math.min(BINS - 1, octave - 1));
    }

    /** Equal parts of the half turn from pointing right, over down, to pointing left. */
    private int angleBin(int x, int y) {
        boolean turn = y < 0 || (y == 0 && x < 0);
        int dx = turn ? -x : x;
        int dy = turn ? -y : y;
        int bin = 0;
        for (int k = 1; k < BINS; k++) {
            bin += cos[k] * dy - sin[k] * dx >= 0 ? 1 : 0;
        }
        return bin;
    }
}
