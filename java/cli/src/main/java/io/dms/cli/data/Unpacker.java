package io.dms.cli.data;

import io.dms.model.UserException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;

/**
 * Takes the files of a data set out of its archive. Only regular files whose name the data set lists are written, each
 * by its last name straight into the folder: no path in the archive is ever followed.
 */
final class Unpacker {
    private Unpacker() {}

    /**
     * @param folder exists and is empty
     * @throws UserException if a listed file is not in the archive
     */
    static void unpack(Path archive, DataSet set, Path folder) throws IOException {
        Set<String> missing = new HashSet<>(set.files());
        try (InputStream file = new BufferedInputStream(Files.newInputStream(archive));
                TarArchiveInputStream tar = new TarArchiveInputStream(new GzipCompressorInputStream(file))) {
            for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
                String name = e.getName().substring(e.getName().lastIndexOf('/') + 1);
                if (e.isFile() && missing.remove(name)) {
                    Files.copy(tar, folder.resolve(name));
                }
            }
        }
        if (!missing.isEmpty()) {
            throw new UserException(archive + " lacks " + String.join(", ", missing) + ": it is not " + set.title());
        }
    }
}
