package io.dms.control;

import io.dms.model.UserException;

/**
 * How a coordinator weighs.
 *
 * @param aim what it does with what is left when the goals are met
 * @param clocks true where it may choose the board's clock; false leaves the clock to the board
 * @param guard factor on predicted times before a new allocation counts as meeting a goal; one that holds already needs
 *     none, so that allocations do not flap
 * @param utilityMargin relative gain of utility for which an allocation that still holds is changed
 * @param powerMargin relative gain of power for which it is changed
 * @param patience decisions in a row that must agree before an allocation that still holds is changed
 */
public record CoordinatorOptions(
        Aim aim, boolean clocks, double guard, double utilityMargin, double powerMargin, int patience) {
    /** What is done with what is left when the goals are met. */
    public enum Aim {
        /** The highest weighted accuracy, and then the lowest clock that keeps it. */
        ACCURACY,
        /** The least power: narrowest levels above the accuracy floors, and the clock that suits them. */
        ENERGY
    }

    /** Accuracy first; the clock is the board's. */
    public static final CoordinatorOptions DEFAULT = new CoordinatorOptions(Aim.ACCURACY, false, 1.0, 0.01, 0.03, 2);

    /** Checks the ranges. */
    public CoordinatorOptions {
        if (!(guard >= 1 && guard <= 3) || !(utilityMargin >= 0) || !(powerMargin >= 0) || patience < 1) {
            throw new UserException("a coordinator's guard must be 1 to 3, its margins at least 0, its patience 1");
        }
    }

    /** These options with another aim. */
    public CoordinatorOptions withAim(Aim other) {
        return new CoordinatorOptions(other, clocks, guard, utilityMargin, powerMargin, patience);
    }

    /** These options with or without the clocks. */
    public CoordinatorOptions withClocks(boolean permitted) {
        return new CoordinatorOptions(aim, permitted, guard, utilityMargin, powerMargin, patience);
    }
}
