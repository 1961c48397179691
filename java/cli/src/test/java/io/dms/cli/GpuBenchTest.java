package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The options of a GPU, in a process of its own beside the stand-ins for CUDA that {@code java/backend-cudnn} builds for
 * its tests.
 */
class GpuBenchTest {
    private static final Path BUILT = Path.of("..", "backend-cudnn", "target");

    @TempDir
    Path folder;

    private static Path given(String variable, Path otherwise) {
        return Path.of(Objects.requireNonNullElse(System.getenv(variable), otherwise.toString()))
                .toAbsolutePath();
    }

    private JsonNode bench(String... more) throws Exception {
        Path standIn = given("DMS_STANDIN", BUILT.resolve("standin"));
        Path bridge = given(
                "DMS_BRIDGE",
                BUILT.resolve(
                        "bridge/linux-x86_64-host/io/dms/backend/cudnn/bridge/linux-x86_64-host/libdms_bridge.so"));
        assumeTrue(
                Files.exists(standIn.resolve("libdms_standin.so")), "no stand-ins for CUDA: cmake and g++ build them");
        assumeTrue(Files.exists(bridge), "no host build of the native bridge: cmake and g++ build it");
        Path json = folder.resolve("bench.json");
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                "io.dms.cli.Main",
                "bench",
                "--backend",
                "cudnn",
                "--widths",
                "0.5,0.25",
                "--no-accuracy",
                "--warmup",
                "0ms",
                "--duration",
                "1ms",
                "--iterations",
                "1",
                "--json",
                json.toString()));
        command.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("LD_LIBRARY_PATH", standIn.toString());
        builder.environment().put("DMS_STANDIN_FLAT", "1");
        builder.environment().put("DMS_BRIDGE", bridge.toString());
        builder.environment().put("XDG_CACHE_HOME", folder.toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return new ObjectMapper().readTree(json.toFile());
    }

    @ParameterizedTest
    @CsvSource({"fp32,graph", "tf32,rebind", "fp16,rebind"})
    void runsInTheArithmeticAndTheModeThatWereAskedFor(String precision, String mode) throws Exception {
        JsonNode root = bench("--precision", precision, "--mode", mode);
        assertThat(root.path("backend").asText()).isEqualTo("cudnn");
        assertThat(root.path("precision").asText()).isEqualTo(precision);
        assertThat(root.path("mode").asText()).isEqualTo(mode);
        assertThat(root.path("levels")).hasSize(2);
        assertThat(root.path("allocation_bytes_per_call").asLong()).isZero();
    }

    @Test
    void repackedWeightsTakeLessThanABankOfThem() throws Exception {
        long bank = bench("--mode", "rebind").at("/memory/weights_held_bytes").asLong();
        long repacked = bench("--mode", "rebind", "--weights", "repack")
                .at("/memory/weights_held_bytes")
                .asLong();
        assertThat(repacked).isLessThan(bank);
    }
}
