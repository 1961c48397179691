package io.dms.cuda;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Loads the CUDA, and what stands on it, that the user chose before the presets look for theirs.
 *
 * <p>JavaCPP searches the folders that a preset was built with, such as {@code /usr/local/cuda/lib64}, before it leaves
 * the search to the system; a user's {@code LD_LIBRARY_PATH} would then count for some libraries and not for others,
 * and one process would hold two versions of CUDA. A library that is already loaded is taken by its name (SONAME),
 * wherever the search would have ended.
 */
public final class CudaLibraries {
    /** System property: folders, separated by colons, that go before {@code LD_LIBRARY_PATH}. */
    static final String FOLDERS = "dms.cuda.libraries";

    private static final Logger LOG = LoggerFactory.getLogger(CudaLibraries.class);

    /** What others need comes first; of cuDNN the parts of version 9 and then those of version 8. */
    static final List<String> NAMES = List.of(
            "libcuda.so.",
            "libcudart.so.",
            "libnvrtc.so.",
            "libcublasLt.so.",
            "libcublas.so.",
            "libcudnn_graph.so.",
            "libcudnn_ops.so.",
            "libcudnn_cnn.so.",
            "libcudnn_adv.so.",
            "libcudnn_ops_infer.so.",
            "libcudnn_ops_train.so.",
            "libcudnn_cnn_infer.so.",
            "libcudnn_cnn_train.so.",
            "libcudnn_adv_infer.so.",
            "libcudnn_adv_train.so.",
            "libcudnn.so.");

    /** Names that were looked for: once in a process, so that nobody brings a second version. */
    private static final Set<String> LOOKED = new HashSet<>();

    private CudaLibraries() {}

    /** Loads CUDA, cuBLAS and cuDNN where they are; what can't be loaded is left to the presets, which tell why. */
    public static void preload() {
        preload("");
    }

    /**
     * Loads CUDA, cuBLAS and cuDNN and then others.
     *
     * @param before folders, separated by colons, that go before all others; may be empty
     * @param others as {@code libnvinfer.so.}; what others need comes first
     */
    public static synchronized void preload(String before, String... others) {
        List<String> names = new ArrayList<>(NAMES);
        names.addAll(List.of(others));
        names.removeIf(name -> !LOOKED.add(name));
        String environment = Objects.requireNonNullElse(System.getenv("LD_LIBRARY_PATH"), "");
        found(names, folders(before, System.getProperty(FOLDERS, ""), environment))
                .forEach(CudaLibraries::load);
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

    /** Of each library the first file whose name ends with its generation alone, as in {@code libcudart.so.13}. */
    static List<Path> found(List<String> names, List<Path> folders) {
        List<Path> found = new ArrayList<>();
        for (String name : names) {
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
        return file.startsWith(name) && file.substring(name.length()).matches("[0-9]+|10\\.2|11\\.[02]");
    }
}
