package io.dms.schedule.sim;

import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.CatalogFile;
import io.dms.schedule.catalog.Fragment;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The catalog that the authors of MCDNN published, and what experiments make of a catalog. */
public final class PaperCatalog {
    private PaperCatalog() {}

    /** Five tasks; figures in doubt are named with their variants. */
    public static Catalog load() {
        try (InputStream in = PaperCatalog.class.getResourceAsStream("mcdnn.catalog.json")) {
            if (in == null) {
                throw new IllegalStateException("the build left out mcdnn.catalog.json");
            }
            return CatalogFile.of(in.readAllBytes(), "mcdnn.catalog.json");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Several applications for each task, each with weights of its own.
     *
     * @param times how many
     */
    public static Catalog copies(Catalog c, int times) {
        List<Task> tasks = new ArrayList<>();
        List<Fragment> fragments = new ArrayList<>();
        List<Variant> variants = new ArrayList<>();
        for (int i = 1; i <= times; i++) {
            String end = i == 1 ? "" : "#" + i;
            for (Task t : c.tasks()) {
                tasks.add(new Task(t.id() + end, t.description(), t.input() + end, t.deadlineSeconds(), t.contexts()));
            }
            for (Fragment f : c.fragments()) {
                fragments.add(new Fragment(f.id() + end, f.memoryBytes(), f.load(), f.run(), named(f.requires(), end)));
            }
            for (Variant v : c.variants()) {
                variants.add(renamed(v, end));
            }
        }
        return new Catalog(c.provenance(), tasks, fragments, variants);
    }

    private static List<String> named(List<String> ids, String end) {
        return ids.stream().map(id -> id + end).toList();
    }

    private static Variant renamed(Variant v, String end) {
        @Nullable String fallback = v.fallback();
        return new Variant(
                v.id() + end,
                v.task() + end,
                v.place(),
                v.kind(),
                v.accuracy(),
                v.memoryBytes(),
                v.load(),
                v.run(),
                v.serverSeconds(),
                v.dollars(),
                v.sentBytes(),
                v.receivedBytes(),
                named(v.requires(), end),
                fallback == null ? null : fallback + end,
                v.fallsThrough(),
                v.implementation(),
                v.uncertain());
    }

    /** Only some tasks and variants. */
    static Catalog only(
            Catalog c, java.util.function.Predicate<Task> tasks, java.util.function.Predicate<Variant> keep) {
        List<Task> left = c.tasks().stream().filter(tasks).toList();
        List<Variant> variants = c.variants().stream()
                .filter(v -> left.stream().anyMatch(t -> t.id().equals(v.task())) && keep.test(v))
                .toList();
        return new Catalog(c.provenance(), left, c.fragments(), variants);
    }
}
