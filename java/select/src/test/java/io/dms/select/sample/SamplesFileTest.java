package io.dms.select.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SamplesFileTest {
    /** What numpy.save 2.4 wrote of [[1.5, -2], [3, 0.1]] as float32. */
    private static final String NUMPY =
            "934e554d5059010076007b276465736372273a20273c6634272c2027666f727472616e5f6f72646572273a2046616c73652c"
                    + "20277368617065273a2028322c2032292c207d20202020202020202020202020202020202020202020202020202020202020"
                    + "2020202020202020202020202020202020202020202020202020200a0000c03f000000c000004040cdcccc3d";

    @TempDir
    @SuppressWarnings("NullAway.Init")
    private Path folder;

    private static Samples samples(float confidence, int label, float millis) {
        Candidate small = new Candidate("a@0.50", "a", "0.50", "ab", "a", 0.5, 100);
        Candidate wide = new Candidate("a@1.00", "a", "1.00", "ab", "a", 1.5, 400);
        SampleTable table = new SampleTable(
                "made up",
                List.of(small, wide),
                3,
                new int[] {4, 7},
                new int[] {0, label},
                new int[][] {{0, 1}, {2, 2}},
                new float[][] {{0.5f, confidence}, {0.1f + 0.2f, 1}},
                new float[][] {{0.25f, 0.1f}, {0, 1}},
                new float[][] {{1, 0.5f}, {1.0986123f, 0}},
                new float[][] {{0.5f, 1.25f}, {millis, 1.75f}},
                new float[][][] {{{0.5f, 0.25f, 0.25f}, {0.2f, 0.7f, 0.1f}}, {{0.4f, 0.2f, 0.4f}, {0, 0, 1}}});
        return new Samples(
                table,
                Map.of(Samples.penultimate("a@0.50"), new FeatureTable(List.of("x", "y", "z"), new float[][] {
                    {1, -2, 1e-30f}, {4, 5, 6}
                })),
                0.25,
                new Origin("board", "30W", "cpu", 2, Instant.parse("2026-01-31T12:00:00Z"), Map.of("onednn", "3.11")));
    }

    private Path written(Samples s) {
        Path file = folder.resolve("s.npz");
        SamplesFile.write(s, file);
        return file;
    }

    @Test
    void whatWasWrittenIsReadBackBitForBit() {
        Samples s = samples(0.7f, 2, 0.125f);
        Samples back = SamplesFile.read(written(s));
        assertThat(back).usingRecursiveComparison().isEqualTo(s);
    }

    @Test
    void theSameSamplesGiveTheSameBytes() throws IOException {
        byte[] first = Files.readAllBytes(written(samples(0.7f, 2, 0.125f)));
        assertThat(written(samples(0.7f, 2, 0.125f))).hasBinaryContent(first);
    }

    @Test
    void arraysAreThoseOfNumPy() throws IOException {
        byte[] numpy = HexFormat.of().parseHex(NUMPY);
        float[][] values = {{1.5f, -2}, {3, 0.1f}};
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        NpyArray.write(out, values, 2);
        assertThat(out.toByteArray()).isEqualTo(numpy);
        assertThat(NpyArray.floats(new ByteArrayInputStream(numpy), "x", 2, 2)).isEqualTo(values);
        assertThatThrownBy(() -> NpyArray.floats(new ByteArrayInputStream(numpy), "x", 4, 1))
                .hasMessageContaining("<f4 (2,2)")
                .hasMessageContaining("<f4 (4,1)");
    }

    @ParameterizedTest
    @CsvSource({
        "1.5, 0, 1, confidence 1.5 of a@1.00",
        "NaN, 0, 1, confidence NaN of a@1.00",
        "0.7, 3, 1, label 3",
        "0.7, -1, 1, label -1",
        "0.7, 0, 0, time 0.0 of a@0.50",
        "0.7, 0, Infinity, time Infinity of a@0.50"
    })
    void numbersThatCantBeAreRefused(float confidence, int label, float millis, String named) {
        Path file = written(samples(confidence, label, millis));
        assertThatThrownBy(() -> SamplesFile.read(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(named)
                .hasMessageContaining("s.npz");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 10, 300, 1000, -1})
    void aDamagedFileIsRefused(int length) throws IOException {
        Path file = written(samples(0.7f, 2, 0.125f));
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, length < 0 ? bytes.length - 1 : length));
        assertThatThrownBy(() -> SamplesFile.read(file)).isInstanceOf(UserException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "'\"schema\" : 1', '\"schema\" : 2', this version reads 1",
        "'\"samples\" : 2', '\"samples\" : 2000000000', cut short",
        "'\"samples\" : 2', '\"samples\" : 1', was expected",
        "'\"latency_ms\" : 0.5', '\"latency_ms\" : 5', must not be cheaper",
        "a@0.50, a@1.00, two candidates",
        "2026-01-31T12:00:00Z, yesterday, must be a date",
        "'\"schema\"', schema, no JSON"
    })
    void aHeadThatCantBeIsRefused(String from, String to, String named) throws IOException {
        Path file = written(samples(0.7f, 2, 0.125f));
        edit(file, "samples.json", from, to);
        assertThatThrownBy(() -> SamplesFile.read(file))
                .isInstanceOf(UserException.class)
                .hasMessageContaining(named);
    }

    @Test
    void anotherArchiveOrNoFileIsRefused() throws IOException {
        Path file = written(samples(0.7f, 2, 0.125f));
        try (FileSystem zip = FileSystems.newFileSystem(URI.create("jar:" + file.toUri()), Map.of())) {
            Files.delete(zip.getPath("/samples.json"));
        }
        assertThatThrownBy(() -> SamplesFile.read(file)).hasMessageContaining("holds no samples.json");
        assertThatThrownBy(() -> SamplesFile.read(folder.resolve("none")))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("dms profile --per-sample");
    }

    private static void edit(Path file, String member, String from, String to) throws IOException {
        try (FileSystem zip = FileSystems.newFileSystem(URI.create("jar:" + file.toUri()), Map.of())) {
            Path inside = zip.getPath("/" + member);
            String text = Files.readString(inside, StandardCharsets.UTF_8);
            assertThat(text).contains(from);
            Files.writeString(inside, text.replace(from, to));
        }
    }
}
