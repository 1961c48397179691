package io.dms.schedule.catalog;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleBiFunction;
import org.jspecify.annotations.Nullable;

/** The variants of a task that give the most accuracy for what they take of one thing. */
public final class Front {
    /** What is taken. */
    public enum Axis {
        /** Bytes on the device, fragments included. */
        MEMORY((c, v) -> (double) c.aloneBytes(v)),
        /** Seconds of a run, on a server included, without the link. */
        RUN_SECONDS((c, v) -> v.run().seconds()
                + v.serverSeconds()
                + fragments(c, v, f -> f.run().seconds())),
        /** Joules of a run on the device, without the link. */
        RUN_JOULES(
                (c, v) -> v.run().joulesOrNaN() + fragments(c, v, f -> f.run().joulesOrNaN())),
        /** Seconds to load. */
        LOAD_SECONDS(
                (c, v) -> v.load().seconds() + fragments(c, v, f -> f.load().seconds())),
        /** Joules to load. */
        LOAD_JOULES(
                (c, v) -> v.load().joulesOrNaN() + fragments(c, v, f -> f.load().joulesOrNaN())),
        /** Dollars of a request. */
        DOLLARS((c, v) -> v.dollars());

        private final ToDoubleBiFunction<Catalog, Variant> of;

        Axis(ToDoubleBiFunction<Catalog, Variant> of) {
            this.of = of;
        }

        /** What a variant takes; NaN where it was not measured. */
        public double of(Catalog c, Variant v) {
            return of.applyAsDouble(c, v);
        }

        /** As in options and reports. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    private Front() {}

    private static double fragments(Catalog c, Variant v, java.util.function.ToDoubleFunction<Fragment> of) {
        return c.fragmentsOf(v).stream().mapToDouble(of).sum();
    }

    /**
     * The front, cheapest first, each more accurate than the one before.
     *
     * @param place null for all places
     * @param context null for accuracy overall
     */
    public static List<Variant> of(Catalog c, String task, @Nullable Place place, @Nullable String context, Axis axis) {
        List<Variant> sorted = new ArrayList<>(c.variantsOf(task).stream()
                .filter(v -> place == null || v.place() == place)
                .filter(v -> !Double.isNaN(v.accuracy().in(context)) && !Double.isNaN(axis.of(c, v)))
                .toList());
        sorted.sort(Comparator.<Variant>comparingDouble(v -> axis.of(c, v))
                .thenComparingDouble(v -> -v.accuracy().in(context)));
        List<Variant> out = new ArrayList<>();
        double best = -1;
        for (Variant v : sorted) {
            if (v.accuracy().in(context) > best) {
                best = v.accuracy().in(context);
                out.add(v);
            }
        }
        return out;
    }
}
