package io.dms.robotics.source;

import io.dms.model.UserException;
import java.util.Locale;

/** Frames each second, as people write them. */
final class Rates {
    private Rates() {}

    static String text(double rate) {
        return Math.rint(rate) == rate ? Long.toString(Math.round(rate)) : String.format(Locale.ROOT, "%.2f", rate);
    }

    static double parse(String text, String what) {
        try {
            double rate = Double.parseDouble(text.strip().replaceFirst("(?i)\\s*fps$", ""));
            if (rate > 0 && rate <= 100_000) {
                return rate;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new UserException(
                "the rate of " + what + " must be a number of frames/s above 0 and at most 100000: \"" + text + "\"");
    }
}
