package io.dms.schedule.special;

import io.dms.model.UserException;

/**
 * How a head is trained.
 *
 * @param inShare share of the training rows whose class is one of the head's; the rest is "other". Fixed, whatever the
 *     stream's own share is: 0.6 for objects, 0.7 for scenes, 0.5 for faces in Shen et al., CVPR 2017, section 4.1
 * @param mostRows most training rows
 * @param penalty of the squared weights, for features of unit variance
 * @param iterations most steps of the solver
 * @param threads that train, 1 to 64; the outcome does not depend on them
 * @param seed of the draw of rows
 */
public record TrainOptions(double inShare, int mostRows, double penalty, int iterations, int threads, long seed) {
    /** 60 % in the head's classes, at most 12,000 rows, two threads. */
    public static final TrainOptions DEFAULT = new TrainOptions(0.6, 12_000, 1e-4, 60, 2, 1);

    /** Checks the ranges. */
    public TrainOptions {
        if (!(inShare > 0 && inShare < 1)) {
            throw new UserException("the share of the head's own classes must be between 0 and 1: " + inShare);
        }
        if (mostRows < 2 || iterations < 1 || threads < 1 || threads > 64 || !(penalty >= 0 && penalty < 1e6)) {
            throw new UserException(
                    "training a head needs at least 2 rows, 1 step, 1 to 64 threads and a penalty from 0" + " up: "
                            + mostRows + ", " + iterations + ", " + threads + ", " + penalty);
        }
    }

    /** These options with another seed. */
    public TrainOptions withSeed(long seed) {
        return new TrainOptions(inShare, mostRows, penalty, iterations, threads, seed);
    }

    /** These options with another number of threads. */
    public TrainOptions withThreads(int threads) {
        return new TrainOptions(inShare, mostRows, penalty, iterations, threads, seed);
    }
}
