package io.dms.backend.tensorrt.cache;

import io.dms.backend.tensorrt.cache.EngineFolder.Refused;
import io.dms.backend.tensorrt.cache.KeyLocks.Held;
import io.dms.backend.tensorrt.cache.KeyLocks.Use;
import java.io.IOException;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The engines in a folder, for whoever wants to use one. Thread-safe. */
final class KeptEngines {
    static final long LOOK_AGAIN_MILLIS = 50;

    private final EngineFolder folder;
    private final EngineFiles files;
    private final Clock clock;

    KeptEngines(EngineFolder folder, Clock clock) {
        this(folder, clock, 1);
    }

    /** @param atATime how many threads look at a time */
    KeptEngines(EngineFolder folder, Clock clock, int atATime) {
        this.folder = folder;
        this.files = new EngineFiles(folder, atATime);
        this.clock = clock;
    }

    EngineFiles files() {
        return files;
    }

    /** Why an engine that is there is not used, as the end of a sentence. */
    static final class Why {
        @Nullable
        String text;
    }

    /**
     * What is kept, if it may be used.
     *
     * @param refused the record of an engine that the library refuses and that is therefore none; null for none
     * @param why gets the reason where there is one, if somebody wants it
     */
    @Nullable
    CachedEngine look(String id, @Nullable EngineRecord refused, @Nullable Why why) {
        if (!files.exists(id)) {
            return null;
        }
        Held use = null;
        try {
            use = use(id);
            if (refused != null && files.record(id).equals(refused)) {
                return null;
            }
            EngineFiles.Read read = files.read(id);
            files.touch(id, clock.instant());
            CachedEngine found = new CachedEngine(read.record(), read.plan(), false, true, use);
            use = null;
            return found;
        } catch (IOException e) {
            if (why != null) {
                why.text =
                        e instanceof Refused ? EngineFolder.reason(e) : "it can't be read: " + EngineFolder.reason(e);
            }
            return null;
        } finally {
            if (use != null) {
                use.close();
            }
        }
    }

    /** Marks an engine as used, null where the folder has no locks for us: then nobody can remove anything there, too. */
    @Nullable
    Held use(String id) {
        try {
            Held held = folder.tryLock(id, Use.READ);
            while (held == null && pause()) {
                held = folder.tryLock(id, Use.READ);
            }
            return held;
        } catch (IOException e) {
            return null;
        }
    }

    /** Waits a moment for another process; false where this thread was interrupted, which it then still is. */
    static boolean pause() {
        try {
            Thread.sleep(LOOK_AGAIN_MILLIS);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Why the engine of the same level that is there, if there is one, is another one. */
    @Nullable
    String elsewhere(EngineRequest request, EngineKey key) {
        List<EngineRecord> same = new EngineStore(folder)
                .records().stream()
                        .filter(r ->
                                r.model().equals(request.model()) && r.level().equals(request.level()))
                        .toList();
        return same.stream()
                .map(r -> key.differencesFrom(r.key()))
                .min(Comparator.comparingInt(List::size))
                .map(d -> "of the one that is kept, " + String.join(", ", d))
                .orElse(null);
    }
}
