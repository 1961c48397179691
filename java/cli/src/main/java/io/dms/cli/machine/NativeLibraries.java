package io.dms.cli.machine;

import io.dms.monitor.SystemFiles;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Looks for shared libraries by file name where loaders look; loads none. */
final class NativeLibraries {
    private final List<Path> folders;
    private final SystemFiles files;

    /** @param libraryPath the variable {@code LD_LIBRARY_PATH}, or null */
    public NativeLibraries(SystemFiles files, @Nullable String libraryPath) {
        this.files = files;
        Set<Path> all = new LinkedHashSet<>();
        if (libraryPath != null) {
            for (String entry : libraryPath.split(Pattern.quote(File.pathSeparator), -1)) {
                if (!entry.isEmpty()) {
                    all.add(Path.of(entry));
                }
            }
        }
        for (Path cuda : files.list(files.path("/usr/local"), "cuda*")) {
            all.add(cuda.resolve("lib64"));
            all.addAll(files.list(cuda.resolve("targets"), "*").stream()
                    .map(p -> p.resolve("lib"))
                    .toList());
        }
        for (Path triplet : files.list(files.path("/usr/lib"), "*-linux-gnu")) {
            all.add(triplet);
            all.add(triplet.resolve("tegra"));
            all.add(triplet.resolve("nvidia"));
        }
        all.add(files.path("/usr/lib64"));
        all.add(files.path("/usr/lib"));
        folders = new ArrayList<>(all);
    }

    /**
     * Where {@code lib<name>.so} is, its links followed, so that the file name tells the version; null where it is not.
     */
    public @Nullable Path find(String name) {
        for (Path folder : folders) {
            List<Path> found = files.list(folder, "lib" + name + ".so*");
            if (!found.isEmpty()) {
                try {
                    return found.get(0).toRealPath();
                } catch (IOException e) {
                    return found.get(0);
                }
            }
        }
        return null;
    }
}
