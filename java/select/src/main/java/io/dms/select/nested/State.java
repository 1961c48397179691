package io.dms.select.nested;

import org.jspecify.annotations.Nullable;

/**
 * What is known once certain candidates ran: their blended answer, how likely it is right, and how likely it will be right
 * once one more candidate ran.
 *
 * @param blend of the candidates that ran
 * @param now probability that the blended answer is right
 * @param then by candidate: the same once that candidate ran as well; null where it is not to run
 * @param embedding how many penultimate features of the only candidate that ran are read behind the signals
 */
@SuppressWarnings("ArrayRecordComponent")
record State(Blend blend, Logistic now, @Nullable Logistic[] then, int embedding) {
    int mask() {
        return blend.mask();
    }

    /**
     * The candidate whose run is worth most, or -1 where none is worth its time.
     *
     * @param x signals, and the embedding behind them
     * @param price share of right answers that a millisecond is worth
     * @param millis by candidate; infinite where it may not run
     */
    int best(float[] x, double price, double[] millis) {
        double right = now.at(x);
        double most = 0;
        int best = -1;
        for (int c = 0; c < then.length; c++) {
            Logistic gate = then[c];
            if (gate != null && millis[c] < Double.POSITIVE_INFINITY) {
                double worth = gate.at(x) - right - price * millis[c];
                if (worth > most) {
                    most = worth;
                    best = c;
                }
            }
        }
        return best;
    }
}
