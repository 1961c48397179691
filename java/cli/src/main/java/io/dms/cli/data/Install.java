package io.dms.cli.data;

import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
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
        Path parent = folder.getParent();
        if (parent == null) {
            throw new UserException("can't put a data set at " + folder + ": give a folder below it");
        }
        try {
            if (Files.exists(folder) && !isEmptyFolder(folder)) {
                throw new UserException(folder + " is there already and holds something else: give another folder with"
                        + " --output, or move it away");
            }
            Files.createDirectories(parent);
            Path partial = parent.resolve("." + set.name() + ".tar.gz.part");
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
        } catch (AccessDeniedException e) {
            throw new EnvironmentException(
                    "can't write in " + parent + ": permission denied; give another folder with --output", e);
        } catch (IOException e) {
            throw new EnvironmentException("can't write " + folder + ": " + e.getMessage(), e);
        }
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
