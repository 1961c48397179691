package io.dms.schedule.catalog;

import io.dms.model.ModelException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * All tasks with all their variants and what these share. Immutable and whole: what it names is there, nothing is named
 * twice, fragments do not require each other in a circle, and every task has a variant that serves outside of contexts.
 *
 * @param provenance where the figures come from
 */
public record Catalog(Provenance provenance, List<Task> tasks, List<Fragment> fragments, List<Variant> variants) {
    /** @throws ModelException if the catalog contradicts itself: one line that says what and where */
    public Catalog {
        tasks = List.copyOf(tasks);
        fragments = List.copyOf(fragments);
        variants = List.copyOf(variants);
        if (tasks.isEmpty()) {
            throw new ModelException("a catalog needs at least one task");
        }
        Map<String, Task> byTask = new HashMap<>();
        for (Task t : tasks) {
            if (byTask.put(t.id(), t) != null) {
                throw new ModelException("there are two tasks " + t.id());
            }
        }
        Map<String, Fragment> byFragment = new HashMap<>();
        for (Fragment f : fragments) {
            if (byFragment.put(f.id(), f) != null) {
                throw new ModelException("there are two fragments " + f.id());
            }
        }
        checkFragments(byFragment);
        checkVariants(variants, byTask, byFragment);
        for (Task t : tasks) {
            if (variants.stream()
                    .noneMatch(v -> v.task().equals(t.id()) && v.accuracy().overall() != null)) {
                throw new ModelException("task " + t.id() + " has no variant that serves it outside of contexts");
            }
        }
    }

    private static void checkFragments(Map<String, Fragment> byId) {
        for (Fragment f : byId.values()) {
            for (String r : f.requires()) {
                if (!byId.containsKey(r)) {
                    throw new ModelException(
                            "fragment " + f.id() + " requires " + r + ", and there is no such fragment");
                }
            }
        }
        Set<String> sound = new HashSet<>();
        for (String id : byId.keySet()) {
            walk(id, byId, new LinkedHashSet<>(), sound);
        }
    }

    private static void walk(String id, Map<String, Fragment> byId, LinkedHashSet<String> path, Set<String> sound) {
        if (sound.contains(id)) {
            return;
        }
        if (!path.add(id)) {
            throw new ModelException(
                    "fragments require each other in a circle: " + String.join(" -> ", path) + " -> " + id);
        }
        Fragment f = byId.get(id);
        if (f != null) {
            f.requires().forEach(r -> walk(r, byId, path, sound));
        }
        path.remove(id);
        sound.add(id);
    }

    private static void checkVariants(
            List<Variant> variants, Map<String, Task> byTask, Map<String, Fragment> byFragment) {
        Map<String, Variant> byId = new HashMap<>();
        for (Variant v : variants) {
            if (byId.put(v.id(), v) != null) {
                throw new ModelException("there are two variants " + v.id());
            }
            if (byFragment.containsKey(v.id())) {
                throw new ModelException(v.id() + " is a variant and a fragment; ids must differ");
            }
            Task task = byTask.get(v.task());
            if (task == null) {
                throw new ModelException("variant " + v.id() + " serves " + v.task() + ", and there is no such task");
            }
            for (String r : v.requires()) {
                if (!byFragment.containsKey(r)) {
                    throw new ModelException(
                            "variant " + v.id() + " requires " + r + ", and there is no such fragment");
                }
            }
            for (String c : v.accuracy().contexts().keySet()) {
                if (task.contexts().stream().noneMatch(known -> known.name().equals(c))) {
                    throw new ModelException("variant " + v.id() + " has an accuracy in context " + c + ", and task "
                            + task.id() + " has no such context");
                }
            }
        }
        for (Variant v : variants) {
            String next = v.fallback();
            if (next == null) {
                continue;
            }
            Variant to = byId.get(next);
            if (to == null || !to.task().equals(v.task())) {
                throw new ModelException(
                        "variant " + v.id() + " falls back to " + next + ", and there is no such variant of its task");
            }
            if (to.fallback() != null || to.accuracy().overall() == null) {
                throw new ModelException(
                        "variant " + v.id() + " falls back to " + next + ", which does not serve everything by itself");
            }
        }
    }

    /** The task of an id, or null. */
    public @Nullable Task task(String id) {
        return tasks.stream().filter(t -> t.id().equals(id)).findFirst().orElse(null);
    }

    /** The variants of a task, in the catalog's order. */
    public List<Variant> variantsOf(String task) {
        return variants.stream().filter(v -> v.task().equals(task)).toList();
    }

    /** The variant of an id, or null. */
    public @Nullable Variant variant(String id) {
        return variants.stream().filter(v -> v.id().equals(id)).findFirst().orElse(null);
    }

    /** All fragments that a variant needs, directly or not, each once, what is required before what requires it. */
    public List<Fragment> fragmentsOf(Variant v) {
        Map<String, Fragment> byId = new HashMap<>();
        fragments.forEach(f -> byId.put(f.id(), f));
        LinkedHashSet<Fragment> out = new LinkedHashSet<>();
        v.requires().forEach(r -> collect(r, byId, out));
        return new ArrayList<>(out);
    }

    private static void collect(String id, Map<String, Fragment> byId, LinkedHashSet<Fragment> out) {
        Fragment f = byId.get(id);
        if (f != null && !out.contains(f)) {
            f.requires().forEach(r -> collect(r, byId, out));
            out.add(f);
        }
    }

    /** Bytes on the device if this variant were loaded alone. */
    public long aloneBytes(Variant v) {
        return v.memoryBytes()
                + fragmentsOf(v).stream().mapToLong(Fragment::memoryBytes).sum();
    }

    /** Whether every figure of energy on the device is known: without them no budget of energy can be kept. */
    public boolean hasJoules() {
        return variants.stream()
                        .allMatch(v -> v.load().joules() != null && v.run().joules() != null)
                && fragments.stream()
                        .allMatch(f -> f.load().joules() != null && f.run().joules() != null);
    }
}
