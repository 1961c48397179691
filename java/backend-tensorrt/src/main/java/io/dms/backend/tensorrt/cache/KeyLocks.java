package io.dms.backend.tensorrt.cache;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Locks by key, across threads and processes: each key has two bytes of one file that stays for good, far behind its end,
 * and the operating system's locks of byte ranges. A process that dies loses its locks. With a file for each key, removing
 * one would race with whoever opens it.
 *
 * <p>Closing any channel of a file gives up all locks that a process has on it, so a process has one channel for each
 * file, in this class. Thread-safe.
 */
final class KeyLocks {
    /** What a lock is for. */
    enum Use {
        /** Held by one who builds and writes the files of a key. */
        WRITE,
        /** Shared by all who use a key's engine. */
        READ,
        /** Held for a moment by one who removes files that nobody uses. */
        REMOVE
    }

    private static final Map<Path, KeyLocks> ALL = new HashMap<>();
    private static final String NAME = "lock";

    private final Path file;
    private final Map<Long, Range> held = new HashMap<>();
    private @Nullable FileChannel channel;

    private static final class Range {
        final FileLock lock;
        final boolean shared;
        int holders = 1;

        Range(FileLock lock, boolean shared) {
            this.lock = lock;
            this.shared = shared;
        }
    }

    /** A lock that is held. Closing it again does nothing. */
    final class Held implements AutoCloseable {
        private final long position;
        private boolean open = true;

        private Held(long position) {
            this.position = position;
        }

        @Override
        public void close() {
            synchronized (KeyLocks.this) {
                if (open) {
                    open = false;
                    release(position);
                }
            }
        }
    }

    private KeyLocks(Path file) {
        this.file = file;
    }

    /** The locks of a folder. */
    static KeyLocks of(Path folder) throws IOException {
        Path file = folder.toRealPath().resolve(NAME);
        synchronized (ALL) {
            return ALL.computeIfAbsent(file, KeyLocks::new);
        }
    }

    /** True for the file that holds the locks. */
    static boolean isLockFile(String name) {
        return name.equals(NAME);
    }

    /**
     * Takes a lock, or returns null where another thread or process has one that excludes it.
     *
     * @param id at least 15 hexadecimal digits
     * @throws IOException where the file can't be made or opened as needed, or its file system has no locks
     */
    synchronized @Nullable Held tryLock(String id, Use use) throws IOException {
        long position = 2 * Long.parseLong(id.substring(0, 15), 16) + (use == Use.WRITE ? 1 : 0);
        boolean shared = use == Use.READ;
        Range range = held.get(position);
        if (range != null) {
            if (!shared || !range.shared) {
                return null;
            }
            range.holders++;
            return new Held(position);
        }
        try {
            FileLock lock = channel().tryLock(position, 1, shared);
            if (lock != null) {
                held.put(position, new Range(lock, shared));
                return new Held(position);
            }
            return null;
        } catch (OverlappingFileLockException e) {
            return null;
        } catch (NonWritableChannelException e) {
            throw new AccessDeniedException(file.toString(), null, "read-only");
        } finally {
            closeWhereUnused();
        }
    }

    private FileChannel channel() throws IOException {
        FileChannel c = channel;
        if (c == null) {
            c = open();
            channel = c;
        }
        return c;
    }

    private FileChannel open() throws IOException {
        try {
            return FileChannel.open(
                    file,
                    Set.of(
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.CREATE,
                            LinkOption.NOFOLLOW_LINKS),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileSystemException | ReadOnlyFileSystemException e) {
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw e;
            }
            return FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
        }
    }

    private void release(long position) {
        Range range = held.get(position);
        if (range != null && --range.holders == 0) {
            held.remove(position);
            try {
                range.lock.release();
            } catch (IOException e) {
                // closing the channel gives it up, too
            }
            closeWhereUnused();
        }
    }

    private void closeWhereUnused() {
        FileChannel c = channel;
        if (c != null && held.isEmpty()) {
            channel = null;
            try {
                c.close();
            } catch (IOException e) {
                // nothing was written to it
            }
        }
    }
}
