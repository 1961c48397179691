package io.dms.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file is there whole or not at all. */
class AtomicFileTest {
    @TempDir
    Path folder = Path.of("");

    @Test
    void aFailureHalfWayLeavesWhatWasThereAndNoRubbish() throws IOException {
        Path file = folder.resolve("model.onnx");
        Files.writeString(file, "before");
        assertThatThrownBy(() -> AtomicFile.write(file, out -> {
                    out.write(new byte[100_000]);
                    throw new IOException("No space left on device");
                }))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("No space left on device");
        assertThat(file).hasContent("before");
        try (Stream<Path> all = Files.list(folder)) {
            assertThat(all).containsExactly(file);
        }
    }

    @Test
    void aLinkStaysALinkAndItsTargetIsReplaced() throws IOException {
        Path real = Files.writeString(folder.resolve("real"), "before");
        Path link = Files.createSymbolicLink(folder.resolve("link"), real);
        AtomicFile.write(link, out -> out.write("after".getBytes(StandardCharsets.UTF_8)));
        assertThat(link).isSymbolicLink();
        assertThat(real).hasContent("after");
    }

    @Test
    void aFullDeviceIsAnEnvironmentError() {
        Path full = Path.of("/dev/full");
        Assumptions.assumeTrue(Files.exists(full), "no /dev/full on this system");
        assertThatThrownBy(() -> AtomicFile.write(full, out -> out.write(new byte[100_000])))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("/dev/full");
    }

    @Test
    void aMissingFolderAndAFolderAsTargetAreUserErrors() {
        assertThatThrownBy(() -> AtomicFile.write(folder.resolve("no/such/file"), out -> {}))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("make it first");
        assertThatThrownBy(() -> AtomicFile.write(folder, out -> {}))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("it is a folder");
    }
}
