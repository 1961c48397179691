package io.dms.backend.tensorrt.cache;

import io.dms.backend.tensorrt.cache.EngineFolder.Refused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** The two files of an engine, plan and record, and what must be true of them before anybody sees the plan. */
final class EngineFiles {
    private static final String PLAN = ".plan";
    private static final String RECORD = ".json";

    private final EngineFolder folder;
    private final int atATime;

    /** An engine as it was read: every byte is the one that was written. */
    record Read(EngineRecord record, PlanMemory plan) {}

    EngineFiles(EngineFolder folder) {
        this(folder, 1);
    }

    /** @param atATime how many threads read at a time */
    EngineFiles(EngineFolder folder, int atATime) {
        this.folder = folder;
        this.atATime = atATime;
    }

    /** The key that a file belongs to, null where it belongs to none. */
    static @Nullable String id(String name) {
        String stem = name.replaceFirst("\\.tmp$", "").replaceFirst("\\.(plan|json)$", "");
        return stem.equals(name) || !stem.matches("[0-9a-f]{64}") ? null : stem;
    }

    /** True where there is a file of this key. */
    boolean exists(String id) {
        return folder.has(id + PLAN) || folder.has(id + RECORD);
    }

    /**
     * Reads a record alone.
     *
     * @throws Refused if it can't be trusted, or the plan beside it has another size; the message ends a sentence
     * @throws IOException if reading fails
     */
    EngineRecord record(String id) throws IOException {
        EngineRecord record = parsed(id + RECORD);
        if (!record.key().id().equals(id)) {
            throw new Refused("its record is another engine's");
        }
        if (!folder.has(id + PLAN)) {
            throw new Refused("its plan is missing");
        }
        long size = folder.size(id + PLAN);
        if (size != record.planBytes()) {
            throw new Refused("its plan has " + size + " bytes, not " + record.planBytes() + " as written");
        }
        return record;
    }

    private EngineRecord parsed(String name) throws IOException {
        try {
            ByteBuffer content = folder.read(name, EngineRecord.MOST_BYTES);
            byte[] bytes = new byte[content.remaining()];
            content.get(bytes);
            return EngineRecord.parse(bytes);
        } catch (NoSuchFileException e) {
            throw new Refused("its record is missing");
        } catch (Refused e) {
            throw new Refused("its record " + e.getMessage());
        }
    }

    /**
     * Reads an engine; the caller closes its plan.
     *
     * @throws Refused if it is not, byte for byte, what was written, or others could have written it
     * @throws IOException if reading fails
     */
    Read read(String id) throws IOException {
        EngineRecord record = record(id);
        if (record.planBytes() > Integer.MAX_VALUE) {
            throw new Refused("its plan is larger than it should be (" + record.planBytes() + " bytes)");
        }
        PlanMemory plan = PlanMemory.allocate((int) record.planBytes());
        try {
            compare(record, digest -> folder.read(id + PLAN, plan.writable(), digest, atATime));
            return new Read(record, plan);
        } catch (IOException | RuntimeException | Error e) {
            plan.close();
            throw e;
        }
    }

    /** Holds an engine to its record as {@link #read} does, and keeps nothing of it in memory. */
    void verify(String id) throws IOException {
        EngineRecord record = record(id);
        compare(record, digest -> folder.read(id + PLAN, record.planBytes(), digest));
    }

    /** Reads a plan. */
    private interface Reading {
        void into(MessageDigest digest) throws IOException;
    }

    private static void compare(EngineRecord record, Reading reading) throws IOException {
        MessageDigest digest = EngineKey.sha256();
        try {
            reading.into(digest);
        } catch (Refused e) {
            throw new Refused("its plan " + e.getMessage());
        }
        if (!HexFormat.of().formatHex(digest.digest()).equals(record.planSha256())) {
            throw new Refused("its plan is damaged: it is not what was written");
        }
    }

    static String digest(ByteBuffer plan) {
        var digest = EngineKey.sha256();
        digest.update(plan.duplicate());
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Writes an engine, the record last: without it a plan is nothing. The caller has the key's lock for writing. */
    void write(String id, ByteBuffer plan, EngineRecord record) throws IOException {
        remove(id);
        try {
            folder.write(id + PLAN, plan);
            folder.write(id + RECORD, ByteBuffer.wrap(record.toBytes()));
        } catch (IOException e) {
            if (!folder.has(id + RECORD)) {
                folder.remove(id + PLAN);
            }
            throw e;
        }
    }

    /** True where record and plan are there and fit each other by size. */
    boolean isWhole(String id) {
        try {
            record(id);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Removes both files, and what is left of writes that did not end. */
    void remove(String id) throws IOException {
        folder.remove(id + RECORD);
        folder.remove(id + PLAN);
    }

    /** Bytes of both files, and of what is left of writes that did not end. */
    long bytes(String id) {
        return folder.size(id + PLAN)
                + folder.size(id + RECORD)
                + folder.size(id + PLAN + ".tmp")
                + folder.size(id + RECORD + ".tmp");
    }

    void touch(String id, Instant when) {
        folder.touch(id + RECORD, when);
    }

    /** When the engine was used last, null where it has no record. */
    @Nullable
    Instant used(String id) {
        return folder.touched(id + RECORD);
    }
}
