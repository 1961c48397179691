package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

/** The files of this source tree, as tests of its pages want them. */
final class Pages {
    /** The root of the source tree. */
    static final Path ROOT = root();

    private static final Set<String> ELSEWHERE = Set.of("target", "node_modules", "build");

    private Pages() {}

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("LICENSE"))) {
            at = Objects.requireNonNull(at.getParent(), "no folder with a LICENSE above");
        }
        return at;
    }

    /** All pages in Markdown. */
    static List<Path> all() throws IOException {
        List<Path> out = below(ROOT, file -> file.toString().endsWith(".md"));
        assertThat(out).hasSizeGreaterThan(40);
        return out;
    }

    /** Files of the source tree, without what a build made. */
    static List<Path> below(Path start, Predicate<Path> wanted) throws IOException {
        List<Path> out = new ArrayList<>();
        Files.walkFileTree(start, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                String name = String.valueOf(folder.getFileName());
                boolean ours = folder.equals(start) || !(name.startsWith(".") || ELSEWHERE.contains(name));
                return ours ? FileVisitResult.CONTINUE : FileVisitResult.SKIP_SUBTREE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (wanted.test(file)) {
                    out.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return out;
    }
}
