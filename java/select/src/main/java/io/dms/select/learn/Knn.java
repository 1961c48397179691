package io.dms.select.learn;

/**
 * Majority of the classes of the nearest neighbours. Several of them may share one {@link Neighbours} and call
 * {@link #vote} after one search.
 */
public final class Knn implements Classifier {
    private final Neighbours neighbours;
    private final int[] label;
    private final int classes;

    /**
     * @param neighbours the points; their working space is used
     * @param label class of each point; not copied, must not change
     * @param classes number of classes
     */
    public Knn(Neighbours neighbours, int[] label, int classes) {
        if (label.length != neighbours.points()) {
            throw new IllegalArgumentException(label.length + " classes for " + neighbours.points() + " points");
        }
        for (int l : label) {
            if (l < 0 || l >= classes) {
                throw new IllegalArgumentException("class " + l + " of " + classes);
            }
        }
        this.neighbours = neighbours;
        this.label = label;
        this.classes = classes;
    }

    @Override
    public int classes() {
        return classes;
    }

    /** The points. */
    public Neighbours neighbours() {
        return neighbours;
    }

    /** Class of a point. */
    public int label(int point) {
        return label[point];
    }

    @Override
    public void scores(float[] x, float[] into) {
        neighbours.find(x, Float.POSITIVE_INFINITY);
        vote(into);
    }

    /**
     * The share of each class among the neighbours that the last search found; all zero where it found none.
     *
     * @param into one share per class
     */
    public void vote(float[] into) {
        for (int c = 0; c < classes; c++) {
            into[c] = 0;
        }
        int found = neighbours.found();
        float one = 1f / Math.max(1, found);
        for (int i = 0; i < found; i++) {
            into[label[neighbours.index(i)]] += one;
        }
    }

    /** How many of the neighbours that the last search found have a class. */
    public int votes(int of) {
        int votes = 0;
        for (int i = 0; i < neighbours.found(); i++) {
            if (label[neighbours.index(i)] == of) {
                votes++;
            }
        }
        return votes;
    }

    @Override
    public Knn own() {
        return over(neighbours.own());
    }

    /**
     * The same classes for another thread's points.
     *
     * @param same {@link Neighbours#own()} of this one's
     */
    public Knn over(Neighbours same) {
        return new Knn(same, label, classes);
    }
}
