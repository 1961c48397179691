package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** {@code jetson-setup/}: its own tests, each as one of these, and shellcheck over every script. */
class JetsonSetupTest {
    private static final Path FOLDER =
            Path.of("../../jetson-setup").toAbsolutePath().normalize();

    private record Output(int status, List<String> lines) {}

    private static Output run(List<String> command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Output(process.waitFor(), text.lines().toList());
    }

    @TestFactory
    Stream<DynamicTest> scripts() throws IOException, InterruptedException {
        assumeTrue(Files.isReadable(Path.of("/proc/self/stat")), "the scripts are for Linux alone");
        Output output = run(List.of("test/run.sh"));
        List<DynamicTest> tests = new ArrayList<>();
        for (String line : output.lines()) {
            String name = line.replaceFirst("^(not )?ok ", "").replaceFirst(":.*", "");
            tests.add(DynamicTest.dynamicTest(
                    name, () -> assertThat(line).matches("ok \\w+").isEqualTo("ok " + name)));
        }
        tests.add(DynamicTest.dynamicTest(
                "all_of_them_ran", () -> assertThat(tests).hasSizeGreaterThan(15)));
        tests.add(DynamicTest.dynamicTest(
                "status_is_0", () -> assertThat(output.status()).isZero()));
        return tests.stream();
    }

    @Test
    void everyScriptIsCleanToShellcheck() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("shellcheck", "-x"));
        try (Stream<Path> all = Files.walk(FOLDER)) {
            all.filter(Files::isRegularFile).filter(JetsonSetupTest::isScript).forEach(p -> command.add(p.toString()));
        }
        assertThat(command).hasSizeGreaterThan(8);
        command.add(FOLDER.resolveSibling("dms").toString());
        command.add(FOLDER.resolveSibling(".ci/run").toString());
        Output output;
        try {
            output = run(command);
        } catch (IOException e) {
            assumeTrue(false, "no shellcheck: sudo apt install shellcheck");
            return;
        }
        assertThat(output.lines()).isEmpty();
        assertThat(output.status()).isZero();
    }

    private static boolean isScript(Path file) {
        String name = String.valueOf(file.getFileName());
        return name.endsWith(".sh") || name.equals("setup") || name.equals("dms-actuate");
    }
}
