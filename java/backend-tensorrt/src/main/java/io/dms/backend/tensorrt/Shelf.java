package io.dms.backend.tensorrt;

import io.dms.model.WidthLevel;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The engines of a session's levels. Over its budget those that were used longest ago go; the one that is wanted stays
 * whatever it takes. Closes what it holds. Not thread-safe.
 */
final class Shelf implements AutoCloseable {
    private final Map<WidthLevel, LoadedEngine> engines = new IdentityHashMap<>();
    private final long budget;
    private long turn;

    /** @param budget most bytes of serialised engines that are held */
    Shelf(long budget) {
        this.budget = budget;
    }

    /** The engine of a level, or null; counts as a use. Allocates nothing. */
    @Nullable
    LoadedEngine find(WidthLevel level) {
        LoadedEngine e = engines.get(level);
        if (e != null) {
            e.usedAt(++turn);
        }
        return e;
    }

    /** The engine of a level, or null; no use. */
    @Nullable
    LoadedEngine peek(WidthLevel level) {
        return engines.get(level);
    }

    Iterable<LoadedEngine> all() {
        return engines.values();
    }

    void put(WidthLevel level, LoadedEngine engine) {
        engine.usedAt(++turn);
        engines.put(level, engine);
    }

    /** Makes room for an engine of so many bytes, before it is loaded. */
    void makeRoom(long bytes) {
        while (!engines.isEmpty() && bytes() > budget - bytes) {
            Map.Entry<WidthLevel, LoadedEngine> oldest = null;
            for (Map.Entry<WidthLevel, LoadedEngine> e : engines.entrySet()) {
                if (oldest == null || e.getValue().lastUse() < oldest.getValue().lastUse()) {
                    oldest = e;
                }
            }
            if (oldest != null) {
                LoadedEngine gone = engines.remove(oldest.getKey());
                if (gone != null) {
                    gone.close();
                }
            }
        }
    }

    long bytes() {
        return engines.values().stream().mapToLong(LoadedEngine::planBytes).sum();
    }

    @Override
    public void close() {
        engines.values().forEach(LoadedEngine::close);
        engines.clear();
    }
}
