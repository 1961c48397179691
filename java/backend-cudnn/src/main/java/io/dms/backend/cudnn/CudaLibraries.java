package io.dms.backend.cudnn;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the CUDA libraries that the user chose before the presets look for them.
 *
 * <p>JavaCPP searches the folders that a preset was built with, such as {@code /usr/local/cuda/lib64}, before it leaves
 * the search to the system; a user's {@code LD_LIBRARY_PATH} would then count for some libraries and not for others,
 * and one process would hold two versions of CUDA. A library that is already loaded is taken by its name (SONAME),
 * wherever the search would have ended.
 */
final class CudaLibraries {
    /** System property: folders, separated by colons, that go before {@code LD_LIBRARY_PATH}. */
    static final String FOLDERS = "dms.cuda.libraries";

    private static final Logger LOG = LoggerFactory.getLogger(CudaLibraries.class);

    /** What others need comes first. */
    private static final List<String> NAMES = List.of(
            "libcuda.so.",
            "libcudart.so.",
            "libnvrtc.so.",
            "libcublasLt.so.",
            "libcublas.so.",
            "libcudnn_graph.so.",
            "libcudnn_ops.so.",
            "libcudnn_cnn.so.",
            "libcudnn_adv.so.",
            "libcudnn.so.");

    private static boolean done;

    private CudaLibraries() {}

    /** Loads what is there, once in a process; what can't be loaded is left to the presets, which tell why. */
    static synchronized void preload() {
        if (!done) {
            done = true;
            found(folders()).forEach(CudaLibraries::load);
        }
    }

    private static void load(Path file) {
        try {
            System.load(file.toString());
            LOG.debug("loaded {}", file);
        } catch (UnsatisfiedLinkError e) {
            LOG.debug("could not load {}: {}", file, e.getMessage());
        }
    }

    private static List<Path> folders() {
        String chosen = System.getProperty(FOLDERS, "");
        String environment = Objects.requireNonNullElse(System.getenv("LD_LIBRARY_PATH"), "");
        return Stream.of(chosen.split(":", -1), environment.split(":", -1))
                .flatMap(Stream::of)
                .filter(s -> !s.isBlank())
                .map(s -> Path.of(s).toAbsolutePath())
                .filter(Files::isDirectory)
                .toList();
    }

    /** Of each library the first file whose name ends with its generation alone, as in {@code libcudart.so.13}. */
    static List<Path> found(List<Path> folders) {
        List<Path> found = new ArrayList<>();
        for (String name : NAMES) {
            folders.stream().flatMap(folder -> inside(folder, name)).findFirst().ifPresent(found::add);
        }
        return found;
    }

    private static Stream<Path> inside(Path folder, String name) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> generation(f.getFileName().toString(), name)).sorted().toList().stream();
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    private static boolean generation(String file, String name) {
        return file.startsWith(name) && file.substring(name.length()).matches("[0-9]+|10\\.2|11\\.0");
    }
}
