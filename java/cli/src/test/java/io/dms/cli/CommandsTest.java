package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dms.model.Graph;
import io.dms.model.LevelExport;
import io.dms.model.ModelCosts;
import io.dms.model.ScalableModel;
import io.dms.model.ScalableModelFile;
import io.dms.model.onnx.ImportedModel;
import io.dms.model.onnx.OnnxImporter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands at work, on a small network. */
class CommandsTest {
    @TempDir
    Path folder;

    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text);
    }

    private static String[] quickBench(Path model, String... more) {
        String[] args = {
            "bench",
            model.toString(),
            "--backend",
            "reference",
            "--threads",
            "1",
            "--duration",
            "2ms",
            "--warmup",
            "0ms",
            "--iterations",
            "3"
        };
        String[] all = java.util.Arrays.copyOf(args, args.length + more.length);
        System.arraycopy(more, 0, all, args.length, more.length);
        return all;
    }

    @Test
    void compileWritesAScalableModelBesideItsSourceAndReportsGroupsAndLevels() {
        Path source = ModelFiles.ordinary(folder);
        Ran ran = Ran.dms("compile", source.toString(), "--backend", "reference", "--calibration-images", "2");
        assertThat(ran.status()).as(ran.err()).isZero();
        Path made = folder.resolve("tiny.dms.onnx");
        assertThat(ran.out()).contains("group", "kept whole", "network input", "1.00", "0.25", "wrote " + made);
        assertThat(ran.out()).contains("no data given");
        ScalableModel model = ScalableModelFile.read(made);
        assertThat(model.levels()).extracting(l -> l.width()).containsExactly(1.0, 0.75, 0.5, 0.25);
        assertThat(model.provenance()).containsEntry("source", "tiny.onnx").containsKey("source.sha256");
    }

    @Test
    void compileReportsAsJson() throws Exception {
        Path source = ModelFiles.ordinary(folder);
        Ran ran = Ran.dms(
                "compile",
                source.toString(),
                "--backend",
                "reference",
                "--calibration-images",
                "2",
                "--widths",
                "1,0.5",
                "--criterion",
                "l1",
                "--name",
                "mine",
                "--mean",
                "0.5,0.5,0.5",
                "--std",
                "1,1,1",
                "--json",
                "-",
                "-o",
                folder.resolve("out.onnx").toString());
        JsonNode root = json(ran.out());
        assertThat(root.get("schema").asInt()).isEqualTo(1);
        assertThat(root.get("model").asText()).isEqualTo("mine");
        assertThat(root.get("criterion").asText()).isEqualTo("l1");
        assertThat(root.get("levels")).hasSize(2);
        assertThat(root.at("/levels/1/macs").asLong())
                .isLessThan(root.at("/levels/0/macs").asLong());
        assertThat(root.at("/levels/0/top1_calibrated").isNull()).isTrue();
        assertThat(root.get("groups").findValues("frozen_because")).anyMatch(JsonNode::isTextual);
        ScalableModel made = ScalableModelFile.read(folder.resolve("out.onnx"));
        assertThat(Objects.requireNonNull(made.preprocessing()).mean()).containsExactly(0.5f, 0.5f, 0.5f);
    }

    @Test
    void exportWritesTheLevelAsAnOrdinaryModel() {
        Path scalable = ModelFiles.scalable(folder);
        Path target = folder.resolve("half.onnx");
        Ran ran = Ran.dms("export", scalable.toString(), "--width", "0.5", "-o", target.toString());
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("wrote " + target).contains("width 0.50");
        ImportedModel back = OnnxImporter.read(target);
        assertThat(ScalableModelFile.isScalable(back)).isFalse();
        ScalableModel model = ScalableModelFile.read(scalable);
        Graph level = LevelExport.graph(model, model.level(0.5));
        assertThat(ModelCosts.macs(back.graph()))
                .isEqualTo(ModelCosts.macs(level))
                .isPositive();
    }

    @Test
    void inspectTellsOfAnOrdinaryModel() throws Exception {
        Path source = ModelFiles.ordinary(folder);
        Ran ran = Ran.dms("inspect", source.toString());
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("ordinary ONNX model", "Conv", "backend reference runs it", "kept whole");
        JsonNode root =
                json(Ran.dms("inspect", source.toString(), "--json", "-").out());
        assertThat(root.get("scalable").asBoolean()).isFalse();
        assertThat(root.at("/operators/Conv").asInt()).isPositive();
        assertThat(root.at("/backends/reference/runs").asBoolean()).isTrue();
        assertThat(root.get("levels")).isEmpty();
    }

    @Test
    void inspectTellsOfAScalableModel() throws Exception {
        Path scalable = ModelFiles.scalable(folder);
        Ran ran = Ran.dms("inspect", scalable.toString());
        assertThat(ran.out()).contains("scalable, 2 levels", "0.50", "criterion: none");
        JsonNode root =
                json(Ran.dms("inspect", scalable.toString(), "--json", "-").out());
        assertThat(root.get("levels")).hasSize(2);
        assertThat(root.at("/levels/1/counts").size())
                .isEqualTo(root.get("groups").size());
        assertThat(root.at("/provenance/criterion").asText()).isEqualTo("none");
    }

    @Test
    void benchPrintsItsTableAndWritesEveryForm() throws Exception {
        Path scalable = ModelFiles.scalable(folder);
        Ran ran = Ran.dms(quickBench(
                scalable,
                "--own-model",
                "--peer",
                "onnxruntime",
                "--json",
                folder.resolve("r.json").toString(),
                "-o",
                folder.resolve("r.csv").toString(),
                "-o",
                folder.resolve("r.html").toString()));
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out().lines().filter(l -> l.matches("(1.00|0.50) .*"))).hasSize(2);
        assertThat(ran.err()).contains("measuring: 100 %").contains("--data");
        JsonNode root = json(Files.readString(folder.resolve("r.json")));
        assertThat(root.get("model").asText()).isEqualTo("tiny");
        assertThat(root.at("/levels/0/own_model_ratio").asDouble()).isPositive();
        assertThat(root.get("peers")).hasSize(2);
        assertThat(root.get("command").asText()).startsWith("dms bench ").contains("--own-model");
        assertThat(folder.resolve("r.csv")).content().startsWith("model,engine,");
        assertThat(folder.resolve("r.html")).content().contains("Width levels of tiny");
    }

    @Test
    void benchMeasuresAnyWidthWidestFirst() throws Exception {
        JsonNode root =
                json(Ran.dms(quickBench(ModelFiles.scalable(folder), "--widths", "0.5,0.8,1,0.5", "--json", "-"))
                        .out());
        assertThat(root.get("levels").findValues("width").stream().map(JsonNode::asDouble))
                .containsExactly(1.0, 0.8, 0.5);
    }

    @Test
    void benchTakesAnyOnnxModel() throws Exception {
        JsonNode root = json(
                Ran.dms(quickBench(ModelFiles.ordinary(folder), "--json", "-")).out());
        assertThat(root.get("model").asText()).isEqualTo("tiny");
        assertThat(root.get("levels")).hasSize(1);
        assertThat(root.get("switch").isNull()).isTrue();
    }

    @Test
    void anInterruptedBenchPrintsWhatItHas() {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Console console = new Console(new PrintWriter(out), new PrintWriter(err), false);
        console.cancel();
        int status = Dms.run(console, quickBench(ModelFiles.scalable(folder)));
        assertThat(status).isEqualTo(130);
        assertThat(out.toString())
                .contains("model    tiny")
                .contains("no level was measured before the run was stopped");
        assertThat(err.toString()).contains("interrupted");
    }

    @Test
    void anInterruptedCompileWritesNothing() {
        Console console = new Console(new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), false);
        console.cancel();
        int status = Dms.run(
                console,
                "compile",
                ModelFiles.ordinary(folder).toString(),
                "--backend",
                "reference",
                "--calibration-images",
                "2");
        assertThat(status).isEqualTo(130);
        assertThat(folder.resolve("tiny.dms.onnx")).doesNotExist();
    }

    @Test
    void theBundledModelRunsOnTheCpuWithoutAllocating() throws Exception {
        JsonNode root = json(Ran.dms("bench", "--no-accuracy", "--duration", "5ms", "--warmup", "20ms", "--json", "-")
                .out());
        assertThat(root.get("model").asText()).isEqualTo("resnet20-cifar10");
        assertThat(root.get("backend").asText()).isEqualTo("cpu");
        assertThat(root.get("levels")).hasSize(4);
        assertThat(root.at("/levels/0/macs").asLong()).isEqualTo(40_813_184);
        assertThat(root.at("/levels/0/parameters").asLong()).isBetween(268_000L, 273_000L);
        assertThat(root.get("allocation_bytes_per_call").asLong(-1)).isZero();
        assertThat(root.at("/board/versions/onednn").isTextual()).isTrue();
    }

    @Test
    void benchMeasuresAccuracyOnRealImages() throws Exception {
        String data = System.getProperty("dms.data", System.getenv("DMS_DATA"));
        assumeTrue(data != null, "no data: set DMS_DATA");
        JsonNode root = json(Ran.dms(
                        "bench",
                        "--data",
                        data + "/cifar10",
                        "--accuracy-images",
                        "300",
                        "--widths",
                        "1,0.25",
                        "--duration",
                        "1ms",
                        "--warmup",
                        "0ms",
                        "--json",
                        "-")
                .out());
        assertThat(root.at("/levels/0/top1").asDouble()).isGreaterThan(0.85);
        assertThat(root.at("/levels/0/accuracy_samples").asInt()).isEqualTo(300);
        assertThat(root.at("/levels/1/top1").asDouble())
                .isLessThan(root.at("/levels/0/top1").asDouble());
        assertThat(root.get("accuracy_data").asText()).contains("CIFAR-10");
    }
}
