package io.dms.select.learn;

import io.dms.model.UserException;

/**
 * Finds the nearest training points of a query by Euclidean distance, all of them compared. Points lie feature by feature
 * so that the loop over points vectorises: 10,000 points of seven features take some ten microseconds, which is less than
 * a tree of points would have to save. Exact; of equally near points the first wins, so that results do not depend on the
 * machine.
 *
 * <p>The result of a search stays until the next: several classifiers can label the same neighbours (the published
 * cascade computes them once for all its stages). One thread at a time.
 */
public final class Neighbours {
    private static final int BLOCK = 512;

    private final float[][] byFeature;
    private final int points;
    private final int k;
    private final float[] block = new float[BLOCK];
    private final int[] index;
    private final float[] squared;
    private int found;

    private Neighbours(float[][] byFeature, int points, int k) {
        this.byFeature = byFeature;
        this.points = points;
        this.k = k;
        this.index = new int[k];
        this.squared = new float[k];
    }

    /**
     * Points to search among.
     *
     * @param rows by point, then by feature
     * @param k how many neighbours
     * @throws UserException if there are fewer points than neighbours
     */
    public static Neighbours of(float[][] rows, int k) {
        if (k < 1) {
            throw new UserException("the number of neighbours must be at least 1, not " + k);
        }
        if (rows.length < k) {
            throw new UserException(k + " nearest neighbours need at least " + k + " training samples, there are "
                    + rows.length + "; give more samples or fewer neighbours");
        }
        float[][] byFeature = new float[rows[0].length][rows.length];
        for (int i = 0; i < rows.length; i++) {
            for (int f = 0; f < byFeature.length; f++) {
                byFeature[f][i] = rows[i][f];
            }
        }
        return new Neighbours(byFeature, rows.length, k);
    }

    /** The same points for another thread. */
    public Neighbours own() {
        return new Neighbours(byFeature, points, k);
    }

    /** How many neighbours a search looks for. */
    public int k() {
        return k;
    }

    /** Number of points. */
    public int points() {
        return points;
    }

    /** Number of features of a point. */
    public int features() {
        return byFeature.length;
    }

    /** One feature of one point. */
    public float value(int point, int feature) {
        return byFeature[feature][point];
    }

    /**
     * Finds the nearest points that are no farther than a radius.
     *
     * @param radius greatest distance; infinity for no limit
     * @return how many there are, at most {@link #k()}
     */
    public int find(float[] x, float radius) {
        found = 0;
        float limit = radius * radius;
        for (int start = 0; start < points; start += BLOCK) {
            int n = Math.min(BLOCK, points - start);
            distances(x, start, n);
            for (int i = 0; i < n; i++) {
                float d = block[i];
                if (found < k ? d <= limit : d < squared[k - 1]) {
                    insert(start + i, d);
                }
            }
        }
        return found;
    }

    private void distances(float[] x, int start, int n) {
        float[] into = block;
        float first = x[0];
        float[] values = byFeature[0];
        for (int i = 0; i < n; i++) {
            float d = values[start + i] - first;
            into[i] = d * d;
        }
        for (int f = 1; f < byFeature.length; f++) {
            add(byFeature[f], x[f], start, n, into);
        }
    }

    private static void add(float[] values, float at, int start, int n, float[] into) {
        for (int i = 0; i < n; i++) {
            float d = values[start + i] - at;
            into[i] += d * d;
        }
    }

    private void insert(int point, float distance) {
        int at = found < k ? found++ : k - 1;
        while (at > 0 && squared[at - 1] > distance) {
            squared[at] = squared[at - 1];
            index[at] = index[at - 1];
            at--;
        }
        squared[at] = distance;
        index[at] = point;
    }

    /** How many the last search found. */
    public int found() {
        return found;
    }

    /** A point that the last search found, the nearest first. */
    public int index(int rank) {
        return index[rank];
    }

    /** Its distance. */
    public float distance(int rank) {
        return (float) Math.sqrt(squared[rank]);
    }
}
