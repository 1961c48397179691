package io.dms.select.feature;

/**
 * Number of corners by the segment test (FAST-9; Rosten and Drummond, Machine learning for high-speed corner detection,
 * ECCV 2006): nine neighbouring pixels of the sixteen on a circle of radius 3 are all brighter than the middle by more than
 * {@link #THRESHOLD}, or all darker. Of touching corners
 * only the one counts that would bear the highest threshold, and none where two bear the same.
 *
 * <p>The published selector counts SURF keypoints; those need ten times the time of all other features together.
 */
final class Corners {
    static final int THRESHOLD = 20;

    private static final int RADIUS = 3;
    private static final int ARC = 9;
    private static final int[] DX = {0, 1, 2, 3, 3, 3, 2, 1, 0, -1, -2, -3, -3, -3, -2, -1};
    private static final int[] DY = {-3, -3, -2, -1, 0, 1, 2, 3, 3, 3, 2, 1, 0, -1, -2, -3};

    private final int[] circle = new int[DX.length];
    private final int[] difference = new int[2 * DX.length];
    private final int[] least = new int[2 * DX.length];
    private final int[] most = new int[2 * DX.length];
    private final int[] score;
    private final int[] found;

    Corners(WorkImage image) {
        for (int k = 0; k < circle.length; k++) {
            circle[k] = DY[k] * image.stride + DX[k];
        }
        score = new int[image.grey.length];
        found = new int[image.grey.length];
    }

    /** How many there are. */
    int count(WorkImage image) {
        int n = 0;
        int[] grey = image.grey;
        int north = circle[0];
        int northEast = circle[2];
        int east = circle[4];
        int southEast = circle[6];
        for (int y = RADIUS; y < image.height - RADIUS; y++) {
            int from = (y + 1) * image.stride + 1 + RADIUS;
            int to = from + image.width - 2 * RADIUS;
            for (int i = from; i < to; i++) {
                int c = grey[i];
                int a = grey[i + north] - c;
                int b = grey[i - north] - c;
                int d = grey[i + east] - c;
                int e = grey[i - east] - c;
                // Nine of sixteen in a row hold one of any two opposite ones.
                int bright = Math.min(Math.max(a, b), Math.max(d, e));
                int dark = Math.max(Math.min(a, b), Math.min(d, e));
                if (bright <= THRESHOLD && dark >= -THRESHOLD) {
                    continue;
                }
                a = grey[i + northEast] - c;
                b = grey[i - northEast] - c;
                d = grey[i + southEast] - c;
                e = grey[i - southEast] - c;
                bright = Math.min(bright, Math.min(Math.max(a, b), Math.max(d, e)));
                dark = Math.max(dark, Math.max(Math.min(a, b), Math.min(d, e)));
                if (bright <= THRESHOLD && dark >= -THRESHOLD) {
                    continue;
                }
                if (isCorner(grey, i, c)) {
                    score[i] = score();
                    found[n++] = i;
                }
            }
        }
        int kept = 0;
        for (int k = 0; k < n; k++) {
            kept += isGreatest(found[k], image.stride) ? 1 : 0;
        }
        for (int k = 0; k < n; k++) {
            score[found[k]] = 0;
        }
        return kept;
    }

    private boolean isCorner(int[] grey, int i, int c) {
        int brighter = 0;
        int darker = 0;
        for (int k = 0; k < circle.length; k++) {
            int d = grey[i + circle[k]] - c;
            difference[k] = d;
            // The sign bit of a negative number, at the place of this pixel.
            brighter |= ((THRESHOLD - d) >>> 31) << k;
            darker |= ((THRESHOLD + d) >>> 31) << k;
        }
        return hasArc(brighter) || hasArc(darker);
    }

    /** True where nine bits of the ring of sixteen stand side by side. */
    private static boolean hasArc(int ring) {
        int twice = ring | ring << 16;
        int two = twice & twice >>> 1;
        int four = two & two >>> 2;
        int eight = four & four >>> 4;
        return (eight & twice >>> 8) != 0;
    }

    /** The least difference of the best arc: least and greatest of 2, 4, 8 and then 9 side by side. */
    private int score() {
        System.arraycopy(difference, 0, difference, circle.length, circle.length);
        int n = difference.length;
        System.arraycopy(difference, 0, least, 0, n);
        System.arraycopy(difference, 0, most, 0, n);
        for (int step = 1; step <= ARC / 2; step *= 2) {
            n -= step;
            for (int k = 0; k < n; k++) {
                least[k] = Math.min(least[k], least[k + step]);
                most[k] = Math.max(most[k], most[k + step]);
            }
        }
        int best = 0;
        for (int k = 0; k < circle.length; k++) {
            int bright = Math.min(least[k], difference[k + ARC - 1]);
            int dark = -Math.max(most[k], difference[k + ARC - 1]);
            best = Math.max(best, Math.max(bright, dark));
        }
        return best;
    }

    private boolean isGreatest(int i, int stride) {
        int s = score[i];
        return s > score[i - stride - 1]
                && s > score[i - stride]
                && s > score[i - stride + 1]
                && s > score[i - 1]
                && s > score[i + 1]
                && s > score[i + stride - 1]
                && s > score[i + stride]
                && s > score[i + stride + 1];
    }
}
