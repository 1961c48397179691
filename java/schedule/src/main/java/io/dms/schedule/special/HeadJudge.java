package io.dms.schedule.special;

/**
 * Judges trained heads by their own trials: the margins that cost least among those whose gain over the general model is
 * surely enough on a stream. Surely means: the estimate less a number of its standard errors. What checks on the stream
 * have shown is taken off: each disagreement with the general model beyond what the trial lets expect counts as a frame
 * lost. Fields hold the last judgement. Allocates nothing; not thread-safe.
 */
final class HeadJudge {
    /** Checks that the trial's own rate of disagreement counts as. */
    private static final double TRUST = 5;
    /** Checks that are remembered, as heads may turn bad. */
    private static final double MEMORY = 50;
    /** Standard errors that disagreements must exceed their expectation by. */
    private static final double SURELY = 2;
    /** What is left of the checks after each window that the general model alone answered: a head gets another chance. */
    private static final double FADE = 0.98;

    /** A head that was trained. */
    static final class Known {
        final int trunk;
        final HeadTrial trial;
        final Checks checks;

        /** @param checks of heads on the same trunk */
        Known(int trunk, HeadTrial trial, Checks checks) {
            this.trunk = trunk;
            this.trial = trial;
            this.checks = checks;
        }
    }

    /**
     * What checks have shown of the heads on one trunk. Where a stream looks other than the held-out images, the trunk's
     * features do, so that it shows with all its heads; and there are few checks.
     */
    static final class Checks {
        private double checks;
        private double surplus;
        private double variance;

        /**
         * Counts a check.
         *
         * @param expected probability of disagreement
         */
        void checked(boolean agree, double expected) {
            if (checks >= MEMORY) {
                keep((MEMORY - 1) / MEMORY);
            }
            checks++;
            surplus += (agree ? 0 : 1) - expected;
            variance += expected * (1 - expected);
        }

        /** Forgets some of what was seen. */
        void fade() {
            keep(FADE);
        }

        private void keep(double share) {
            checks *= share;
            surplus *= share;
            variance *= share;
        }

        /**
         * By how much the head's answers surely differ from the general model's more often than they should. One check
         * more in the variance: of a rare event, one or two prove nothing.
         */
        double excess() {
            return Math.max(0, (surplus - SURELY * Math.sqrt(1 + variance)) / (TRUST + checks));
        }
    }

    private final RuleOptions options;
    private final double generalCost;

    /** Index in {@link Margins#GRID}. */
    int margins;
    /** Expected cost of a frame. */
    double cost;
    /** Expected gain over the general model alone, a share of frames. */
    double gain;
    /** The error that is allowed for. */
    double error;
    /** The gain less the error. */
    double lower;
    /** Share that the head takes. */
    double taken;

    HeadJudge(RuleOptions options, double generalCost) {
        this.options = options;
        this.generalCost = generalCost;
    }

    /** Judges one pair of margins. */
    void judge(Known k, int m, double trunkCost, double[] mix, double seen) {
        margins = m;
        taken = k.trial.taken(m, mix);
        cost = cost(trunkCost, taken);
        gain = k.trial.gain(m, mix) - taken * k.checks.excess();
        error = options.errors() * Math.sqrt(k.trial.variance(m, mix, seen));
        lower = gain - error;
    }

    /** Expected cost of a frame where the head takes this share: trunk, general model, checks. */
    double cost(double trunkCost, double share) {
        return trunkCost + (1 - share + share * options.epsilon()) * generalCost;
    }

    /**
     * Looks for the cheapest margins that are surely good enough.
     *
     * @return false where there are none; the fields then hold nothing of use
     */
    boolean choose(Known k, double trunkCost, double[] mix, double seen) {
        int best = -1;
        double least = generalCost;
        for (int m = 0; m < Margins.GRID.size(); m++) {
            judge(k, m, trunkCost, mix, seen);
            if (lower >= options.margin() && cost < least) {
                best = m;
                least = cost;
            }
        }
        if (best >= 0) {
            judge(k, best, trunkCost, mix, seen);
        }
        return best >= 0;
    }

    /**
     * Looks for the margins with the largest gain at less cost than the general model's.
     *
     * @return false where none is large enough; the fields then hold nothing of use
     */
    boolean safest(Known k, double trunkCost, double[] mix, double seen) {
        int best = -1;
        double most = options.margin();
        for (int m = 0; m < Margins.GRID.size(); m++) {
            judge(k, m, trunkCost, mix, seen);
            if (gain >= most && cost < generalCost) {
                best = m;
                most = gain;
            }
        }
        if (best >= 0) {
            judge(k, best, trunkCost, mix, seen);
        }
        return best >= 0;
    }
}
