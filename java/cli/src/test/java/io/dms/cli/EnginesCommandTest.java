package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dms.backend.tensorrt.cache.EngineBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dms engines}, with a builder in the place of TensorRT. */
class EnginesCommandTest {
    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private final FakeEngines builder = new FakeEngines();

    private Ran engines(String... args) {
        List<String> all = new ArrayList<>(List.of("engines"));
        all.addAll(List.of(args));
        all.addAll(List.of("--cache", folder.resolve("engines").toString()));
        return Ran.dms(all.toArray(String[]::new));
    }

    private Ran build(List<EngineBuilder> builders, String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Console console = new Console(new PrintWriter(out, true), new PrintWriter(err, true), false);
        var line = Dms.commandLine(console);
        var group = Objects.requireNonNull(line.getSubcommands().get("engines"));
        group.getCommandSpec().removeSubcommand("build");
        group.addSubcommand("build", new EnginesBuildCommand(console, () -> builders));
        line.setCaseInsensitiveEnumValuesAllowed(true);
        List<String> all = new ArrayList<>(List.of("engines", "build"));
        all.addAll(List.of(args));
        all.addAll(List.of("--cache", folder.resolve("engines").toString()));
        line.setExecutionExceptionHandler((e, command, parsed) -> {
            err.append("dms: ").append(e.getMessage()).append('\n');
            return e instanceof io.dms.model.DmsException d ? d.exitStatus() : Exit.BUG;
        });
        int status = line.execute(all.toArray(String[]::new));
        return new Ran(status, out.toString(), err.toString());
    }

    private Ran half() {
        return build(List.of(builder), "--widths", "0.5,0.25");
    }

    private static JsonNode json(Ran ran) throws IOException {
        return new ObjectMapper().readTree(ran.out());
    }

    private void breakOne() throws IOException {
        try (var plans = Files.newDirectoryStream(folder.resolve("engines"), "*.plan")) {
            Path plan = plans.iterator().next();
            byte[] bytes = Files.readAllBytes(plan);
            bytes[bytes.length / 2] ^= 1;
            Files.write(plan, bytes);
        }
    }

    @Test
    void without_TensorRT_building_says_what_is_missing_and_the_rest_works() {
        builder.refusals = List.of("libnvinfer is not here: install TensorRT");
        Ran built = build(List.of(builder));
        assertThat(built.status()).isEqualTo(3);
        assertThat(built.complaint())
                .isEqualTo("dms: TensorRT is not available, so no engine can be built: libnvinfer is not here: install"
                        + " TensorRT");
        assertThat(build(List.of()).status()).isEqualTo(3);
        Ran listed = engines("list");
        assertThat(listed.status()).isZero();
        assertThat(listed.out()).isEqualTo("no engines in " + folder.resolve("engines") + "\n");
        assertThat(engines("verify").status()).isZero();
        assertThat(engines("prune", "--all").status()).isZero();
        assertThat(folder.resolve("engines")).doesNotExist();
    }

    @Test
    void engines_are_built_once_and_listed() throws IOException {
        Ran first = half();
        assertThat(first.status()).as(first.err()).isZero();
        assertThat(first.out())
                .contains("1.00 MiB")
                .contains("1 layer was meant for the DLA and run on the GPU: softmax");
        assertThat(first.out()).contains("level 0.50: outputs of 3 inputs differ from the reference's by at most ");
        assertThat(first.err()).contains("building level 1 of 2 (0.50)").contains("building level 2 of 2 (0.25)");
        Ran second = build(List.of(builder), "--widths", "0.5,0.25", "--json", "-");
        assertThat(json(second).path("engines"))
                .hasSize(2)
                .allMatch(e -> !e.path("fresh").asBoolean());
        Ran listed = engines("list");
        assertThat(listed.status()).isZero();
        assertThat(listed.out())
                .contains("resnet20-cifar10  0.25")
                .contains("10.3.0.30")
                .contains("2 engines, ");
        JsonNode list = json(engines("list", "--json", "-"));
        assertThat(list.path("schema").asInt()).isEqualTo(1);
        assertThat(list.path("engines"))
                .hasSize(2)
                .allMatch(e -> e.path("fault").isNull()
                        && e.path("key").path("device").asText().equals("Orin"));
    }

    @Test
    void a_broken_engine_is_found_named_and_removed() throws IOException {
        half();
        breakOne();
        Ran verified = engines("verify");
        assertThat(verified.status()).isEqualTo(2);
        assertThat(verified.out()).contains("unusable").contains("its plan is damaged");
        assertThat(verified.complaint()).contains("1 of 2 engines can't be used");
        Ran told = engines("prune", "--dry-run");
        assertThat(told.out())
                .contains("would remove resnet20-cifar10 at level")
                .contains("its plan is damaged");
        Ran pruned = engines("prune", "--json", "-");
        assertThat(json(pruned).path("removed")).hasSize(1);
        assertThat(json(pruned).path("kept")).hasSize(1);
        assertThat(engines("verify").status()).isZero();
    }

    @Test
    void engines_go_by_size_and_all() {
        half();
        assertThat(engines("prune", "--keep", "1G").out())
                .contains("removed 0 engines")
                .contains("2 engines");
        assertThat(engines("prune", "--unused", "1").out()).contains("removed 0 engines");
        assertThat(engines("prune", "--keep", "1k").out()).contains("removed 2 engines");
        half();
        assertThat(engines("prune", "--all").out()).contains("everything goes").contains("0 engines, 0 B stay");
    }

    @Test
    void a_limit_reaches_the_builder_and_a_build_that_is_stopped_says_how_far_it_came() {
        builder.stop = true;
        Ran ran = build(List.of(builder), "--widths", "0.25", "--builder-memory", "512MiB");
        assertThat(builder.memoryLimitBytes).isEqualTo(512L << 20);
        assertThat(ran.status()).isEqualTo(130);
        assertThat(ran.err()).contains("interrupted: 0 of 1 levels are ready");
    }

    @Test
    void a_cache_that_others_may_write_is_refused_by_name() throws IOException {
        half();
        Files.setPosixFilePermissions(
                folder.resolve("engines"), java.nio.file.attribute.PosixFilePermissions.fromString("rwxrwxrwx"));
        Ran listed = engines("list");
        assertThat(listed.status()).isEqualTo(3);
        assertThat(listed.complaint())
                .contains("may be written by others (mode 777)")
                .contains("chmod 700");
    }

    @Test
    void engines_alone_says_what_to_type() {
        assertThat(Ran.dms("engines").complaint()).contains("dms engines list");
    }
}
