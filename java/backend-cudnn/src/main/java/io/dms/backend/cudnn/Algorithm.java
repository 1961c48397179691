package io.dms.backend.cudnn;

import org.jspecify.annotations.Nullable;

/**
 * How cuDNN shall compute one convolution.
 *
 * @param id the library's number of the algorithm
 * @param math the kind of mathematics that belongs to it: an algorithm set without it may be ten times slower
 * @param workspace bytes of scratch memory
 * @param deterministic true where it gives the same bits each time
 * @param micros how long the search saw it run, or negative where nothing ran
 */
record Algorithm(int id, int math, long workspace, boolean deterministic, float micros) {
    /**
     * The first that gives the same bits each time, or else the first.
     *
     * <p>A search tries each algorithm with the descriptor's mathematics and with the library's default, which rounds to
     * TF32 on devices of 8.0 and newer: what it says of the latter, time and scratch memory, does not hold for the
     * former. So where nothing may be rounded, entries of {@link Dnn#FMA_MATH} go before all others; entries of the
     * default are taken only from a library that has none of these, and run without rounding.
     *
     * @param found the fastest first
     * @param strict nothing may be rounded
     * @param limit the most scratch memory, in bytes
     */
    static @Nullable Algorithm best(Algorithm[] found, boolean strict, long limit) {
        if (!strict) {
            return first(found, -1, limit);
        }
        Algorithm exact = first(found, Dnn.FMA_MATH, limit);
        Algorithm other = exact == null ? first(found, Dnn.DEFAULT_MATH, limit) : exact;
        return other == null
                ? null
                : new Algorithm(other.id, Dnn.FMA_MATH, other.workspace, other.deterministic, other.micros);
    }

    /** @param math -1 for any */
    private static @Nullable Algorithm first(Algorithm[] found, int math, long limit) {
        Algorithm any = null;
        for (Algorithm a : found) {
            if (a.workspace > limit || (math >= 0 && a.math != math)) {
                continue;
            }
            if (a.deterministic) {
                return a;
            }
            any = any == null ? a : any;
        }
        return any;
    }
}
