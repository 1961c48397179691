package io.dms.fieldkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps as run.sh starts them, in processes of their own beside the stand-ins for CUDA; times mean nothing there. */
class StepsOnStandInTest {
    private static final Path BUILT = Path.of("..", "backend-cudnn", "target");

    @TempDir
    Path folder;

    private static Path given(String variable, Path otherwise) {
        return Path.of(Objects.requireNonNullElse(System.getenv(variable), otherwise.toString()))
                .toAbsolutePath();
    }

    private int run(String step, String devices) throws Exception {
        Path standIn = given("DMS_STANDIN", BUILT.resolve("standin"));
        Path bridge = given(
                "DMS_BRIDGE",
                BUILT.resolve(
                        "bridge/linux-x86_64-host/io/dms/backend/cudnn/bridge/linux-x86_64-host/libdms_bridge.so"));
        assumeTrue(
                Files.exists(standIn.resolve("libdms_standin.so")), "no stand-ins for CUDA: cmake and g++ build them");
        assumeTrue(Files.exists(bridge), "no host build of the native bridge: cmake and g++ build it");
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        // The user's own cache must never lead to a stand-in.
                        "-Dorg.bytedeco.javacpp.cachedir="
                                + BUILT.resolve("javacpp").toAbsolutePath(),
                        "-Ddms.field.quick=true",
                        "-Ddms.field.models=resnet20",
                        "-Ddms.field.seed=1",
                        "-Ddms.field.out=" + folder,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Main.class.getName(),
                        step)
                .redirectErrorStream(true);
        builder.environment().put("LD_LIBRARY_PATH", standIn.toString());
        builder.environment().put("DMS_STANDIN_FLAT", "1");
        builder.environment().put("DMS_STANDIN_DEVICES", devices);
        builder.environment().put("DMS_BRIDGE", bridge.toString());
        builder.environment().put("XDG_CACHE_HOME", folder.toString());
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int status = process.waitFor();
        assertThat(status).as(said).isNotEqualTo(70);
        return status;
    }

    private JsonNode rows(String step) throws Exception {
        return new ObjectMapper()
                .readTree(folder.resolve(step + ".json").toFile())
                .path("rows");
    }

    @ParameterizedTest
    @ValueSource(strings = {"correctness", "memory", "filters"})
    void aStepThatTimesNothingHolds(String step) throws Exception {
        assertThat(run(step, "1")).isZero();
        assertThat(rows(step)).isNotEmpty();
        for (JsonNode row : rows(step)) {
            // An error is a figure of rows that compare outputs, and a sentence where a part could not be run.
            assertThat(row.path("error").isTextual()).as(row.toString()).isFalse();
        }
    }

    @Test
    void levelsAreTimedOnTheDeviceBesideWholeCalls() throws Exception {
        // Times mean nothing here, so a bar may be missed.
        assertThat(run("levels", "1")).isIn(0, 1);
        int judged = 0;
        for (JsonNode row : rows("levels")) {
            assertThat(row.has("error")).as(row.toString()).isFalse();
            if (row.has("bar")) {
                judged++;
                assertThat(row.path("device us").asDouble()).isPositive();
                assertThat(row.path("own model device us").asDouble()).isPositive();
            }
        }
        assertThat(judged).isEqualTo(4);
    }

    @Test
    void withoutADeviceAStepSaysSoAndEndsWithItsOwnStatus() throws Exception {
        assertThat(run("switch", "0")).isEqualTo(3);
        JsonNode root =
                new ObjectMapper().readTree(folder.resolve("switch.json").toFile());
        assertThat(root.path("error").asText()).contains("no NVIDIA device");
    }

    @Test
    void aStepThatIsNotThereIsRefusedWithTheNamesOfThoseThatAre() throws Exception {
        assertThat(run("nothing", "1")).isEqualTo(2);
    }
}
