package io.dms.schedule.catalog;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Drops what nobody would choose: a variant that another of the same task and place equals or beats in every accuracy
 * (overall, in each context, of each class) and in every cost, and that no other falls back to.
 *
 * <p>Only within one place: what a server does better still does not help while it is out of reach.
 */
public final class Dominance {
    /**
     * What was dropped.
     *
     * @param reason one line for people
     */
    public record Dropped(Variant variant, Variant by, String reason) {}

    /** What is left, and what was dropped. */
    public record Result(Catalog catalog, List<Dropped> dropped) {
        /** Copies. */
        public Result {
            dropped = List.copyOf(dropped);
        }
    }

    private Dominance() {}

    /** The catalog without its dominated variants; fragments that nothing requires any more go, too. */
    public static Result drop(Catalog c) {
        Set<String> needed = new HashSet<>();
        c.variants().forEach(v -> {
            if (v.fallback() != null) {
                needed.add(v.fallback());
            }
        });
        List<Variant> kept = new ArrayList<>(c.variants());
        List<Dropped> dropped = new ArrayList<>();
        for (Variant v : c.variants()) {
            if (needed.contains(v.id())) {
                continue;
            }
            for (Variant by : kept) {
                if (!by.equals(v) && dominates(by, v)) {
                    kept.remove(v);
                    dropped.add(new Dropped(v, by, reason(v, by)));
                    break;
                }
            }
        }
        Set<String> used = new HashSet<>();
        kept.forEach(v -> c.fragmentsOf(v).forEach(f -> used.add(f.id())));
        List<Fragment> fragments =
                c.fragments().stream().filter(f -> used.contains(f.id())).toList();
        return new Result(new Catalog(c.provenance(), c.tasks(), fragments, kept), dropped);
    }

    /** Whether the first is at least as good as the second in everything. */
    static boolean dominates(Variant a, Variant b) {
        return a.task().equals(b.task())
                && a.place() == b.place()
                && accuracyAtLeast(a, b)
                && a.memoryBytes() <= b.memoryBytes()
                && a.load().noMoreThan(b.load())
                && a.run().noMoreThan(b.run())
                && a.serverSeconds() <= b.serverSeconds()
                && a.dollars() <= b.dollars()
                && a.sentBytes() <= b.sentBytes()
                && a.receivedBytes() <= b.receivedBytes()
                && b.requires().containsAll(a.requires())
                && fallbackAtLeast(a, b);
    }

    /** On the device a fallback costs what falls through; for a server's variant it is what is left when that is lost. */
    private static boolean fallbackAtLeast(Variant a, Variant b) {
        if (Objects.equals(a.fallback(), b.fallback())) {
            Double own = a.fallsThrough();
            Double other = b.fallsThrough();
            return own == null ? other == null : other != null && own <= other;
        }
        return a.place() == Place.DEVICE ? a.fallback() == null : b.fallback() == null;
    }

    private static boolean accuracyAtLeast(Variant a, Variant b) {
        Double least = b.accuracy().overall();
        Double has = a.accuracy().overall();
        if (least != null && (has == null || has < least)) {
            return false;
        }
        boolean contexts = Stream.concat(
                        a.accuracy().contexts().keySet().stream(), b.accuracy().contexts().keySet().stream())
                .allMatch(x -> {
                    double other = b.accuracy().in(x);
                    return Double.isNaN(other) || a.accuracy().in(x) >= other;
                });
        return contexts
                && b.accuracy().classes().entrySet().stream().allMatch(e -> {
                    Double own = a.accuracy().classes().get(e.getKey());
                    return own != null && own >= e.getValue();
                });
    }

    private static String reason(Variant v, Variant by) {
        List<String> better = new ArrayList<>();
        Double overall = v.accuracy().overall();
        Double other = by.accuracy().overall();
        if (overall != null && other != null && other > overall) {
            better.add("more accurate");
        }
        if (by.memoryBytes() < v.memoryBytes()
                || by.requires().size() < v.requires().size()) {
            better.add("smaller");
        }
        if (by.load().seconds() < v.load().seconds()
                || by.load().joulesOrNaN() < v.load().joulesOrNaN()) {
            better.add("cheaper to load");
        }
        if (by.run().seconds() < v.run().seconds()
                || by.run().joulesOrNaN() < v.run().joulesOrNaN()) {
            better.add("cheaper to run");
        }
        if (by.dollars() < v.dollars()) {
            better.add("less dear");
        }
        return v.id() + " is dropped: " + by.id()
                + (better.isEmpty() ? " is its equal" : " is " + String.join(", ", better) + ", and nowhere worse");
    }
}
