package io.dms.backend.tensorrt.cache;

import io.dms.backend.tensorrt.cache.KeyLocks.Held;
import io.dms.backend.tensorrt.cache.KeyLocks.Use;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A private folder of files that are there whole or not at all. An engine is code that the library runs without looking,
 * so nothing is read that somebody else could have written: folder and files must belong to this user or to root, and
 * nobody else may have the right to write to them.
 */
final class EngineFolder {
    /** Writes content to a file; tests put a full disk in its place. */
    interface Writer {
        void write(FileChannel file, ByteBuffer content) throws IOException;
    }

    /** A file that is refused, with the reason as the end of a sentence. */
    static final class Refused extends IOException {
        private static final long serialVersionUID = 1L;

        Refused(String why) {
            super(why);
        }
    }

    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final FileAttribute<Set<PosixFilePermission>> FILE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final String TEMPORARY = ".tmp";
    private static final int PIECE = 1 << 17;
    private static final int WRITABLE_BY_OTHERS = 0b000_010_010;

    private final Path path;
    private final long user;
    private final Writer writer;

    private EngineFolder(Path path, long user, Writer writer) {
        this.path = path;
        this.user = user;
        this.writer = writer;
    }

    /**
     * Opens a folder and makes it where it is not there.
     *
     * @throws Refused if others could have written to it
     * @throws IOException if it can't be made or looked at
     */
    static EngineFolder open(Path path) throws IOException {
        return open(path, user(), EngineFolder::writeAll);
    }

    static EngineFolder open(Path path, long user, Writer writer) throws IOException {
        if (!Files.exists(path)) {
            Path parent = path.toAbsolutePath().getParent();
            if (parent != null) {
                Files.createDirectories(parent);
            }
            try {
                Files.createDirectory(path, PosixFilePermissions.asFileAttribute(FOLDER));
            } catch (FileAlreadyExistsException e) {
                // another process made it just now; it is looked at below
            }
        }
        if (!Files.isDirectory(path)) {
            throw new Refused("is no folder");
        }
        EngineFolder folder = new EngineFolder(path.toRealPath(), user, writer);
        folder.inspect(folder.path);
        return folder;
    }

    private static void writeAll(FileChannel file, ByteBuffer content) throws IOException {
        while (content.hasRemaining()) {
            file.write(content);
        }
    }

    /** The user that files of this process belong to: the last of four numbers. */
    private static long user() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("Uid:")) {
                return Long.parseLong(line.substring(line.lastIndexOf('\t') + 1).strip());
            }
        }
        throw new Refused("can't be trusted, since this system does not tell who we are");
    }

    Path path() {
        return path;
    }

    /**
     * Takes a lock of a key; null where it is taken.
     *
     * @throws IOException if this folder has no locks for us: it is read-only, or its file system has none
     */
    @Nullable
    Held tryLock(String id, Use use) throws IOException {
        return KeyLocks.of(path).tryLock(id, use);
    }

    /** Attributes of a file or folder that only its owner or root can have written. */
    private Map<String, Object> inspect(Path file) throws IOException {
        Map<String, Object> a;
        try {
            a = Files.readAttributes(file, "unix:uid,mode,size", LinkOption.NOFOLLOW_LINKS);
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            throw new Refused("lies in a file system that does not tell who may write");
        }
        long owner = ((Number) a.getOrDefault("uid", -1)).longValue();
        int mode = ((Number) a.getOrDefault("mode", -1)).intValue();
        if (owner != user && owner != 0) {
            throw new Refused("belongs to another user (" + owner + ")");
        }
        if ((mode & WRITABLE_BY_OTHERS) != 0) {
            throw new Refused("may be written by others (mode " + Integer.toOctalString(mode & 0777) + ")");
        }
        return a;
    }

    /**
     * Reads a whole file that is small.
     *
     * @param most bytes that it may have
     * @return position 0
     * @throws NoSuchFileException if it is not there
     * @throws Refused if it is no file, is too large, or others could have written it
     */
    ByteBuffer read(String name, int most) throws IOException {
        Path file = path.resolve(name);
        ByteBuffer content = ByteBuffer.allocate((int) sizeOf(file, most));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            while (content.hasRemaining()) {
                fill(channel, content);
            }
        }
        return content.flip();
    }

    /**
     * Reads a whole file into memory that nobody else can write, so that nothing can change between looking at it and
     * using it.
     *
     * @param into direct, as large as the file should be
     * @param digest gets each piece as soon as it is read
     * @param atATime how many threads read so at a time
     * @throws NoSuchFileException if it is not there
     * @throws Refused if it is no file, is larger, or others could have written it
     * @throws EOFException if it is smaller
     */
    void read(String name, ByteBuffer into, MessageDigest digest, int atATime) throws IOException {
        Path file = path.resolve(name);
        sizeOf(file, into.capacity());
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            PlanReading.read(channel, into, digest, atATime);
        }
        into.clear();
    }

    /** Reads a whole file of this size for its digest, a piece at a time; otherwise as the other. */
    void read(String name, long size, MessageDigest digest) throws IOException {
        Path file = path.resolve(name);
        sizeOf(file, size);
        ByteBuffer piece = ByteBuffer.allocate((int) Math.min(PIECE, size));
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            for (long left = size; left > 0; left -= piece.limit()) {
                piece.clear().limit((int) Math.min(piece.capacity(), left));
                fill(channel, piece);
                digest.update(piece.flip());
            }
        }
    }

    /** Reads at least a byte. */
    private static void fill(FileChannel channel, ByteBuffer into) throws IOException {
        if (channel.read(into) < 0) {
            throw new EOFException("became shorter");
        }
    }

    /** Size of a regular file that only we or root can have written. */
    private long sizeOf(Path file, long most) throws IOException {
        Map<String, Object> a = inspect(file);
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new Refused("is no regular file");
        }
        long size = ((Number) a.getOrDefault("size", 0)).longValue();
        if (size > most) {
            throw new Refused("is larger than it should be (" + size + " bytes, not " + most + ")");
        }
        return size;
    }

    /** Bytes of a file, 0 where it is not there. */
    long size(String name) {
        try {
            return (long) Files.getAttribute(path.resolve(name), "size", LinkOption.NOFOLLOW_LINKS);
        } catch (IOException e) {
            return 0;
        }
    }

    /** True where there is something of this name. */
    boolean has(String name) {
        return Files.exists(path.resolve(name), LinkOption.NOFOLLOW_LINKS);
    }

    /** When a file was touched or written last, null where that is not known. */
    @Nullable
    Instant touched(String name) {
        try {
            return Files.getLastModifiedTime(path.resolve(name), LinkOption.NOFOLLOW_LINKS)
                    .toInstant();
        } catch (IOException e) {
            return null;
        }
    }

    /** Notes that a file was used, where the folder lets us. */
    void touch(String name, Instant when) {
        try {
            Files.setLastModifiedTime(path.resolve(name), FileTime.from(when));
        } catch (IOException e) {
            // in a folder that can't be written nothing is removed by age either
        }
    }

    /**
     * Puts a file in place, whole, and on the disk, or leaves what was there. The caller has the lock of what the file
     * belongs to.
     */
    void write(String name, ByteBuffer content) throws IOException {
        Path target = path.resolve(name);
        Path temporary = path.resolve(name + TEMPORARY);
        Files.deleteIfExists(temporary);
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), FILE)) {
                writer.write(channel, content.duplicate());
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(temporary);
        }
        sync();
    }

    /** Puts names and removals on the disk. */
    private void sync() throws IOException {
        try (FileChannel folder = FileChannel.open(path, StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    /** Removes a file and what a write that did not end left of it. The caller has the lock. */
    void remove(String name) throws IOException {
        Files.deleteIfExists(path.resolve(name));
        Files.deleteIfExists(path.resolve(name + TEMPORARY));
    }

    /** Names of all files, sorted. */
    Iterable<String> names() throws IOException {
        try (Stream<Path> files = Files.list(path)) {
            return files.map(f -> String.valueOf(f.getFileName())).sorted().toList();
        }
    }

    /** Why reading or writing failed, as people say it. */
    static String reason(IOException e) {
        if (e instanceof Refused || e instanceof EOFException) {
            return String.valueOf(e.getMessage());
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        String why = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        return why == null
                ? e.getClass().getSimpleName()
                : why.lines().findFirst().orElse("").toLowerCase(Locale.ROOT);
    }
}
