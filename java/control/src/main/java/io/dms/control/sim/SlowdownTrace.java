package io.dms.control.sim;

import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How many times its profiled time each frame of a real stream took, one after the other, so that a simulation can have
 * the unrest of a real machine: bouts, spikes and the time slices of a scheduler, which no model of noise here has. What was
 * recorded at one level is taken to hold for all. Immutable.
 */
public final class SlowdownTrace {
    private final double[] factors;
    private final double periodNanos;

    private SlowdownTrace(double[] factors, double periodNanos) {
        this.factors = factors;
        this.periodNanos = periodNanos;
    }

    /**
     * A trace.
     *
     * @param framesPerSecond rate of the stream that was recorded
     * @param factors of its frames, copied
     * @throws UserException if there is none, or one is not above 0
     */
    public static SlowdownTrace of(double framesPerSecond, double... factors) {
        if (!(framesPerSecond > 0 && framesPerSecond < 1e6) || factors.length == 0) {
            throw new UserException("a trace of slow-down factors needs a rate above 0 and at least one factor");
        }
        for (double f : factors) {
            if (!(f > 0 && f < 1e6)) {
                throw new UserException("a slow-down factor must be above 0 and below 1e6: " + f);
            }
        }
        return new SlowdownTrace(factors.clone(), 1e9 / framesPerSecond);
    }

    /**
     * Reads numbers separated by white space; a line that begins with # is for people.
     *
     * @throws UserException if something is no number
     */
    public static SlowdownTrace parse(double framesPerSecond, String text) {
        List<Double> out = new ArrayList<>();
        int row = 0;
        for (String line : text.lines().toList()) {
            row++;
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            for (String word : line.strip().split("\\s+", -1)) {
                try {
                    out.add(Double.valueOf(word));
                } catch (NumberFormatException e) {
                    throw new UserException(
                            "line " + row + " of a trace of slow-down factors: \"" + word + "\" is no number");
                }
            }
        }
        return of(framesPerSecond, out.stream().mapToDouble(Double::doubleValue).toArray());
    }

    /** The stretch between two of its seconds. */
    public SlowdownTrace between(double from, double to) {
        int first = (int) Math.round(from * 1e9 / periodNanos);
        int end = (int) Math.round(to * 1e9 / periodNanos);
        if (first < 0 || end > factors.length || end <= first) {
            throw new UserException(
                    "a trace of " + seconds() + " s has no stretch from second " + from + " to second " + to);
        }
        return new SlowdownTrace(Arrays.copyOfRange(factors, first, end), periodNanos);
    }

    /** How long it is. */
    public double seconds() {
        return factors.length * periodNanos * 1e-9;
    }

    /** The factor of a frame that begins so long after the trace does; behind its end it begins anew. */
    double at(long nanos) {
        long i = Math.max(0, (long) (nanos / periodNanos));
        return factors[(int) (i % factors.length)];
    }
}
