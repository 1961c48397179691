package io.dms.model;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/**
 * A choice of unit count for every channel group, with the normalisation that belongs to it. Immutable. Two levels are
 * the same only if they are the same object; a session prepares each one that it is given.
 */
public final class WidthLevel {
    private final String name;
    private final double width;
    private final int[] counts;
    private final Map<String, Affine> normalization;

    /**
     * @param name what people call it, as in {@code 0.75}
     * @param width nominal share of channels kept, in (0, 1]
     * @param counts units kept of each group, in the order of {@link ChannelGroups#groups()}
     * @param normalization scale and shift by normalisation site (see {@link ScalableModel}); sites left out keep the
     *     prefix of the full width's
     */
    public WidthLevel(String name, double width, int[] counts, Map<String, Affine> normalization) {
        if (!(width > 0 && width <= 1)) {
            throw new UserException("width must be above 0 and at most 1: " + width);
        }
        this.name = name;
        this.width = width;
        this.counts = counts.clone();
        this.normalization = Collections.unmodifiableMap(new LinkedHashMap<>(normalization));
    }

    /** The name that a level of this width has by default: two decimals or more, as in {@code 0.75}. */
    public static String nameOf(double width) {
        String two = String.format(Locale.ROOT, "%.2f", width);
        return Double.parseDouble(two) == width ? two : Double.toString(width);
    }

    /** What people call it. */
    public String name() {
        return name;
    }

    /** Nominal share of channels kept. */
    public double width() {
        return width;
    }

    /** Units kept of one group. */
    public int count(int group) {
        return counts[group];
    }

    /** Units kept of each group, a copy. */
    public int[] counts() {
        return counts.clone();
    }

    /** Scale and shift by normalisation site. */
    public Map<String, Affine> normalization() {
        return normalization;
    }

    /** This level with another normalisation. */
    public WidthLevel withNormalization(Map<String, Affine> normalization) {
        return new WidthLevel(name, width, counts, normalization);
    }

    @Override
    public String toString() {
        return name + Arrays.toString(counts);
    }
}
