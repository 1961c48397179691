package io.dms.select.learn;

/**
 * A binary decision tree in arrays. Node 0 is the root; children have greater numbers than their parents, so that a walk
 * ends whatever a file says.
 *
 * @param classes number of classes
 * @param feature which feature a node asks for; -1 for a leaf
 * @param threshold a value up to this goes left, a greater one right
 * @param left the left child of each node; for a leaf 0
 * @param right the right child of each node; for a leaf 0
 * @param share share of each class among the training rows of a node, by node, then by class
 */
@SuppressWarnings("ArrayRecordComponent")
public record DecisionTree(int classes, int[] feature, float[] threshold, int[] left, int[] right, float[][] share)
        implements Classifier {
    /** Checks that it is a tree. */
    public DecisionTree {
        int n = feature.length;
        if (n == 0 || threshold.length != n || left.length != n || right.length != n || share.length != n) {
            throw new IllegalArgumentException("columns of the tree differ in length");
        }
        for (int i = 0; i < n; i++) {
            boolean leaf = feature[i] < 0;
            if (share[i].length != classes
                    || (!leaf && (left[i] <= i || right[i] <= i || left[i] >= n || right[i] >= n))) {
                throw new IllegalArgumentException("node " + i + " of the tree can't be");
            }
        }
    }

    @Override
    public void scores(float[] x, float[] into) {
        int node = 0;
        while (feature[node] >= 0) {
            node = x[feature[node]] <= threshold[node] ? left[node] : right[node];
        }
        System.arraycopy(share[node], 0, into, 0, classes);
    }
}
