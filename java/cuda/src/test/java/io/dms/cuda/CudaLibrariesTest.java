package io.dms.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CudaLibrariesTest {
    @TempDir
    private Path folder;

    private Path file(String name) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.createFile(file);
    }

    @Test
    void whatComesFirstInTheListIsTaken() throws IOException {
        Path first = file("a/libcudart.so.13");
        file("b/libcudart.so.12");
        Path other = file("b/libnvinfer.so.10");
        List<Path> folders = CudaLibraries.folders(
                folder.resolve("a").toString(), folder.resolve("b") + File.pathSeparator + folder.resolve("nowhere"));
        assertThat(CudaLibraries.found(List.of("libcudart.so.", "libnvinfer.so."), folders))
                .containsExactly(first, other);
    }

    @Test
    void onlyTheNameWithItsGenerationIsTaken() throws IOException {
        file("libcudart.so.13.1.80");
        file("libcudart.so");
        file("libcudart_static.a");
        Path ten = file("libcudart.so.10.2");
        assertThat(CudaLibraries.found(List.of("libcudart.so."), List.of(folder)))
                .containsExactly(ten);
        Path eleven = file("libnvrtc.so.11.2");
        assertThat(CudaLibraries.found(List.of("libnvrtc.so."), List.of(folder)))
                .containsExactly(eleven);
    }

    /** A part that is missing would be looked for elsewhere; the loader finds one that is loaded by its name alone. */
    @Test
    void thePartsOfCudnn8AreTakenInTheOrderInWhichTheyNeedEachOther() throws IOException {
        List<Path> parts = new ArrayList<>();
        for (String part : List.of("ops_infer", "ops_train", "cnn_infer", "cnn_train", "adv_infer", "adv_train")) {
            parts.add(file("libcudnn_" + part + ".so.8"));
        }
        parts.add(file("libcudnn.so.8"));
        assertThat(CudaLibraries.found(CudaLibraries.NAMES, List.of(folder))).containsExactlyElementsOf(parts);
    }

    @Test
    void foldersThatAreNotThereAndEmptyNamesAreLeftOut() {
        assertThat(CudaLibraries.folders(
                        "",
                        "::",
                        folder + ":" + folder,
                        folder.resolve("nowhere").toString()))
                .containsExactly(folder);
    }
}
