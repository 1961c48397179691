package io.dms.robotics;

import io.dms.model.UserException;
import java.time.Duration;

/**
 * How long levels are measured.
 *
 * @param warmup time that each level runs before anything counts
 * @param duration time of counted calls of each level
 * @param iterations counted calls of each level, at least
 * @param seed of input values and the order of turns
 */
public record ProfileOptions(Duration warmup, Duration duration, int iterations, long seed) {
    /** What an application measures at opening where it was given no profile: below a second for small models. */
    public static final ProfileOptions QUICK = new ProfileOptions(Duration.ofMillis(30), Duration.ofMillis(120), 20, 1);

    /** Checks the ranges. */
    public ProfileOptions {
        if (warmup.isNegative()) {
            throw new UserException("--warmup must not be negative: " + warmup.toMillis() + "ms");
        }
        if (duration.isNegative() || duration.isZero()) {
            throw new UserException("--duration must be above 0: " + duration.toMillis() + "ms");
        }
        if (iterations < 1 || iterations > 10_000_000) {
            throw new UserException("--iterations must be between 1 and 10000000: " + iterations);
        }
    }
}
