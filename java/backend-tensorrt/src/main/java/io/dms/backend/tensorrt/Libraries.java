package io.dms.backend.tensorrt;

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
 * Loads the CUDA and TensorRT that the user chose before the presets look for theirs: JavaCPP searches the folders that a
 * preset was built with before it leaves the search to the system. A library that is already loaded is taken by its name
 * (SONAME), wherever the search would have ended.
 */
final class Libraries {
    /** System property: folders, separated by colons, of TensorRT; before all others. */
    static final String TENSORRT = "dms.tensorrt.libraries";

    /** System property: folders, separated by colons, of CUDA; before {@code LD_LIBRARY_PATH}. */
    static final String CUDA = "dms.cuda.libraries";

    private static final Logger LOG = LoggerFactory.getLogger(Libraries.class);

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
            "libcudnn.so.",
            "libnvinfer.so.",
            "libnvinfer_plugin.so.",
            "libnvonnxparser.so.");

    private static boolean done;

    private Libraries() {}

    /** Loads what is there, once in a process; what can't be loaded is left to the presets, which tell why. */
    static synchronized void preload() {
        if (!done) {
            done = true;
            found(folders(
                            System.getProperty(TENSORRT, ""),
                            System.getProperty(CUDA, ""),
                            Objects.requireNonNullElse(System.getenv("LD_LIBRARY_PATH"), "")))
                    .forEach(Libraries::load);
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

    /** Folders of these lists that are there, in order. */
    static List<Path> folders(String... lists) {
        return Stream.of(lists)
                .flatMap(l -> Stream.of(l.split(":", -1)))
                .filter(s -> !s.isBlank())
                .map(s -> Path.of(s).toAbsolutePath())
                .filter(Files::isDirectory)
                .distinct()
                .toList();
    }

    /** Of each library the first file whose name ends with its generation alone, as in {@code libnvinfer.so.10}. */
    static List<Path> found(List<Path> folders) {
        List<Path> found = new ArrayList<>();
        for (String name : NAMES) {
            folders.stream().flatMap(folder -> inside(folder, name)).findFirst().ifPresent(found::add);
        }
        return found;
    }

    private static Stream<Path> inside(Path folder, String name) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(f -> generation(String.valueOf(f.getFileName()), name)).sorted().toList().stream();
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    private static boolean generation(String file, String name) {
        return file.startsWith(name) && file.substring(name.length()).matches("[0-9]+|10\\.2|11\\.0");
    }
}
