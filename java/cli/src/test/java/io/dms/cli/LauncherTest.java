package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The script {@code ./dms}, in a made-up source tree, with a Maven and a JDK that only write down how they were called. */
class LauncherTest {
    @TempDir
    Path temporary;

    private Path root;
    private Path tools;
    private Path jdk;
    private Path release;
    private String locale = "C.UTF-8";

    private record Output(int status, String text) {}

    @BeforeEach
    void makeTree() throws IOException {
        assumeTrue(Files.isReadable(Path.of("/proc/self/stat")), "the script is for Linux alone");
        root = Files.createDirectories(temporary.resolve("a tree with ü, * and spaces"));
        tools = Files.createDirectories(temporary.resolve("tools"));
        jdk = Files.createDirectories(temporary.resolve("jdk"));
        release = temporary.resolve("nv_tegra_release");
        script(root.resolve("dms"), Files.readString(Path.of("../../dms")));
        file(root.resolve("pom.xml"), "");
        file(root.resolve("java/cli/pom.xml"), "");
        file(root.resolve("java/cli/src/main/A.java"), "");
        file(root.resolve("java/cli/target/classes/A.class"), "");
        file(root.resolve("java/cli/target/classpath"), root.resolve("java/cli/target/classes") + ":" + release("jar"));
        for (String old : List.of("pom.xml", "java/cli/pom.xml", "java/cli/src/main/A.java", "java/cli/src/main")) {
            Files.setLastModifiedTime(root.resolve(old), FileTime.from(Instant.EPOCH));
        }
        script(
                tools.resolve("mvn"),
                "#!/bin/sh\ncase \"$*\" in *--version*) echo 'Apache Maven 3.9.9 (x)'; exit;; esac\necho \"$*\" >>'"
                        + log("mvn") + "'\n");
        jdk("17.0.1");
    }

    private void jdk(String version) throws IOException {
        file(jdk.resolve("release"), "JAVA_VERSION=\"" + version + "\"\n");
        // The run that makes the archive of classes is not a run of dms.
        script(
                jdk.resolve("bin/java"),
                "#!/bin/sh\ncase \"$*\" in *ArchiveClassesAtExit*) exit;; esac\necho \"$LC_ALL\" >>'" + log("locale")
                        + "'\n"
                        + "while [ \"$1\" != io.dms.cli.Main ]; do shift; done\nshift\n"
                        + "for a in \"$@\"; do echo \"$a\" >>'" + log("java") + "'; done\nexit 42\n");
        script(jdk.resolve("bin/javac"), "#!/bin/sh\n");
        script(jdk.resolve("bin/jar"), "#!/bin/sh\n: >\"$4\"\n");
    }

    private Path release(String name) throws IOException {
        Path file = temporary.resolve("library." + name);
        return file(file, "");
    }

    private static Path file(Path file, String content) throws IOException {
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private static void script(Path file, String content) throws IOException {
        file(file, content);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path log(String tool) {
        return temporary.resolve(tool + ".log");
    }

    private List<String> logged(String tool) throws IOException {
        return Files.exists(log(tool)) ? Files.readAllLines(log(tool)) : List.of();
    }

    private Output dms(String... args) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(root.resolve("dms").toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(temporary.toFile()).redirectErrorStream(true);
        Map<String, String> environment = builder.environment();
        environment.put("PATH", tools + ":" + environment.getOrDefault("PATH", "/usr/bin:/bin"));
        environment.put("JAVA_HOME", jdk.toString());
        environment.put("DMS_TEGRA_RELEASE", release.toString());
        environment.put("LC_ALL", locale);
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Output(process.waitFor(), text);
    }

    private static String of(String l4t) {
        return "# R" + l4t + " (release), REVISION: 4.3, GCID: 1, BOARD: generic, EABI: aarch64, DATE: x\n# more\n";
    }

    @ParameterizedTest
    @CsvSource({"32,-Pjetpack4", "34,-Pjetpack5", "35,-Pjetpack5", "36,-Pjetpack6", "38,", "136,"})
    void aJetsonGetsTheNativesOfItsJetPack(String l4t, String profile) throws Exception {
        file(release, of(l4t));
        dms("doctor");
        assertThat(logged("mvn")).hasSize(1);
        List<String> words = List.of(logged("mvn").get(0).split(" "));
        assertThat(words).contains("-Dlauncher", "compile");
        assertThat(words.stream().filter(w -> w.startsWith("-P")))
                .containsExactlyElementsOf(profile == null ? List.of() : List.of(profile));
    }

    @Test
    void jetPack60IsToldOnceThatItsGpuNeedsANewerOne() throws Exception {
        file(release, of("36").replace("REVISION: 4.3", "REVISION: 3.0"));
        assertThat(dms("doctor").text()).containsOnlyOnce("the others need JetPack 6.1 or newer");
        assertThat(dms("doctor").text()).doesNotContain("JetPack 6.1");
        assertThat(logged("mvn").get(0)).contains("-Pjetpack6");
        file(release, of("35"));
        assertThat(dms("doctor").text()).doesNotContain("JetPack 6.1");
    }

    @Test
    void aMavenThatIsTooOldIsNamedWithWhereANewerOneIs() throws Exception {
        script(tools.resolve("mvn"), "#!/bin/sh\necho 'Apache Maven 3.6.0'\n");
        Output refused = dms("doctor");
        assertThat(refused.status()).isEqualTo(3);
        assertThat(refused.text().lines())
                .singleElement()
                .asString()
                .contains("version 3.6.0", "needs 3.6.3", "https://maven.apache.org/download.cgi");
    }

    @Test
    void anyOtherMachineGetsTheDefaultNatives() throws Exception {
        dms("doctor");
        file(release, "no release of anybody's\n");
        dms("doctor");
        assertThat(logged("mvn")).singleElement().asString().doesNotContain("-P");
    }

    @Test
    void aBoardWhoseSystemWasUpgradedIsBuiltForAnew() throws Exception {
        file(release, of("35"));
        dms("doctor");
        dms("doctor");
        assertThat(logged("mvn")).hasSize(1);
        file(release, of("36"));
        dms("doctor");
        dms("doctor");
        assertThat(logged("mvn")).hasSize(2).last().asString().contains("-Pjetpack6");
    }

    @Test
    void argumentsAndStatusPassThroughWhole() throws Exception {
        String[] args = {"compile", "a model.onnx", "ü*?.onnx", "", "-x", "$HOME"};
        Output first = dms(args);
        assertThat(logged("java")).containsExactly(args);
        assertThat(first.status()).isEqualTo(42);
        assertThat(first.text()).contains("building DMS (first run");
        assertThat(dms("doctor").text()).as("nothing is built twice").isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"C", "POSIX", "xx_XX.UTF-8", "C.UTF-8"})
    void theJvmCanOpenFilesOfEveryNameInEveryLocale(String given) throws Exception {
        locale = given;
        dms("doctor");
        assertThat(logged("locale")).containsExactly("C.UTF-8");
    }

    @Test
    void aSourceThatChangedIsBuilt() throws Exception {
        dms("doctor");
        Files.setLastModifiedTime(
                root.resolve("java/cli/src/main/A.java"),
                FileTime.from(Instant.now().plusSeconds(60)));
        assertThat(dms("doctor").text()).contains("building DMS (sources changed)");
        assertThat(logged("mvn")).hasSize(2);
    }

    @Test
    void gradientsHaveABuildOfTheirOwn() throws Exception {
        dms("doctor");
        dms("train", "m.onnx");
        dms("compile", "m.onnx", "--criterion", "taylor");
        assertThat(logged("mvn")).hasSize(2).last().asString().contains("-Dtrainer");
    }

    @ParameterizedTest
    @CsvSource({"11.0.20,needs 17 or newer", "1.8.0_392,needs 17 or newer"})
    void anOldJdkIsOneLineAndStatus3(String version, String says) throws Exception {
        jdk(version);
        Output output = dms("doctor");
        assertThat(output.status()).isEqualTo(3);
        assertThat(output.text().lines()).singleElement().asString().contains(version, says);
        assertThat(logged("mvn")).isEmpty();
    }
}
