package io.dms.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileFileTest {
    private static final String DIGEST = "0123456789abcdef".repeat(4);

    private static Profile.Level level(String name, double width, double p50) {
        return new Profile.Level(
                name,
                width,
                1000,
                new Profile.Latency(p50, p50, p50 * 1.1, p50 * 1.2, p50 * 1.5, 0.05, 200),
                4.5,
                "module",
                0.9,
                4096);
    }

    private static Profile profile() {
        List<Profile.Level> levels = List.of(level("1.00", 1, 10), level("0.50", 0.5, 4));
        return new Profile(
                "net",
                DIGEST,
                "cpu",
                "fp32",
                1,
                2,
                new Profile.Board("some board", "MAXN", Map.of("l4t", "36.4", "dms", "0.1.0")),
                Instant.parse("2026-01-31T12:00:00Z"),
                List.of(
                        new Profile.Point("MAXN", "MAXN", 1_000_000_000L, null, 5.5, levels),
                        new Profile.Point("15W", "MODE_15W", 600_000_000L, null, null, levels)),
                null);
    }

    private static String text() {
        return new String(ProfileFile.toBytes(profile()), StandardCharsets.UTF_8);
    }

    private static Profile of(String text) {
        return ProfileFile.of(text.getBytes(StandardCharsets.UTF_8), "a.profile.json");
    }

    @Test
    void what_was_written_is_read_again(@TempDir Path folder) {
        Path file = folder.resolve("a.profile.json");
        ProfileFile.write(profile(), file);
        assertThat(ProfileFile.read(file)).isEqualTo(profile());
    }

    @Test
    void what_was_not_measured_is_null_in_the_file() {
        assertThat(text()).contains("\"switch_ms\" : null", "\"cpu_hertz\" : null");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"schema\" : 1|\"schema\" : 7|schema is 7, and this version reads 1",
                "\"batch\" : 1|\"batch\" : 0|field batch must be a whole number from 1",
                "\"p50\" : 10.0|\"p50\" : -1|field points[0].levels[0].latency_ms.p50 must be a number above 0, but is -1",
                "\"p50\" : 10.0|\"p50\" : \"x\"|latency_ms.p50 must be a number above 0, but is \"x\"",
                "\"p50\" : 10.0|\"p5\" : 10|field points[0].levels[0].latency_ms.p50 is missing",
                "\"p90\" : 11.0|\"p90\" : 3.0|latency_ms.p90 must be a number of at least p50",
                "\"width\" : 0.5|\"width\" : 1.0|field points[0].levels[1].width must be below",
                "\"accuracy\" : 0.9|\"accuracy\" : 1.9|field points[0].levels[0].accuracy must be a number between 0 and 1",
                "\"energy_mj\" : 4.5|\"energy_mj\" : null|energy_scope must be there if energy_mj is",
                "\"date\" : \"2026|\"date\" : \"in 2026|field date must be a date",
                "\"model\" : \"net\"|\"model\" : \"net\", \"model\" : \"b\"|Duplicate field 'model'",
                "0123456789abcdef0123|xyz|field model_digest must be a SHA-256",
            })
    void a_damaged_file_is_refused_with_file_and_field(String from, String to, String says) {
        String damaged = text().replace(from, to);
        assertThat(damaged).isNotEqualTo(text());
        assertThatThrownBy(() -> of(damaged))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("a.profile.json")
                .hasMessageContaining(says);
    }

    @Test
    void every_truncation_is_refused() {
        String whole = text().strip();
        for (int n = 0; n < whole.length(); n += 7) {
            String part = whole.substring(0, n);
            assertThatThrownBy(() -> of(part)).isInstanceOf(UserException.class);
        }
    }

    @Test
    void a_field_that_a_later_version_added_does_no_harm() {
        assertThat(of(text().replaceFirst("\\{", "{ \"new_thing\" : [1],"))).isEqualTo(profile());
    }

    @Test
    void a_missing_file_says_how_to_make_one(@TempDir Path folder) {
        assertThatThrownBy(() -> ProfileFile.read(folder.resolve("none.json")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("dms profile");
    }

    @Test
    void a_failed_write_leaves_the_old_file(@TempDir Path folder) throws Exception {
        Path file = Files.createDirectory(folder.resolve("a.profile.json"));
        assertThatThrownBy(() -> ProfileFile.write(profile(), file)).isInstanceOf(UserException.class);
        try (var entries = Files.list(folder)) {
            assertThat(entries).containsExactly(file);
        }
    }

    private static ProfileFit fit(
            String digest, String backend, int batch, int threads, String board, @Nullable String mode, String l4t) {
        return ProfileFit.of(
                profile(),
                new ProfileFit.Running(
                        digest, backend, "fp32", batch, threads, new Profile.Board(board, mode, Map.of("l4t", l4t))));
    }

    @Test
    void a_profile_fits_what_it_was_measured_with() {
        assertThat(fit(DIGEST, "cpu", 1, 2, "some board", "MAXN", "36.4").verdict())
                .isEqualTo(ProfileFit.Verdict.FITS);
        ProfileFit other = fit(DIGEST, "cpu", 1, 2, "some board", "MODE_15W", "36.4");
        assertThat(other.verdict()).isEqualTo(ProfileFit.Verdict.FITS);
        assertThat(other.point()).isEqualTo(1);
    }

    @Test
    void a_profile_of_another_model_backend_batch_or_board_is_refused() {
        for (ProfileFit f : List.of(
                fit("f".repeat(64), "cpu", 1, 2, "some board", "MAXN", "36.4"),
                fit(DIGEST, "cudnn", 1, 2, "some board", "MAXN", "36.4"),
                fit(DIGEST, "cpu", 8, 2, "some board", "MAXN", "36.4"),
                fit(DIGEST, "cpu", 1, 2, "another", "MAXN", "36.4"))) {
            assertThat(f.verdict()).isEqualTo(ProfileFit.Verdict.REFUSED);
            assertThatThrownBy(f::orThrow).hasMessageContaining("measure again with dms profile");
        }
    }

    @Test
    void a_profile_of_another_pace_is_rescaled_and_says_so() {
        assertThat(fit(DIGEST, "cpu", 1, 2, "some board", "MODE_10W", "36.4").verdict())
                .isEqualTo(ProfileFit.Verdict.RESCALE);
        assertThat(fit(DIGEST, "cpu", 1, 1, "some board", "MAXN", "36.4").sentence())
                .contains("2 threads, not 1", "scaled");
        assertThat(fit(DIGEST, "cpu", 1, 2, "some board", "MAXN", "35.1").verdict())
                .isEqualTo(ProfileFit.Verdict.RESCALE);
    }
}
