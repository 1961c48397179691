package io.dms.select.nested;

import java.util.Arrays;

/**
 * What the last inputs of a stream were like, forgotten exponentially: how often each class was seen, and how unsure the
 * first candidate was. Reads only what the first candidate of each input answered, so that what is learned does not
 * depend on how often a dial lets others run. Allocates nothing once made.
 */
final class Past {
    /** Share of the last input: a memory of about 32 inputs, two seconds of a camera that gives 15 frames a second. */
    private static final float RATE = 1 / 32f;

    private final float[] classes;
    private float doubt;

    Past(int classes) {
        this.classes = new float[classes];
        restart();
    }

    void restart() {
        Arrays.fill(classes, 1f / classes.length);
        doubt = 0.5f;
    }

    /** How often each class was seen, above 0, sum 1. */
    float[] classes() {
        return classes;
    }

    /** How unsure the first candidate was, 0 to 1. */
    float doubt() {
        return doubt;
    }

    /** Adds an input by what its first candidate answered. */
    void add(float[] answer) {
        float most = 0;
        float floor = 0.02f / classes.length;
        for (int k = 0; k < classes.length; k++) {
            most = Math.max(most, answer[k]);
            classes[k] += RATE * (floor + 0.98f * answer[k] - classes[k]);
        }
        doubt += RATE * (1 - most - doubt);
    }
}
