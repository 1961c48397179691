package io.dms.control;

/**
 * What a coordinator is told before it decides.
 *
 * @param nowNanos now, on the clock of the outcomes
 * @param present for each application whether it is there
 * @param hertz the accelerator's clock, NaN where it is not known
 * @param capHertz the highest clock that the board allows, NaN where it is not known
 * @param throttled true while the board slows itself down
 */
public record Situation(long nowNanos, boolean[] present, double hertz, double capHertz, boolean throttled) {}
