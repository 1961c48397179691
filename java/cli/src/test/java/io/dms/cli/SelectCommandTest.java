package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dms.select.sample.Candidate;
import io.dms.select.sample.FeatureTable;
import io.dms.select.sample.Origin;
import io.dms.select.sample.SampleTable;
import io.dms.select.sample.Samples;
import io.dms.select.sample.SamplesFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code dms select}. */
class SelectCommandTest {
    @TempDir
    private Path folder;

    /** Samples of three classes, and candidates whose logits of the right class grow. */
    private Path samples(int n, String digest) {
        Random random = new Random(5);
        int m = 3;
        int[] label = random.ints(n, 0, 3).toArray();
        float[][][] p = new float[n][m][3];
        int[][] answer = new int[n][m];
        float[][] sure = new float[n][m];
        float[][] zero = new float[n][m];
        float[][] millis = new float[n][m];
        float[][] image = new float[n][2];
        for (int s = 0; s < n; s++) {
            double ease = 3 * random.nextDouble();
            image[s] = new float[] {(float) (ease + random.nextGaussian()), (float) random.nextGaussian()};
            for (int c = 0; c < m; c++) {
                double sum = 0;
                double[] e = new double[3];
                for (int k = 0; k < 3; k++) {
                    e[k] = Math.exp(random.nextGaussian() + (k == label[s] ? (1 + c) * ease : 0));
                    sum += e[k];
                }
                for (int k = 0; k < 3; k++) {
                    p[s][c][k] = (float) (e[k] / sum);
                    answer[s][c] = e[k] > e[answer[s][c]] ? k : answer[s][c];
                }
                sure[s][c] = p[s][c][answer[s][c]];
                millis[s][c] = 1 << c;
            }
        }
        List<Candidate> candidates = new ArrayList<>();
        for (int c = 0; c < m; c++) {
            candidates.add(new Candidate("net@" + c, "net", "" + c, digest, "net", 1 << c, 1000));
        }
        SampleTable table = new SampleTable(
                "made up", candidates, 3, IntStream.range(0, n).toArray(), label, answer, sure, zero, zero, millis, p);
        Origin origin = new Origin("a machine", "cpu", 1, Instant.EPOCH, Map.of());
        Path file = folder.resolve(digest + ".npz");
        SamplesFile.write(
                new Samples(table, Map.of(Samples.IMAGE, new FeatureTable(List.of("a", "b"), image)), 0.1, origin),
                file);
        return file;
    }

    @Test
    void a_judgement_that_is_stopped_ends_soon_and_writes_nothing() {
        Path file = samples(100, "one");
        StringWriter err = new StringWriter();
        Console console = new Console(new PrintWriter(new StringWriter()), new PrintWriter(err), false);
        console.cancel();
        Path html = folder.resolve("e.html");
        assertThat(Dms.run(console, "select", "evaluate", file.toString(), "--html", html.toString()))
                .isEqualTo(130);
        assertThat(err.toString()).contains("interrupted");
        assertThat(html).doesNotExist();
    }

    @Test
    void methods_are_judged_as_a_table_json_csv_and_one_page() throws IOException {
        Path file = samples(600, "one");
        Path json = folder.resolve("e.json");
        Path csv = folder.resolve("e.csv");
        Path html = folder.resolve("e.html");
        Ran r = Ran.dms(
                "select",
                "evaluate",
                file.toString(),
                "--folds",
                "3",
                "--resamples",
                "100",
                "-o",
                json.toString(),
                "-o",
                csv.toString(),
                "-o",
                html.toString());
        assertThat(r.status()).as(r.err()).isZero();
        assertThat(r.out()).contains("always cheapest", "always best", "oracle", "nested", "published", "usual");
        JsonNode root = new ObjectMapper().readTree(json.toFile());
        assertThat(root.path("candidates")).hasSize(3);
        assertThat(root.path("best").asText()).isEqualTo("net@2");
        JsonNode nested = root.path("methods").path(0);
        assertThat(nested.path("name").asText()).isEqualTo("nested");
        assertThat(nested.path("settings").path(0).path("ms").path(0).asDouble())
                .isBetween(1.0, 1.2);
        assertThat(root.path("methods").path(1).path("name").asText()).isEqualTo("published");
        assertThat(Files.readAllLines(csv)).hasSizeGreaterThan(25).allMatch(l -> l.split(",", -1).length == 14);
        assertThat(Files.readString(html))
                .contains("<canvas id=\"curve\"", "always best: net@2")
                .doesNotContain("{{")
                .doesNotContain("http://", "src=\"http");
    }

    @Test
    void a_selector_is_learned_kept_and_explained() {
        Path file = samples(300, "one");
        for (String method : List.of("nested", "published")) {
            Path selector = folder.resolve(method + ".json");
            Ran trained = Ran.dms("select", "train", file.toString(), "--method", method, "-o", selector.toString());
            assertThat(trained.status()).as(trained.err()).isZero();
            assertThat(trained.out()).contains("usual");

            Ran explained = Ran.dms("select", "explain", selector.toString());
            assertThat(explained.status()).as(explained.err()).isZero();
            assertThat(explained.out()).contains(method + ", learned from 300 samples", "net@2");

            Ran one = Ran.dms("select", "explain", selector.toString(), "--samples", file.toString(), "--sample", "7");
            assertThat(one.status()).as(one.err()).isZero();
            assertThat(one.out()).contains("runs net@", "answers");
        }
    }

    @Test
    void what_can_not_be_is_refused_in_one_line() {
        Path file = samples(300, "one");
        assertThat(Ran.dms("select", "train", file.toString(), "--method", "magic")
                        .complaint())
                .contains("there is no method \"magic\"", "nested");
        assertThat(Ran.dms("select", "evaluate", file.toString(), "--folds", "1")
                        .complaint())
                .contains("at least 2 folds");
        assertThat(Ran.dms("select", "explain", folder.resolve("none.json").toString())
                        .complaint())
                .contains("there is no selector");
        Path selector = folder.resolve("s.json");
        assertThat(Ran.dms("select", "train", file.toString(), "-o", selector.toString())
                        .status())
                .isZero();
        Ran other = Ran.dms(
                "select",
                "explain",
                selector.toString(),
                "--samples",
                samples(100, "two").toString());
        assertThat(other.status()).isEqualTo(2);
        assertThat(other.complaint()).contains("another catalog", "net@0 is another network");
        assertThat(Ran.dms("select", "explain", selector.toString(), "--dial", "7")
                        .complaint())
                .contains("no setting 7", "0.05");
        assertThat(Ran.dms("select").complaint()).contains("say what to do");
    }

    @Test
    void frames_of_a_stream_are_played_at_the_width_they_need() throws IOException {
        io.dms.model.ScalableModel bundled = io.dms.runtime.BundledModels.resnet20Cifar10();
        Path data = Files.createDirectory(folder.resolve("data"));
        Random random = new Random(3);
        byte[] records = new byte[60 * 3073];
        random.nextBytes(records);
        for (int i = 0; i < 60; i++) {
            records[i * 3073] = (byte) (i % 10);
        }
        Files.write(data.resolve("test_batch.bin"), records);
        Path seen = folder.resolve("seen.npz");
        Ran profiled =
                Ran.dms("profile", "--per-sample", "--data", data.toString(), "--threads", "1", "-o", seen.toString());
        assertThat(profiled.status()).as(profiled.err()).isZero();
        Path selector = folder.resolve("bundled.json");
        Ran trained = Ran.dms("select", "train", seen.toString(), "--first", "50", "-o", selector.toString());
        assertThat(trained.status()).as(trained.err()).isZero();
        Path json = folder.resolve("run.json");
        Ran run = Ran.dms(
                "select",
                "run",
                selector.toString(),
                "--data",
                data.toString(),
                "--skip",
                "50",
                "--goal",
                "p99<=10s accuracy>=0.05",
                "--json",
                json.toString());
        assertThat(run.status()).as(run.err()).isZero();
        JsonNode root = new ObjectMapper().readTree(json.toFile());
        assertThat(root.path("frames").asInt()).isEqualTo(10);
        assertThat(root.path("missed").asDouble()).isZero();
        assertThat(root.path("runs")).hasSize(bundled.levels().size());
        assertThat(Ran.dms("select", "run", selector.toString(), "--data", data.toString(), "--models", "none.onnx")
                        .status())
                .isEqualTo(2);
    }
}
