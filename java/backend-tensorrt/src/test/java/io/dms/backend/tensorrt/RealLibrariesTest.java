package io.dms.backend.tensorrt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * NVIDIA's own TensorRT, as far as it goes without a device: {@code -Ddms.real.tensorrt=FOLDERS} names, separated by
 * colons, the folder of a TensorRT of the generation that the build's presets are of, and those of the CUDA that it
 * stands on. Where there is no driver the test makes one that has no device, for which it needs a C compiler.
 */
class RealLibrariesTest {
    private static final String FOLDERS = "dms.real.tensorrt";

    @TempDir
    Path temporary;

    private static List<Path> folders() {
        String given = System.getProperty(FOLDERS, "");
        assumeTrue(!given.isEmpty(), "no folder with NVIDIA's TensorRT is named in -D" + FOLDERS);
        return Stream.of(given.split(File.pathSeparator, -1)).map(Path::of).toList();
    }

    /** What the library says in a process of its own, which has to end by itself. */
    private Map<String, String> says(String driver) throws Exception {
        List<Path> folders = folders();
        Path library = library(folders);
        String path = driver + System.getProperty(FOLDERS, "");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                RealLibrary.class.getName(),
                library.toString());
        builder.environment().put("LD_LIBRARY_PATH", path);
        Path out = temporary.resolve("out.txt");
        Process process = builder.redirectOutput(out.toFile())
                .redirectError(temporary.resolve("errors.txt").toFile())
                .directory(temporary.toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        String all = Files.readString(out) + Files.readString(temporary.resolve("errors.txt"));
        assertThat(ended).as(all).isTrue();
        assertThat(process.exitValue()).as(all).isZero();
        Map<String, String> said = new LinkedHashMap<>();
        for (String line : Files.readAllLines(out)) {
            int at = line.indexOf('=');
            said.put(line.substring(0, Math.max(0, at)), line.substring(at + 1));
            System.out.println(line);
        }
        return said;
    }

    private static Path library(List<Path> folders) throws IOException {
        for (Path folder : folders) {
            try (Stream<Path> files = Files.list(folder)) {
                List<Path> found = files.filter(
                                f -> String.valueOf(f.getFileName()).matches("libnvinfer\\.so\\.\\d+"))
                        .toList();
                if (!found.isEmpty()) {
                    return found.get(0);
                }
            }
        }
        throw new AssertionError("no libnvinfer.so in -D" + FOLDERS);
    }

    /** A folder with a driver that has no device, with a colon behind it. */
    private String driverWithoutDevice() throws Exception {
        Path source = temporary.resolve("nodevice.c");
        try (InputStream in = Objects.requireNonNull(RealLibrariesTest.class.getResourceAsStream("nodevice.c"))) {
            Files.copy(in, source);
        }
        try {
            Process cc = new ProcessBuilder(
                            "cc",
                            "-shared",
                            "-fPIC",
                            "-Wl,-soname,libcuda.so.1",
                            "-o",
                            temporary.resolve("libcuda.so.1").toString(),
                            source.toString(),
                            "-ldl")
                    .redirectErrorStream(true)
                    .start();
            String said = new String(cc.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(cc.waitFor()).as(said).isZero();
        } catch (IOException e) {
            assumeTrue(false, "no C compiler (cc) for a driver without a device: " + e.getMessage());
        }
        return temporary + File.pathSeparator;
    }

    @Test
    void theLibraryLoadsAndWithoutADeviceItIsRefusedInALineAndNothingCrashes() throws Exception {
        folders();
        Map<String, String> said = says(driverWithoutDevice());
        assertThat(said).doesNotContainKey("lacks").containsEntry("end", "reached");
        assertThat(said.get("refusal")).contains("NVIDIA").endsWith(", or use backend cpu");
        assertThat(said).containsEntry("exported", "true").containsEntry("registry", "true");
        assertThat(Integer.parseInt(said.getOrDefault("methods", "0"))).isGreaterThan(12);
        assertThat(said.get("absent")).isEmpty();
        assertThat(said.get("RUNTIME")).contains("CUDA initialization failure");
        assertThat(said.get("BUILDER")).contains("CUDA initialization failure");
    }

    @Test
    void withoutADriverOneLineSaysSo() throws Exception {
        folders();
        assumeTrue(
                !Files.exists(Path.of("/usr/lib/" + System.getProperty("os.arch") + "-linux-gnu/libcuda.so.1")),
                "this machine has a driver");
        Map<String, String> said = says("");
        assumeTrue(!said.containsKey("device"), "this machine has a driver and a device");
        assertThat(said.get("refusal")).contains("libcuda.so.1").contains("install NVIDIA's driver");
        assertThat(said).doesNotContainKey("version");
    }
}
