package io.dms.robotics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.control.Goal;
import io.dms.model.ProfileFile;
import io.dms.model.ScalableModelFile;
import io.dms.model.UserException;
import io.dms.runtime.SessionOptions.Launch;
import io.dms.runtime.SessionOptions.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeploymentFileTest {
    private static final String GOOD = """
        schema: 1
        applications:
          - name: detector
            source: synthetic:15
            goal: p95<=33ms priority=1
            batch: 2
            threads: 1
            precision: fp16
            mode: rebind
            controller: feedback
            late: serve
          - name: other
        """;

    @TempDir
    Path folder;

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("dms.yaml"), text);
    }

    @Test
    void readsApplicationsAndFillsWhatIsLeftOut() throws Exception {
        List<ApplicationSpec> specs = DeploymentFile.read(file(GOOD));
        assertThat(specs).extracting(ApplicationSpec::name).containsExactly("detector", "other");
        ApplicationSpec detector = specs.get(0);
        assertThat(detector.goal()).isEqualTo(Goal.parse("p95<=33ms priority=1"));
        assertThat(detector.batch()).isEqualTo(2);
        assertThat(detector.late()).isEqualTo(LatePolicy.SERVE);
        assertThat(detector.precision()).isEqualTo(Precision.FP16);
        assertThat(detector.launch()).isEqualTo(Launch.REBIND);
        ApplicationSpec other = specs.get(1);
        assertThat(other.controller()).isEqualTo("predictive");
        assertThat(other.source()).isEqualTo("synthetic:30");
        assertThat(other.profile()).isNull();
        assertThat(other.precision()).isEqualTo(Precision.FP32);
        assertThat(other.launch()).isEqualTo(Launch.GRAPH);
        assertThat(other.late()).isEqualTo(LatePolicy.DROP);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "schema: 1 | schema: 2 | schema must be 1",
                "schema: 1 | version: 1 | there is no key \"version\"",
                "goal: | gaol: | did you mean \"goal\"?",
                "controller: | contoller: | did you mean \"controller\"?",
                "batch: 2 | batch: many | batch",
                "batch: 2 | batch: [1, 2] | batch",
                "late: serve | late: never | drop or serve",
                "precision: fp16 | precision: int4 | fp32 or tf32 or fp16",
                "mode: rebind | mode: quick | graph or rebind",
                "p95<=33ms | p95<=33 | application 1",
                "name: other | name: detector | name of another",
                "name: other | model: none.onnx | none.onnx",
                "name: other | profile: none.json | none.json",
                "controller: feedback | controller: magic | magic",
                "name: other | 'name: *a' | anchors and aliases",
                "threads: 1 | 'batch: 3' | batch"
            })
    void whatCanNotBeIsRefusedInOneLineThatNamesIt(String from, String to, String named) throws Exception {
        assertThat(GOOD).contains(from);
        Path file = file(GOOD.replace(from, to));
        assertThatThrownBy(() -> DeploymentFile.read(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("dms.yaml")
                .hasMessageContaining(named)
                .message()
                .doesNotContain("\n");
    }

    @Test
    void bombsAreRefused() throws Exception {
        StringBuilder laughs = new StringBuilder("a: &a [x, x, x]\n");
        for (char c = 'b'; c < 'k'; c++) {
            laughs.append(c)
                    .append(": &")
                    .append(c)
                    .append(" [*")
                    .append((char) (c - 1))
                    .append(", *")
                    .append((char) (c - 1))
                    .append("]\n");
        }
        for (String text : List.of(
                laughs.toString(),
                "schema: " + "[".repeat(5000),
                "- ".repeat(5000),
                "x: " + "y".repeat(2 << 20),
                "",
                "7",
                "schema: 1\napplications: []",
                "schema: 1\napplications: [null]")) {
            Path file = file(text);
            assertThatThrownBy(() -> DeploymentFile.read(file)).isInstanceOf(UserException.class);
        }
    }

    @Test
    void noDamageToAFileLeadsToAnythingButARefusal() {
        Random random = new Random(11);
        for (int round = 0; round < 2000; round++) {
            StringBuilder text = new StringBuilder(GOOD);
            for (int k = 0; k <= random.nextInt(4); k++) {
                int at = random.nextInt(text.length());
                switch (random.nextInt(3)) {
                    case 0 -> text.setCharAt(at, (char) (random.nextInt(96) + 32));
                    case 1 -> text.deleteCharAt(at);
                    default -> text.insert(at, "{}[]:-&*!|>'\"%@`#\n\t".charAt(random.nextInt(19)));
                }
            }
            try {
                DeploymentFile.parse(text.toString(), "damaged");
            } catch (UserException e) {
                assertThat(e).hasMessageContaining("damaged");
            }
        }
    }

    @Test
    void pathsAreRelativeToTheFile() throws Exception {
        ScalableModelFile.write(Stub.MODEL, folder.resolve("own.dms.onnx"));
        ProfileFile.write(Stub.profile(), folder.resolve("own.profile.json"));
        List<ApplicationSpec> specs = DeploymentFile.read(file("""
            schema: 1
            applications:
              - name: own
                model: own.dms.onnx
                profile: own.profile.json
            """));
        assertThat(specs.get(0).model().levels()).hasSameSizeAs(Stub.MODEL.levels());
        assertThat(specs.get(0).profile()).isNotNull();
    }

    @Test
    void whatCannotBeAFileOfADeploymentIsRefusedInOneLine() throws Exception {
        String small = "schema: 1\napplications:\n  - name: a\n";
        assertThat(DeploymentFile.read(file(small))).hasSize(1);
        for (String odd : List.of(
                small + "# " + "x".repeat(1 << 20) + "\n",
                small + "---\n" + small,
                small + "schema: 1\n",
                small + "    name: b\n",
                small + "    batch: \"2\"\n")) {
            assertThatThrownBy(() -> DeploymentFile.read(file(odd)))
                    .as("%s", odd.substring(0, Math.min(80, odd.length())))
                    .isInstanceOf(UserException.class);
        }
    }
}
