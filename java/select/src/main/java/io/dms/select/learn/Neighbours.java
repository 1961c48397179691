package io.dms.select.learn;

import io.dms.model.UserException;
import java.util.Arrays;

/**
 * Finds the nearest training points of a query by Euclidean distance, all of them compared: points lie in blocks, feature
 * by feature, so that the loop vectorises, and a search costs about a nanosecond a point. Exact; of equally near points the
 * first wins, so that results do not depend on the machine.
 *
 * <p>The result of a search stays until the next: several classifiers can label the same neighbours (the published
 * cascade computes them once for all its stages). One thread at a time.
 */
public final class Neighbours {
    private static final int BLOCK = 512;

    private final float[][][] blocks;
    private final int points;
    private final int features;
    private final int k;
    private final float[] distance = new float[BLOCK];
    private final int[] index;
    private final float[] squared;
    private int found;

    private Neighbours(float[][][] blocks, int points, int features, int k) {
        this.blocks = blocks;
        this.points = points;
        this.features = features;
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
        int features = rows[0].length;
        float[][][] blocks = new float[(rows.length + BLOCK - 1) / BLOCK][features][BLOCK];
        for (int i = 0; i < blocks.length * BLOCK; i++) {
            for (int f = 0; f < features; f++) {
                // what fills the last block is nobody's neighbour
                blocks[i / BLOCK][f][i % BLOCK] = i < rows.length ? rows[i][f] : Float.NaN;
            }
        }
        return new Neighbours(blocks, rows.length, features, k);
    }

    /** The same points for another thread. */
    public Neighbours own() {
        return new Neighbours(blocks, points, features, k);
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
        return features;
    }

    /** One feature of one point. */
    public float value(int point, int feature) {
        return blocks[point / BLOCK][feature][point % BLOCK];
    }

    /**
     * Finds the nearest points that are no farther than a radius.
     *
     * @param radius greatest distance; infinity for no limit
     * @return how many there are, at most {@link #k()}
     */
    public int find(float[] x, float radius) {
        found = 0;
        // below this a point is of interest: first the radius itself counts, later only what is nearer than the last
        // found
        float below = Math.nextUp(radius * radius);
        for (int b = 0; b < blocks.length; b++) {
            Arrays.fill(distance, 0);
            for (int f = 0; f < features; f++) {
                add(blocks[b][f], x[f], distance);
            }
            below = scan(b * BLOCK, below);
        }
        return found;
    }

    /** One feature's part of the squared distances. Vectorises as it stands: one index for all arrays. */
    private static void add(float[] values, float at, float[] into) {
        for (int i = 0; i < BLOCK; i++) {
            float d = values[i] - at;
            into[i] += d * d;
        }
    }

    private float scan(int start, float limit) {
        float[] squares = distance;
        float below = limit;
        for (int i = 0; i < BLOCK; i++) {
            if (squares[i] < below) {
                insert(start + i, squares[i]);
                if (found == k) {
                    below = squared[k - 1];
                }
            }
        }
        return below;
    }

    private void insert(int point, float square) {
        int at = found < k ? found++ : k - 1;
        while (at > 0 && squared[at - 1] > square) {
            squared[at] = squared[at - 1];
            index[at] = index[at - 1];
            at--;
        }
        squared[at] = square;
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
