package io.dms.cli;

import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Checks files that a command is going to write, before it spends time on their content. */
final class Targets {
    private Targets() {}

    /**
     * @param source a file that the command reads
     * @throws UserException if the target is that file
     */
    static void differ(Path target, Path source) {
        try {
            if (Files.exists(target) && Files.exists(source) && Files.isSameFile(target, source)) {
                throw new UserException("can't write " + target + ": that is the file to read; give another --output");
            }
        } catch (IOException e) {
            throw new EnvironmentException("can't look at " + target + ": " + e.getMessage(), e);
        }
    }

    /**
     * @throws UserException if the target is a folder, or its folder is not there
     * @throws EnvironmentException if its folder can't be written
     */
    static void writable(Path target) {
        Path folder = target.toAbsolutePath().getParent();
        if (Files.isDirectory(target)) {
            throw new UserException("can't write " + target + ": it is a folder; give a file name");
        }
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UserException("can't write " + target + ": there is no folder " + folder + "; make it first");
        }
        if (!Files.isWritable(folder) && !Files.isWritable(target)) {
            throw new EnvironmentException(
                    "can't write " + target + ": permission denied; choose another folder or change its rights");
        }
    }
}
