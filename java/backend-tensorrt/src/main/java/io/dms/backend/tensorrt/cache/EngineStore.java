package io.dms.backend.tensorrt.cache;

import io.dms.backend.tensorrt.cache.EngineFolder.Refused;
import io.dms.backend.tensorrt.cache.KeyLocks.Held;
import io.dms.backend.tensorrt.cache.KeyLocks.Use;
import io.dms.model.EnvironmentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The files of a cache, to look at and to tidy up. Needs no library and no device. Thread-safe. */
public final class EngineStore {
    private static final Comparator<StoredEngine> OLDEST_FIRST =
            Comparator.comparing(StoredEngine::used, Comparator.nullsFirst(Comparator.naturalOrder()));

    private final EngineFolder folder;
    private final EngineFiles files;

    EngineStore(EngineFolder folder) {
        this.folder = folder;
        this.files = new EngineFiles(folder);
    }

    /**
     * Opens the cache in a folder.
     *
     * @return null where there is no such folder
     * @throws EnvironmentException if the folder can't be read, or others could have written to it
     */
    public static @Nullable EngineStore open(Path path) {
        if (!Files.exists(path)) {
            return null;
        }
        try {
            return new EngineStore(EngineFolder.open(path));
        } catch (IOException e) {
            throw new EnvironmentException(
                    "the engine cache " + path + " " + (e instanceof Refused ? "" : "can't be opened: ")
                            + EngineFolder.reason(e)
                            + ": name a folder of your own that nobody else can write (chmod 700),"
                            + " or let it be made",
                    e);
        }
    }

    /** What is there, by model and level. Reads records, not plans. */
    public List<StoredEngine> list() {
        return all(false);
    }

    /** What is there, every byte of it compared with its digest, several files at a time. */
    public List<StoredEngine> verify() {
        return all(true);
    }

    /** Records that can be trusted. */
    List<EngineRecord> records() {
        return list().stream()
                .map(StoredEngine::record)
                .filter(Objects::nonNull)
                .toList();
    }

    private List<StoredEngine> all(boolean plans) {
        TreeSet<String> ids = new TreeSet<>();
        for (String name : names()) {
            String id = EngineFiles.id(name);
            if (id != null) {
                ids.add(id);
            }
        }
        List<StoredEngine> all = new ArrayList<>();
        for (StoredEngine e : InTurns.map(List.copyOf(ids), id -> look(id, plans))) {
            String id = e.id();
            if (e.bytes() > 0 || files.exists(id)) {
                all.add(e);
            }
        }
        all.sort(Comparator.comparing(StoredEngine::name));
        return all;
    }

    private Iterable<String> names() {
        try {
            return folder.names();
        } catch (IOException e) {
            throw new EnvironmentException(
                    "can't read the engine cache " + folder.path() + ": " + EngineFolder.reason(e)
                            + "; check its rights",
                    e);
        }
    }

    private StoredEngine look(String id, boolean plan) {
        EngineRecord record = null;
        String fault = null;
        try {
            record = files.record(id);
            if (plan) {
                files.verify(id);
            }
        } catch (IOException e) {
            fault = e instanceof Refused ? EngineFolder.reason(e) : "it can't be read: " + EngineFolder.reason(e);
        }
        boolean building = taken(id, Use.WRITE);
        return new StoredEngine(
                id,
                record,
                files.bytes(id),
                files.used(id),
                building || taken(id, Use.REMOVE),
                building && record == null ? null : fault);
    }

    private boolean taken(String id, Use use) {
        try (Held held = folder.tryLock(id, use)) {
            return held == null;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * What shall go.
     *
     * @param keepBytes the most that may stay, by size; those go first that were not used for the longest time
     * @param unusedSince engines go that were not used since then, null for none
     * @param everything all engines, and the timings of earlier builds
     * @param tell true to tell only what would go
     */
    public record Prune(long keepBytes, @Nullable Instant unusedSince, boolean everything, boolean tell) {}

    /**
     * What went.
     *
     * @param engines with the reason of each in its place of the other list
     * @param reasons as in {@code damaged}
     * @param leftover other files that went: timings, and what writes left that did not end
     * @param kept what is there still
     */
    public record Pruned(
            List<StoredEngine> engines, List<String> reasons, List<String> leftover, List<StoredEngine> kept) {}

    /**
     * Removes engines that can't be used and, where wanted, others. None that a process uses now.
     *
     * @throws EnvironmentException if a file can't be removed
     */
    public Pruned prune(Prune what) {
        List<StoredEngine> gone = new ArrayList<>();
        List<String> reasons = new ArrayList<>();
        List<StoredEngine> kept = new ArrayList<>();
        List<StoredEngine> all = new ArrayList<>(what.everything() ? list() : verify());
        all.sort(OLDEST_FIRST);
        long bytes = all.stream().mapToLong(StoredEngine::bytes).sum();
        for (StoredEngine e : all) {
            String why = why(e, what, bytes);
            if (why != null && (what.tell() ? !e.inUse() : remove(e.id()))) {
                bytes -= e.bytes();
                gone.add(e);
                reasons.add(why);
            } else {
                kept.add(e);
            }
        }
        kept.sort(Comparator.comparing(StoredEngine::name));
        return new Pruned(gone, reasons, others(what), kept);
    }

    private static @Nullable String why(StoredEngine e, Prune what, long bytes) {
        if (e.fault() != null) {
            return e.fault();
        }
        if (what.everything()) {
            return "everything goes";
        }
        Instant limit = what.unusedSince();
        Instant used = e.used();
        if (limit != null && used != null && used.isBefore(limit)) {
            return "not used since " + used;
        }
        return bytes > what.keepBytes() ? "the cache is larger than wanted" : null;
    }

    private List<String> others(Prune what) {
        List<String> gone = new ArrayList<>();
        for (String name : names()) {
            boolean unfinished = name.endsWith(".tmp") && TimingFile.isOne(name);
            if (unfinished || (what.everything() && TimingFile.isOne(name))) {
                if (!what.tell()) {
                    removeFile(name);
                }
                gone.add(name);
            }
        }
        return gone;
    }

    private void removeFile(String name) {
        try {
            folder.remove(name);
        } catch (IOException e) {
            throw cantRemove(e);
        }
    }

    private EnvironmentException cantRemove(IOException e) {
        return new EnvironmentException(
                "can't remove engines from " + folder.path() + ": " + EngineFolder.reason(e) + "; check its rights", e);
    }

    /** False where somebody uses or writes it. */
    private boolean remove(String id) {
        try (Held removing = folder.tryLock(id, Use.REMOVE);
                Held writing = removing == null ? null : folder.tryLock(id, Use.WRITE)) {
            if (writing == null) {
                return false;
            }
            files.remove(id);
            return true;
        } catch (IOException e) {
            throw cantRemove(e);
        }
    }

    /** Brings the cache within its budget as far as nobody uses what would have to go. */
    void evict(long budgetBytes, Consumer<String> notes) {
        try {
            List<StoredEngine> all = new ArrayList<>(list());
            long bytes = all.stream().mapToLong(StoredEngine::bytes).sum();
            all.sort(OLDEST_FIRST);
            for (StoredEngine e : all) {
                if (bytes > budgetBytes && remove(e.id())) {
                    bytes -= e.bytes();
                    notes.accept("the engine of " + e.name() + " was removed: the cache was over its budget of "
                            + budgetBytes + " bytes");
                }
            }
        } catch (EnvironmentException e) {
            notes.accept(String.valueOf(e.getMessage()));
        }
    }
}
