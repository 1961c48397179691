package io.dms.schedule.catalog;

import io.dms.model.ModelException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How often a variant's answer is right, from 0 to 1, over all that it answers, what falls through to its fallback
 * included.
 *
 * @param overall in no particular context, or null: then the variant serves only in the contexts that are named
 * @param classes by name of the class, as far as they were measured
 * @param contexts by name of the context (see {@link Task}), as far as they were measured
 */
public record Accuracy(@Nullable Double overall, Map<String, Double> classes, Map<String, Double> contexts) {
    /** @throws ModelException if a figure can't be, or there is none */
    public Accuracy {
        if (overall == null && contexts.isEmpty()) {
            throw new ModelException("accuracy is missing: give it overall or in a context");
        }
        if (overall != null) {
            check("overall", overall);
        }
        classes.forEach(Accuracy::check);
        contexts.forEach(Accuracy::check);
        classes = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(classes));
        contexts = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(contexts));
    }

    /** One figure for everything. */
    public static Accuracy of(double overall) {
        return new Accuracy(overall, Map.of(), Map.of());
    }

    private static void check(String what, double v) {
        if (!(v >= 0 && v <= 1)) {
            throw new ModelException("accuracy (" + what + ") must be between 0 and 1, but is " + v);
        }
    }

    /**
     * Accuracy in a context: as measured there, else overall.
     *
     * @param context null for none
     * @return NaN where the variant does not serve
     */
    public double in(@Nullable String context) {
        Double there = context == null ? null : contexts.get(context);
        return there != null ? there : overall != null ? overall : Double.NaN;
    }
}
