package io.dms.cli.data;

import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Puts a data set into a folder: the folder is there with all its files, or not at all. */
public final class Install {
    private final DataSet set;
    private final Path folder;

    /** @param folder where the files go; its parent is made where it is missing */
    public Install(DataSet set, Path folder) {
        this.set = set;
        this.folder = folder.toAbsolutePath().normalize();
    }

    /** True where all files are there. */
    public boolean isComplete() {
        return set.files().stream().allMatch(f -> Files.isRegularFile(folder.resolve(f)));
    }

    /**
     * Fetches, checks and unpacks.
     *
     * @return false where it was cancelled
     * @throws UserException if the folder holds something else, or the archive is not what was published
     * @throws EnvironmentException if the network, a permission or space is missing
     */
    public boolean run(Fetcher fetcher) {
        Path parent = parent();
        Path lock = parent.resolve("." + set.name() + ".lock");
        try {
            check();
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                if (channel.tryLock() == null) {
                    throw busy(parent);
                }
                try {
                    return fetched(fetcher, parent);
                } finally {
                    Files.deleteIfExists(lock);
                }
            } catch (OverlappingFileLockException e) {
                throw busy(parent);
            }
        } catch (IOException e) {
            throw refused(parent, e);
        }
    }

    /**
     * Sees before anything is fetched that it could be kept: the folder is free, its parent takes files and has room.
     *
     * @throws UserException if the folder holds something else
     * @throws EnvironmentException if a permission or space is missing
     */
    public void check() {
        Path parent = parent();
        try {
            if (Files.exists(folder) && !isEmptyFolder(folder)) {
                throw new UserException(folder + " is there already and holds something else: give another folder with"
                        + " --output, or move it away");
            }
            Files.createDirectories(parent);
            Files.delete(Files.createTempFile(parent, "." + set.name() + ".", ".try"));
            Path partial = partial(parent);
            long missing = set.bytes() - (Files.exists(partial) ? Files.size(partial) : 0);
            long room = Files.getFileStore(parent).getUsableSpace();
            if (room < missing) {
                throw new EnvironmentException(
                        "no room in " + parent + ": " + missing / 1_000_000 + " MB are to come and " + room / 1_000_000
                                + " MB are free; give another folder with --output");
            }
        } catch (IOException e) {
            throw refused(parent, e);
        }
    }

    private Path parent() {
        Path parent = folder.getParent();
        if (parent == null) {
            throw new UserException("can't put a data set at " + folder + ": give a folder below it");
        }
        return parent;
    }

    private Path partial(Path parent) {
        return parent.resolve("." + set.name() + ".tar.gz.part");
    }

    private EnvironmentException busy(Path parent) {
        return new EnvironmentException(
                "another dms is fetching " + set.name() + " into " + parent + ": wait until it is done");
    }

    private EnvironmentException refused(Path parent, IOException e) {
        if (e instanceof AccessDeniedException) {
            return new EnvironmentException(
                    "can't write in " + parent + ": permission denied; give another folder with --output", e);
        }
        if (e instanceof FileAlreadyExistsException) {
            return new EnvironmentException(
                    "can't make the folder " + parent + ": a file of that name is there; give another with --output",
                    e);
        }
        return new EnvironmentException(
                "can't write in " + parent + " (" + e.getMessage() + "); give another folder with --output", e);
    }

    private boolean fetched(Fetcher fetcher, Path parent) throws IOException {
        Path partial = partial(parent);
        Path archive = parent.resolve("." + set.name() + ".tar.gz");
        Files.deleteIfExists(archive);
        if (!fetcher.fetch(set, partial, archive)) {
            return false;
        }
        Path unpacked = Files.createTempDirectory(parent, "." + set.name() + ".");
        try {
            Unpacker.unpack(archive, set, unpacked);
            Files.deleteIfExists(folder);
            Files.move(unpacked, folder);
        } finally {
            Files.deleteIfExists(archive);
            deleteTree(unpacked);
        }
        return true;
    }

    private static boolean isEmptyFolder(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        List<Path> all;
        try (Stream<Path> tree = Files.walk(root)) {
            all = tree.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path p : all) {
            Files.deleteIfExists(p);
        }
    }
}
