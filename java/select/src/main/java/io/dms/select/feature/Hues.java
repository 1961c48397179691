package io.dms.select.feature;

import java.util.Arrays;

/**
 * Shares of hues. Hue is the angle on the hexagon of HSV (Smith, Color gamut transform pairs, SIGGRAPH 1978), 0 for red and
 * counted through green and blue; bins are equal and the first begins at red. A grey pixel has no hue and counts in none,
 * so that the shares of a pale image sum to little.
 */
final class Hues {
    static final int BINS = 7;

    private static final int SECTORS = 6;
    /** 2^32 over 6 times the chroma, rounded up: by it a division of a small number is exact. */
    private static final long[] RECIPROCAL = new long[256];

    static {
        for (int chroma = 1; chroma < RECIPROCAL.length; chroma++) {
            long divisor = (long) SECTORS * chroma;
            RECIPROCAL[chroma] = ((1L << 32) + divisor - 1) / divisor;
        }
    }

    private final int[] counts = new int[BINS];

    /** Writes {@code hue1} and those behind it. */
    void write(WorkImage image, float[] out, int at) {
        Arrays.fill(counts, 0);
        int n = image.red.length;
        for (int i = 0; i < n; i++) {
            int r = image.red[i];
            int g = image.green[i];
            int b = image.blue[i];
            int most = Math.max(r, Math.max(g, b));
            int chroma = most - Math.min(r, Math.min(g, b));
            if (chroma != 0) {
                counts[bin(r, g, b, most, chroma)]++;
            }
        }
        for (int k = 0; k < BINS; k++) {
            out[at + k] = (float) counts[k] / n;
        }
    }

    private static int bin(int r, int g, int b, int most, int chroma) {
        int sixths;
        if (r == most) {
            sixths = g - b < 0 ? g - b + SECTORS * chroma : g - b;
        } else if (g == most) {
            sixths = b - r + 2 * chroma;
        } else {
            sixths = r - g + 4 * chroma;
        }
        return (int) (((long) BINS * sixths * RECIPROCAL[chroma]) >>> 32);
    }
}
