package io.dms.compiler;

import io.dms.model.UserException;
import java.util.List;

/**
 * How levels are searched that give each group its own number of channels.
 *
 * @param images how many calibration images a candidate's loss is measured on at most
 * @param budgets milliseconds of one image for each level below full width, widest first; empty for the time that the
 *     uniform level of the same width takes on this machine
 * @param threads of a call that is timed, 0 for one on each core
 */
public record SearchOptions(int images, List<Double> budgets, int threads) {
    /** The uniform levels' times, 256 images, all cores. */
    public static final SearchOptions DEFAULT = new SearchOptions(256, List.of(), 0);

    /** Checks the ranges. */
    public SearchOptions {
        if (images < 1) {
            throw new UserException("a search needs at least one image: " + images);
        }
        if (threads < 0) {
            throw new UserException("threads must not be negative: " + threads);
        }
        for (int i = 0; i < budgets.size(); i++) {
            if (!(budgets.get(i) > 0) || (i > 0 && budgets.get(i) > budgets.get(i - 1))) {
                throw new UserException("time budgets must be above 0 and fall from level to level: " + budgets);
            }
        }
        budgets = List.copyOf(budgets);
    }
}
