package io.dms.monitor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The files in which an operating system tells about itself. What is absent or unreadable is null or empty: absence is
 * an answer here. The root can be another folder, for tests. Immutable.
 *
 * @param root where {@code /} is
 */
public record SystemFiles(Path root) {
    /** This machine. */
    public static SystemFiles ofThisMachine() {
        return new SystemFiles(Path.of("/"));
    }

    /** A path below the root. */
    public Path path(String absolute) {
        return root.resolve(absolute.replaceFirst("^/+", ""));
    }

    /** A whole small file, without a closing newline or NUL, or null. */
    public @Nullable String text(String absolute) {
        try {
            byte[] bytes = Files.readAllBytes(path(absolute));
            return new String(bytes, StandardCharsets.UTF_8).replaceAll("[\\s\\x00]+$", "");
        } catch (IOException e) {
            return null;
        }
    }

    /** The value of {@code key: value} or {@code KEY="value"} in a file of such lines, the first that is there, or null. */
    public @Nullable String value(String absolute, String key) {
        String text = text(absolute);
        if (text == null) {
            return null;
        }
        for (String line : text.split("\\R", -1)) {
            int at = Math.max(line.indexOf(':'), line.indexOf('='));
            if (at > 0 && line.substring(0, at).strip().equals(key)) {
                return line.substring(at + 1).strip().replaceAll("^\"|\"$", "");
            }
        }
        return null;
    }

    /** The files and folders in a folder that fit a glob, by name. */
    public List<Path> list(Path folder, String glob) {
        List<Path> out = new ArrayList<>();
        if (Files.isDirectory(folder)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
                entries.forEach(out::add);
            } catch (IOException e) {
                return List.of();
            }
        }
        Collections.sort(out);
        return out;
    }
}
