package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.ModelDigest;
import io.dms.model.Profile;
import io.dms.model.ProfileFile;
import io.dms.model.ScalableModelFile;
import io.dms.model.UserException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileCommandTest {
    @TempDir
    Path folder;

    private String[] quick(Path model, String... more) {
        List<String> args = new ArrayList<>(List.of("profile", model.toString(), "--threads", "1", "--warmup", "0ms"));
        if (!List.of(more).contains("--backend")) {
            args.addAll(List.of("--backend", "reference"));
        }
        if (!List.of(more).contains("--duration")) {
            args.addAll(List.of("--duration", "1ms"));
        }
        if (!List.of(more).contains("--iterations")) {
            args.addAll(List.of("--iterations", "5"));
        }
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    @Test
    void writesAProfileOfEveryLevelThatBelongsToTheModel() {
        Path model = ModelFiles.scalable(folder);
        Path target = folder.resolve("out.profile.json");
        Ran ran = Ran.dms(quick(model, "-o", target.toString()));
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out())
                .contains("wrote " + target)
                .contains("1.00", "0.50", "mJ/inf", "packed")
                .doesNotContain("weights");
        Profile profile = ProfileFile.read(target);
        assertThat(profile.modelDigest()).isEqualTo(ModelDigest.of(ScalableModelFile.read(model)));
        assertThat(profile.levels()).extracting(Profile.Level::name).containsExactly("1.00", "0.50");
        assertThat(profile.levels()).allSatisfy(l -> {
            assertThat(l.latency().samples()).isGreaterThanOrEqualTo(5);
            assertThat(l.accuracy()).isNull();
            assertThat(l.macs()).isPositive();
        });
        assertThat(profile.board().versions()).containsKey("dms");
    }

    @Test
    void anInterruptedProfileWritesNothing() {
        StringWriter err = new StringWriter();
        Console console = new Console(new PrintWriter(new StringWriter()), new PrintWriter(err), false);
        console.cancel();
        Path target = folder.resolve("out.profile.json");
        int status = Dms.run(console, quick(ModelFiles.scalable(folder), "-o", target.toString()));
        assertThat(status).isEqualTo(130);
        assertThat(err.toString()).contains("nothing was written");
        assertThat(target).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource({
        "--duration, 0ms, duration",
        "--iterations, 0, iterations",
        "--widths, 2, width",
        "--data, /no/such/folder, /no/such/folder",
        "--accuracy-images, 0, accuracy-images",
        "--output, /no/such/folder/p.json, there is no folder",
        "--backend, abacus, abacus"
    })
    void anOptionThatMakesNoSense(String option, String value, String named) {
        Ran ran = Ran.dms(quick(ModelFiles.scalable(folder), option, value));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains(named);
    }

    @Test
    void clocksAreThoseThatTheBoardOffersHighestFirst() {
        List<Long> offers = List.of(306_000_000L, 408_000_000L, 612_000_000L);
        assertThat(ProfileClocks.choose(List.of("all"), offers))
                .containsExactly(612_000_000L, 408_000_000L, 306_000_000L);
        assertThat(ProfileClocks.choose(List.of("306", "612"), offers)).containsExactly(612_000_000L, 306_000_000L);
        assertThatThrownBy(() -> ProfileClocks.choose(List.of("500"), offers))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("306, 408, 612");
        assertThatThrownBy(() -> ProfileClocks.choose(List.of("fast"), offers))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("fast");
    }

    @Test
    void theModelIsNeverOverwritten() throws Exception {
        Path model = ModelFiles.scalable(folder);
        byte[] before = Files.readAllBytes(model);
        assertThat(Ran.dms(quick(model, "-o", model.toString())).status()).isEqualTo(2);
        assertThat(model).hasBinaryContent(before);
    }
}
