package io.dms.schedule.special;

import java.util.Arrays;

/**
 * What share of a stream each class has, from the last answers to it. Answers are sometimes wrong, and how is known of
 * whoever gives them: expectation maximisation finds the shares that explain the answers best (Saerens, Latinne and
 * Decaestecker, "Adjusting the outputs of a classifier to new a priori probabilities", 2002, for answers instead of
 * probabilities). Adding and estimating allocate nothing. Not thread-safe.
 */
final class ClassMix {
    private static final int ROUNDS = 15;

    private final SkewWindow window;
    private final double[] mix;
    private final double[] carried;
    private final double[] prior;
    private final double[] next;
    private Confusion by;
    private double known;

    /**
     * @param by who answers
     * @param length answers that are kept
     */
    ClassMix(Confusion by, int length) {
        this.by = by;
        this.window = new SkewWindow(by.classes(), length);
        this.mix = new double[by.classes()];
        this.carried = new double[by.classes()];
        this.prior = new double[by.classes()];
        this.next = new double[by.classes()];
        forget();
    }

    /** Answers in the window. */
    SkewWindow window() {
        return window;
    }

    /** Forgets everything: all classes are as likely. */
    void forget() {
        window.clear();
        known = 0;
        Arrays.fill(carried, 0);
        Arrays.fill(mix, 1.0 / mix.length);
    }

    /** Forgets everything; somebody else answers from now on. */
    void restart(Confusion other) {
        forget();
        by = other;
    }

    /** Forgets all answers but those of a window, given by the same. */
    void become(SkewWindow latest) {
        forget();
        window.become(latest);
    }

    /**
     * Somebody else answers from now on. What was seen so far is carried over, and counts less and less as the window fills.
     */
    void answeredBy(Confusion other) {
        estimate();
        known = seen() - 1;
        System.arraycopy(mix, 0, carried, 0, mix.length);
        window.clear();
        by = other;
    }

    private double carriedAnswers() {
        return known * (1 - (double) window.size() / window.length());
    }

    /** Answers that the estimate rests on; one of them stands for that any class may come. */
    double seen() {
        return 1 + carriedAnswers() + window.size();
    }

    /** The share of each class; valid until the next call, not to be written. */
    double[] estimate() {
        int classes = mix.length;
        double carry = carriedAnswers();
        double seen = seen();
        for (int c = 0; c < classes; c++) {
            prior[c] = carry * carried[c] + 1.0 / classes;
            mix[c] = (prior[c] + window.count(c)) / seen;
        }
        for (int round = 0; round < ROUNDS; round++) {
            System.arraycopy(prior, 0, next, 0, classes);
            for (int a = 0; a < classes; a++) {
                int n = window.count(a);
                if (n == 0) {
                    continue;
                }
                double sum = 0;
                for (int c = 0; c < classes; c++) {
                    sum += mix[c] * by.share(c, a);
                }
                for (int c = 0; c < classes; c++) {
                    next[c] += n * mix[c] * by.share(c, a) / sum;
                }
            }
            for (int c = 0; c < classes; c++) {
                mix[c] = next[c] / seen;
            }
        }
        return mix;
    }
}
