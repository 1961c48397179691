package io.dms.schedule;

/**
 * What a load or a run really took. Written by the executor and used again; not thread-safe.
 *
 * <p>The prediction is the catalog's, before any correction, so that a scheduler sees measured over cataloged.
 */
public final class Outcome {
    /** Index of the variant, or of the unit where it was a load. */
    public int index;
    /** Whether it was a load. */
    public boolean load;
    /** Whether it failed: then its figures are what was lost. */
    public boolean failed;
    /** The catalog's seconds. */
    public double catalogSeconds;
    /** Measured seconds, or NaN. */
    public double seconds;
    /** The catalog's joules. */
    public double catalogJoules;
    /** Measured joules, or NaN. */
    public double joules;
}
