package io.dms.select.learn;

/**
 * Answers one class whatever the features: what there is to learn from rows that have one class only.
 *
 * @param classes number of classes
 * @param answer the class
 */
public record Constant(int classes, int answer) implements Classifier {
    /** Checks that the class is one. */
    public Constant {
        if (answer < 0 || answer >= classes) {
            throw new IllegalArgumentException("class " + answer + " of " + classes);
        }
    }

    @Override
    public void scores(float[] x, float[] into) {
        for (int c = 0; c < classes; c++) {
            into[c] = c == answer ? 1 : 0;
        }
    }
}
