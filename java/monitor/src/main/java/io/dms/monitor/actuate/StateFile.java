package io.dms.monitor.actuate;

import io.dms.model.AtomicFile;
import io.dms.model.EnvironmentException;
import io.dms.monitor.SystemFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The values from before, on disk before the first change: {@code actuation.state}, a line for each setting. Beside it
 * {@code actuation.lock}, which a process holds while it acts and which the kernel takes from it when it ends, however
 * that happens.
 */
final class StateFile {
    private static final Pattern LINE = Pattern.compile("([a-z0-9.-]+) (\\d{1,12}) (\\d{1,12})");

    /**
     * A setting that was changed.
     *
     * @param before its value before the first change
     * @param set the value that it was set to last
     */
    record Change(String name, long before, long set) {}

    /**
     * What the file holds.
     *
     * @param boot the id of the start of the kernel in which it was written
     * @param changes in the order of the first change of each
     */
    record Content(String boot, List<Change> changes) {}

    private final Path folder;
    private final Path file;
    private final String boot;

    StateFile(ActuatorOptions options) {
        folder = options.stateFolder();
        file = folder.resolve("actuation.state");
        String id = new SystemFiles(options.root()).text("/proc/sys/kernel/random/boot_id");
        boot = id == null || !id.matches("[A-Za-z0-9-]+") ? "unknown" : id;
    }

    Path path() {
        return file;
    }

    /** The id of this start of the kernel. */
    String boot() {
        return boot;
    }

    /** What an earlier process left, or null where there is nothing. */
    @Nullable
    Content read() {
        List<String> lines;
        try {
            lines = Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return null;
        } catch (IOException e) {
            throw new EnvironmentException("can't read " + file + ": " + e, e);
        }
        if (lines.size() < 2
                || !lines.get(0).equals("dms-actuation 1")
                || !lines.get(1).startsWith("boot ")) {
            throw garbled();
        }
        List<Change> changes = new ArrayList<>();
        for (String line : lines.subList(2, lines.size())) {
            Matcher m = LINE.matcher(line);
            if (!m.matches()) {
                throw garbled();
            }
            changes.add(new Change(m.group(1), Long.parseLong(m.group(2)), Long.parseLong(m.group(3))));
        }
        return new Content(lines.get(1).substring("boot ".length()), changes);
    }

    private EnvironmentException garbled() {
        return new EnvironmentException(file + " does not read as a file of DMS: what was changed is not known; see"
                + " \"sudo " + ActuatorOptions.HELPER + " restore\", or restart the board, then remove the file");
    }

    /** Writes the whole file anew, or removes it where there is nothing to put back. */
    void write(List<Change> changes) {
        write(boot, changes);
    }

    /** Likewise, with changes of an earlier start of the kernel. */
    void write(String boot, List<Change> changes) {
        try {
            if (changes.isEmpty()) {
                Files.deleteIfExists(file);
                return;
            }
        } catch (IOException e) {
            throw new EnvironmentException("can't remove " + file + ": " + e, e);
        }
        StringBuilder text = new StringBuilder("dms-actuation 1\nboot " + boot + "\n");
        for (Change c : changes) {
            text.append(c.name())
                    .append(' ')
                    .append(c.before())
                    .append(' ')
                    .append(c.set())
                    .append('\n');
        }
        AtomicFile.write(file, out -> out.write(text.toString().getBytes(StandardCharsets.UTF_8)));
    }

    /** Takes the lock, or returns null where another process holds it. Close the channel to give it back. */
    @Nullable
    FileChannel lock() {
        try {
            if (!Files.isDirectory(folder)) {
                Files.createDirectories(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            FileChannel channel = FileChannel.open(
                    folder.resolve("actuation.lock"),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.WRITE,
                    StandardOpenOption.READ);
            FileLock lock = null;
            try {
                lock = channel.tryLock();
            } catch (OverlappingFileLockException e) {
                lock = null; // another actuator of this very process
            } finally {
                if (lock == null) {
                    channel.close();
                }
            }
            return lock == null ? null : channel;
        } catch (IOException e) {
            throw new EnvironmentException(
                    "can't keep the values from before in " + folder + ": " + e
                            + "; set XDG_STATE_HOME to a folder that can be written",
                    e);
        }
    }

    /** Gives the lock back. */
    static void unlock(FileChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
