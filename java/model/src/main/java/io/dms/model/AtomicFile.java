package io.dms.model;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/** Writes a file so that it is there whole or not at all, and what was there before stays until then. */
public final class AtomicFile {
    /** Fills a stream. */
    @FunctionalInterface
    public interface Content {
        /**
         * Writes everything; does not close.
         *
         * @throws IOException when writing fails
         */
        void writeTo(OutputStream out) throws IOException;
    }

    private AtomicFile() {}

    /**
     * Writes to a temporary file beside the target, forces it to the disk, and renames it. A target that is no regular
     * file (a device, a pipe) is written to directly.
     *
     * @throws UserException if the folder is missing or the target is a folder
     * @throws EnvironmentException if permission or space is missing
     */
    public static void write(Path target, Content content) {
        Path absolute = target.toAbsolutePath();
        Path folder = absolute.getParent();
        if (Files.isDirectory(absolute)) {
            throw new UserException("can't write " + target + ": it is a folder; give a file name");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UserException("can't write " + target + ": there is no folder " + folder + "; make it first");
        }
        try {
            if (Files.exists(absolute) && !Files.isRegularFile(absolute)) {
                try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(absolute))) {
                    content.writeTo(out);
                }
                return;
            }
            Path real = Files.exists(absolute) ? absolute.toRealPath() : absolute;
            Path realFolder = real.getParent();
            replace(real, realFolder == null ? folder : realFolder, content);
        } catch (IOException e) {
            throw failure(target, e);
        }
    }

    private static void replace(Path target, Path folder, Content content) throws IOException {
        Path temporary = folder.resolve("." + target.getFileName() + "."
                + ProcessHandle.current().pid() + "." + Long.toHexString(System.nanoTime()) + ".tmp");
        try {
            try (FileChannel channel =
                    FileChannel.open(temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 16);
                content.writeTo(out);
                out.flush();
                channel.force(true);
            }
            try {
                Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(temporary, target, StandardCopyOption.REPLACE_EXISTING);
            }
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    private static EnvironmentException failure(Path target, IOException e) {
        if (e instanceof AccessDeniedException) {
            return new EnvironmentException(
                    "can't write " + target + ": permission denied; choose another folder or change its rights", e);
        }
        return new EnvironmentException("can't write " + target + ": " + reason(e) + "; nothing was changed", e);
    }

    /** Why a file could not be used, in a few words without its name: the JDK often tells the name alone. */
    public static String reason(IOException e) {
        @Nullable String message = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
        if (message == null) {
            if (e instanceof AccessDeniedException) {
                return "permission denied";
            }
            if (e instanceof FileAlreadyExistsException) {
                return "a file of that name is there already";
            }
            return e instanceof NoSuchFileException
                    ? "the system has no place for a file there"
                    : e.getClass().getSimpleName().replace("Exception", "");
        }
        int colon = message.lastIndexOf(": ");
        return colon < 0 ? message : message.substring(colon + 2);
    }
}
