package io.dms.schedule.special;

import io.dms.model.UserException;

/**
 * Constants of the on-line rule; the defaults are those of Shen et al., CVPR 2017, section 5.
 *
 * @param window answers of the general model before a decision (w_min)
 * @param drift how many classes two windows of one epoch may differ by (tau_r)
 * @param epsilon share of accepted answers that the general model checks
 * @param mostWrong share of checks that may disagree before the head is left (tau_FP)
 * @param margin by which the cascade must be more accurate than the general model alone (tau_a: 0.05 for objects and
 *     scenes, -0.05 for faces there)
 * @param errors standard errors by which the estimate of a head's gain must lie above the margin on entering
 * @param mostClasses most classes of a head
 * @param mostTried most heads that are trained in a row; each ten windows of frames allow for one more
 * @param seed of the checks
 */
public record RuleOptions(
        int window,
        int drift,
        double epsilon,
        double mostWrong,
        double margin,
        double errors,
        int mostClasses,
        int mostTried,
        long seed) {
    /** The paper's constants, a cascade at least as accurate as the general model, heads of up to 21 classes. */
    public static final RuleOptions DEFAULT = new RuleOptions(30, 2, 0.01, 0.5, 0, 1.5, 21, 3, 1);

    /** Checks the ranges. */
    public RuleOptions {
        if (window < 2 || drift < 0 || mostClasses < 1 || mostTried < 1) {
            throw new UserException("the rule needs a window of at least 2 answers, a drift from 0 up and heads of at"
                    + " least 1 class, one to be tried: " + window + ", " + drift + ", " + mostClasses + ", "
                    + mostTried);
        }
        if (!(epsilon >= 0 && epsilon <= 1)
                || !(mostWrong > 0 && mostWrong <= 1)
                || !(Math.abs(margin) < 1)
                || !(errors >= 0 && errors < 100)) {
            throw new UserException("epsilon and the share of wrong checks must lie between 0 and 1, the margin between"
                    + " -1 and 1, standard errors from 0 up: " + epsilon + ", " + mostWrong + ", " + margin + ", "
                    + errors);
        }
    }

    /** These options with another number of standard errors. */
    public RuleOptions withErrors(double errors) {
        return new RuleOptions(window, drift, epsilon, mostWrong, margin, errors, mostClasses, mostTried, seed);
    }

    /** These options with another seed. */
    public RuleOptions withSeed(long seed) {
        return new RuleOptions(window, drift, epsilon, mostWrong, margin, errors, mostClasses, mostTried, seed);
    }
}
