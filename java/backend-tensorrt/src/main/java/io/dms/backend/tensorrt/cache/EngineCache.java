package io.dms.backend.tensorrt.cache;

import io.dms.backend.tensorrt.cache.EngineFolder.Refused;
import io.dms.backend.tensorrt.cache.KeptEngines.Why;
import io.dms.backend.tensorrt.cache.KeyLocks.Held;
import io.dms.backend.tensorrt.cache.KeyLocks.Use;
import io.dms.model.EnvironmentException;
import io.dms.runtime.EngineKeeping;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/**
 * Gives the engine of a level: from a file where there is one that fits in every respect, else fresh from the builder,
 * checked against another backend, and kept. Whatever is wrong with the files costs a build and one line, never a wrong
 * engine: no plan is handed out whose every byte and whole key were not compared.
 *
 * <p>Of all threads and processes that want the same engine one builds it and the others wait for it. A folder that can't
 * be written or trusted is left alone; engines are then built for this process only. Thread-safe.
 */
public final class EngineCache {
    /** Room for engines where nobody says otherwise: 4 GiB. */
    public static final long DEFAULT_BUDGET_BYTES = EngineKeeping.DEFAULT.budgetBytes();

    private final ReentrantLock building = new ReentrantLock();
    private final EngineBuilder builder;
    private final Path path;
    private final @Nullable EngineFolder folder;
    private final long budgetBytes;
    private final Clock clock;
    private final Consumer<String> notes;

    /**
     * @param path the folder; made where it is not there
     * @param budgetBytes room for engines: over it those go that were not used for the longest time
     * @param builder stays the caller's
     * @param notes gets one line about whatever went otherwise than a user would expect
     */
    public EngineCache(Path path, long budgetBytes, EngineBuilder builder, Consumer<String> notes) {
        this(path, budgetBytes, builder, notes, Clock.systemUTC(), EngineFolder::open);
    }

    /** A cache whose notes go to the log. */
    public EngineCache(Path path, long budgetBytes, EngineBuilder builder) {
        this(
                path,
                budgetBytes,
                builder,
                note -> LoggerFactory.getLogger(EngineCache.class).warn(note));
    }

    /** How a folder is opened. */
    interface Opening {
        EngineFolder open(Path path) throws IOException;
    }

    EngineCache(
            Path path, long budgetBytes, EngineBuilder builder, Consumer<String> notes, Clock clock, Opening opening) {
        this.path = path;
        this.budgetBytes = budgetBytes;
        this.builder = builder;
        this.notes = notes;
        this.clock = clock;
        EngineFolder opened = null;
        try {
            opened = opening.open(path);
        } catch (IOException e) {
            notes.accept("the engine cache " + path + " is not used, since it "
                    + (e instanceof Refused ? "" : "can't be opened: ")
                    + EngineFolder.reason(e)
                    + "; engines are built anew in each process until it is a folder that only you can write"
                    + " (chmod 700)");
        }
        this.folder = opened;
        if (opened != null) {
            PlanMemory.loadAhead();
        }
    }

    /** {@code $XDG_CACHE_HOME/dms/engines}, by default below {@code ~/.cache}. */
    public static Path defaultFolder() {
        String given = System.getenv("XDG_CACHE_HOME");
        Path base = given == null || given.isBlank() || !Path.of(given).isAbsolute()
                ? Path.of(System.getProperty("user.home", "."), ".cache")
                : Path.of(given);
        return base.resolve("dms").resolve("engines");
    }

    /**
     * The engine that was asked for.
     *
     * @param check looks at the engine where it is built now
     * @param listener sees the build and may end it, or the wait for another process that builds the same engine
     * @return the engine, which the caller closes; null where the listener ended it
     * @throws io.dms.model.EnvironmentException if there is no library, or a fresh engine computes something else than it should
     */
    public @Nullable CachedEngine get(EngineRequest request, EngineCheck check, BuildListener listener) {
        return get(request, null, check, listener);
    }

    /**
     * The same where the library refuses the engine that is kept, although every byte of it is what was written: built anew,
     * unless another process did so meanwhile.
     *
     * @param refused the record of that engine
     * @param why the library's words
     */
    public @Nullable CachedEngine getAnew(
            EngineRequest request, EngineRecord refused, String why, EngineCheck check, BuildListener listener) {
        notes.accept(name(request) + " is built anew: of the one that is kept, " + why);
        return get(request, refused, check, listener);
    }

    private @Nullable CachedEngine get(
            EngineRequest request, @Nullable EngineRecord refused, EngineCheck check, BuildListener listener) {
        EngineKey key = EngineKey.of(request, builder.platform());
        EngineFolder f = folder;
        return f == null
                ? forThisProcess(request, key, check, listener)
                : get(new KeptEngines(f, clock), f, request, key, refused, check, listener);
    }

    /**
     * Looks for an engine without a build: what comes back finds it, on any thread, or nothing where it is not kept or
     * anything is wrong with it, of which {@link #get} tells.
     *
     * @param atATime how many threads will look at a time
     */
    public Supplier<Optional<CachedEngine>> finding(EngineRequest request, int atATime) {
        EnginePlatform platform = builder.platform();
        EngineFolder f = folder;
        return f == null
                ? Optional::empty
                : () -> {
                    String id = EngineKey.of(request, platform).id();
                    try {
                        return Optional.ofNullable(new KeptEngines(f, clock, atATime).look(id, null, null));
                    } catch (EnvironmentException e) {
                        // Too little memory for several at a time: it is read in its turn.
                        return Optional.empty();
                    }
                };
    }

    private @Nullable CachedEngine get(
            KeptEngines kept,
            EngineFolder f,
            EngineRequest request,
            EngineKey key,
            @Nullable EngineRecord refused,
            EngineCheck check,
            BuildListener listener) {
        String id = key.id();
        while (true) {
            Why why = new Why();
            CachedEngine found = kept.look(id, refused, why);
            if (found != null) {
                return found;
            }
            Held writing;
            try {
                writing = f.tryLock(id, Use.WRITE);
            } catch (IOException e) {
                notes.accept(name(request) + " is built for this process only, since " + path + " can't be written: "
                        + EngineFolder.reason(e) + (why.text == null ? "" : "; of what is kept there, " + why.text));
                return forThisProcess(request, key, check, listener);
            }
            if (writing != null) {
                try (writing) {
                    return build(kept, f, request, key, refused, check, listener);
                }
            }
            if (!listener.step("waiting for the process that builds it", 0, 0) || !KeptEngines.pause()) {
                return null;
            }
        }
    }

    private static String name(EngineRequest request) {
        return "the engine of " + request.model() + " at level " + request.level();
    }

    /** Under the key's lock for writing. */
    private @Nullable CachedEngine build(
            KeptEngines kept,
            EngineFolder f,
            EngineRequest request,
            EngineKey key,
            @Nullable EngineRecord refused,
            EngineCheck check,
            BuildListener listener) {
        Why why = new Why();
        CachedEngine found = kept.look(key.id(), refused, why);
        if (found != null) {
            return found;
        }
        String reason = why.text == null ? kept.elsewhere(request, key) : why.text;
        if (reason != null && refused == null) {
            notes.accept(name(request) + " is built anew: " + reason);
        }
        TimingFile timing = new TimingFile(f, key);
        FreshEngine fresh = inTurn(request, key, timings(timing), check, listener);
        return fresh == null ? null : keep(kept, f, request, timing, fresh);
    }

    /** A builder does one thing at a time, whatever threads want of it. */
    private @Nullable FreshEngine inTurn(
            EngineRequest request, EngineKey key, byte @Nullable [] timing, EngineCheck check, BuildListener listener) {
        try {
            while (!building.tryLock(KeptEngines.LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS)) {
                if (!listener.step("waiting for another level's build", 0, 0)) {
                    return null;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
        try {
            return FreshEngine.build(builder, request, key, timing, check, listener, clock);
        } finally {
            building.unlock();
        }
    }

    private @Nullable CachedEngine forThisProcess(
            EngineRequest request, EngineKey key, EngineCheck check, BuildListener listener) {
        FreshEngine fresh = inTurn(request, key, null, check, listener);
        return fresh == null ? null : new CachedEngine(fresh.record(), PlanMemory.of(fresh.plan()), true, false, null);
    }

    private byte @Nullable [] timings(TimingFile file) {
        try {
            return file.read();
        } catch (IOException e) {
            notes.accept(
                    "timings of earlier builds are not used: their file in " + path + " " + EngineFolder.reason(e));
            return null;
        }
    }

    private CachedEngine keep(
            KeptEngines kept, EngineFolder f, EngineRequest request, TimingFile timing, FreshEngine fresh) {
        EngineRecord record = fresh.record();
        String id = record.key().id();
        Held use = kept.use(id);
        try {
            if (record.planBytes() > budgetBytes) {
                throw new Refused(
                        "its " + record.planBytes() + " bytes are more than the cache's budget of " + budgetBytes);
            }
            kept.files().write(id, fresh.plan(), record);
            byte[] timings = fresh.timing();
            if (timings != null) {
                timing.write(timings);
            }
        } catch (IOException e) {
            notes.accept(name(request) + " could not be kept in " + path + ": " + EngineFolder.reason(e)
                    + "; it is used from memory and will be built again");
            return new CachedEngine(
                    record, PlanMemory.of(fresh.plan()), true, kept.files().isWhole(id), use);
        }
        new EngineStore(f).evict(budgetBytes, notes);
        return new CachedEngine(record, PlanMemory.of(fresh.plan()), true, true, use);
    }
}
