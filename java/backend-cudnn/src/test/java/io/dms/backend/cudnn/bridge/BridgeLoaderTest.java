package io.dms.backend.cudnn.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A bridge that is missing or does not fit is refused in one sentence with its cure. */
class BridgeLoaderTest {
    @TempDir
    private Path folder;

    /** What a process of its own finds; a process can load only one. */
    public static final class Probe {
        private Probe() {}

        /** Prints the build or the refusal, and what the device check says. */
        public static void main(String[] args) {
            Bridges.Found f = Bridges.find();
            if (f.bridge() == null) {
                System.out.println(f.reason() + " | " + f.cure());
                return;
            }
            System.out.println(f.bridge().buildInfo());
            try {
                f.bridge().checkDevice(0);
                System.out.println("fits");
            } catch (BridgeException e) {
                System.out.println(e.status() + " " + e.getMessage());
            }
        }
    }

    private static List<String> probe(Path file) throws IOException, InterruptedException {
        Process p = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "-D" + BridgeLoader.PROPERTY + "=" + file,
                        Probe.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String text = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(p.waitFor()).as(text).isZero();
        return text.lines().toList();
    }

    @Test
    void another_version_of_the_interface_is_refused_before_anything_is_called() {
        Bridges.Found f = BridgeLoader.greet(Bridge.ABI_VERSION + 1, Path.of("/lib/libdms_bridge.so"));
        assertThat(f.bridge()).isNull();
        assertThat(f.reason())
                .isEqualTo("the native bridge /lib/libdms_bridge.so speaks version " + (Bridge.ABI_VERSION + 1)
                        + " of its interface and this DMS version " + Bridge.ABI_VERSION);
        assertThat(f.cure()).contains("native/build");
    }

    @Test
    void the_words_of_the_systems_loader_lead_to_a_cure() {
        assertThat(BridgeLoader.cureOf("libcudart.so.12: cannot open shared object file"))
                .contains("LD_LIBRARY_PATH");
        assertThat(BridgeLoader.cureOf("version `GLIBC_2.34' not found")).contains("C library is older");
        assertThat(BridgeLoader.cureOf(null)).contains("native/build");
    }

    @Test
    void machines_have_javacpps_names() {
        assertThat(BridgeLoader.platform("Linux", "amd64")).isEqualTo("linux-x86_64");
        assertThat(BridgeLoader.platform("Linux", "aarch64")).isEqualTo("linux-arm64");
        assertThat(BridgeLoader.platform("Mac OS X", "aarch64")).isNull();
        assertThat(BridgeLoader.platform("Linux", "riscv64")).isNull();
    }

    @Test
    void a_file_that_is_missing_or_no_library_is_named() throws Exception {
        assumeTrue(
                BridgeLoader.platform(System.getProperty("os.name"), System.getProperty("os.arch")) != null,
                "no bridge for this system");
        Path none = folder.resolve("none.so");
        assertThat(probe(none))
                .containsExactly("-Ddms.bridge or DMS_BRIDGE names the native bridge " + none
                        + ", which is not there | name another file, or none");
        Path text = Files.writeString(folder.resolve("text.so"), "no library");
        assertThat(probe(text)).singleElement().asString().contains("can't be loaded", text.toString(), "native/build");
    }

    @Test
    void the_host_build_loads_and_fits() throws Exception {
        assumeTrue(Files.isRegularFile(HostBridge.file()), "no host build of the native bridge");
        assertThat(probe(HostBridge.file())).containsExactly("dms-bridge abi=1 host", "fits");
    }

    /** A classifier jar as the build makes it, before everything else on the class path. */
    @Test
    void the_library_is_taken_out_of_a_classifier_jar() throws Exception {
        assumeTrue(Files.isRegularFile(HostBridge.file()), "no host build of the native bridge");
        String platform = BridgeLoader.platform(System.getProperty("os.name"), System.getProperty("os.arch"));
        Path jar = folder.resolve("dms-backend-cudnn-" + platform + "-cu13.jar");
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar))) {
            out.putNextEntry(new JarEntry("io/dms/backend/cudnn/bridge/" + platform + "-cu13/"
                    + HostBridge.file().getFileName()));
            Files.copy(HostBridge.file(), out);
            out.closeEntry();
        }
        Path cache = folder.resolve("cache");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        jar + File.pathSeparator + System.getProperty("java.class.path"),
                        "-Dorg.bytedeco.javacpp.cachedir=" + cache,
                        Probe.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().remove("DMS_BRIDGE");
        Process p = builder.start();
        String said = new String(p.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(p.waitFor()).isZero();
        assertThat(said.lines()).containsExactly("dms-bridge abi=1 host", "fits");
        try (Stream<Path> unpacked = Files.walk(cache)) {
            assertThat(unpacked).anyMatch(f -> f.endsWith(HostBridge.file().getFileName()));
        }
    }

    /** Where a toolkit is but no driver, the real bridge loads and says what is missing. */
    @Test
    void the_build_for_cuda_says_whether_this_machine_can_run_it() throws Exception {
        Path bridges = Path.of("target/bridge");
        assumeTrue(Files.isDirectory(bridges), "no native bridge was built");
        Optional<Path> found;
        try (Stream<Path> all = Files.walk(bridges)) {
            String machine =
                    BridgeLoader.platform(System.getProperty("os.name"), System.getProperty("os.arch")) + "-cu";
            found = all.filter(
                            p -> p.endsWith("libdms_bridge.so") && p.toString().contains(machine))
                    .findFirst();
        }
        assumeTrue(found.isPresent(), "no native bridge for CUDA was built (no nvcc)");
        List<String> said = probe(found.get().toAbsolutePath());
        assumeTrue(!said.get(0).contains("libcudart"), "the CUDA runtime is not where libraries are looked for");
        assertThat(said).hasSize(2);
        assertThat(said.get(0)).startsWith("dms-bridge abi=1 cuda=");
        assertThat(said.get(1)).matches("fits|[2-9] .+: .+");
    }
}
