package io.dms.fieldkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Precision;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultsTest {
    @TempDir
    Path folder;

    private JsonNode json(String step) throws Exception {
        return new ObjectMapper().readTree(folder.resolve(step + ".json").toFile());
    }

    @Test
    void aFigureAboveItsBarIsAFailureAndSoIsOneThatIsNone() throws Exception {
        Result r = new Result(folder, "levels", "ratios: 1.02");
        r.row("a").with("ms", 2).judged("ratio", 1.02, 1.02);
        assertThat(r.failures()).isZero();
        r.row("b").judged("ratio", 1.03, 1.02);
        r.row("c").judged("ratio", Double.NaN, 1.02);
        r.row("d").told("ratio", 7);
        assertThat(r.failures()).isEqualTo(2);
        JsonNode rows = json("levels").path("rows");
        assertThat(rows).hasSize(4);
        assertThat(rows.get(0).path("good").asBoolean()).isTrue();
        assertThat(rows.get(2).path("ratio").isNull()).isTrue();
        assertThat(rows.get(3).has("bar")).isFalse();
    }

    @Test
    void whatADeviceHasNotIsLeftOutAndWhatFailsIsAnError() throws Exception {
        Result r = new Result(folder, "correctness", "outputs");
        r.attempt("tf32", () -> {
            throw new UserException("Xavier has no tf32");
        });
        assertThat(r.failures()).isZero();
        r.attempt("fp32", () -> {
            throw new EnvironmentException("no memory");
        });
        r.attempt("fp16", () -> {
            throw new IllegalStateException();
        });
        assertThat(r.failures()).isEqualTo(2);
        JsonNode rows = json("correctness").path("rows");
        assertThat(rows.get(0).path("left out").asText()).contains("tf32");
        assertThat(rows.get(1).path("error").asText()).isEqualTo("no memory");
    }

    @Test
    void theReportHasEveryRowWithItsBarAndSaysWhatWasNotRun() throws Exception {
        Result r = new Result(folder, "memory", "weights: 0.8");
        r.row("all | levels").with("bytes", 1000).judged("ratio", 0.9, 0.8);
        Report.write(folder);
        String text = Files.readString(folder.resolve("report.md"));
        assertThat(text).contains("| all \\| levels | bytes 1000, ratio 0.9000 | 0.8000 | **missed** |");
        for (Step step : Steps.ALL) {
            assertThat(text).contains("## " + step.name() + "\n");
            assertThat(text.contains("Not run: " + step.shows()))
                    .isEqualTo(!step.name().equals("memory"));
        }
        assertThat(text).contains("## sanitizer");
    }

    @Test
    void wrongOutputsAreSaidAboveAllFigures() throws Exception {
        new Result(folder, "memory", "weights").row("all").told("bytes", 1000);
        Report.write(folder);
        assertThat(Files.readString(folder.resolve("report.md"))).contains("Outputs were not checked");
        Result r = new Result(folder, "correctness", "outputs");
        r.row("a").judged("error", 1e-5, 1e-4);
        Report.write(folder);
        assertThat(Files.readString(folder.resolve("report.md"))).doesNotContain("**");
        r.row("b").judged("error", 1e-3, 1e-4);
        r.attempt("fp16", () -> {
            throw new IllegalStateException();
        });
        Report.write(folder);
        assertThat(Files.readString(folder.resolve("report.md"))
                        .lines()
                        .toList()
                        .get(2))
                .contains("2 rows of correctness missed");
    }

    @Test
    void aSwitchIsComparedWithSteadyCallsOfItsOwnLevel() {
        int[] to = {0, 1, 0};
        long[] first = {110, 1100, 110};
        long[] steady = {100, 100, 1000, 1000, 100, 100};
        assertThat(SwitchStep.ratio(2, to, first, steady)).isCloseTo(1.1, within(1e-9));
    }

    @Test
    void aPeersRowIsThatOfTheSameModelPrecisionBatchAndWidth() throws Exception {
        JsonNode torch = new ObjectMapper().readTree("""
            {"rows": [
              {"model": "resnet50", "precision": "fp16", "batch": 8, "width": 0.5, "call_ms": 3.5},
              {"model": "resnet50", "precision": "fp32", "batch": 8, "width": 0.5, "error": "no memory"}]}
            """);
        SessionOptions eight = SessionOptions.DEFAULT.withBatch(8);
        assertThat(PeerStep.theirs(torch, "resnet50", eight.withPrecision(Precision.FP16), 0.5))
                .isEqualTo(3.5);
        assertThat(PeerStep.theirs(torch, "resnet50", eight, 0.5)).isNaN();
        assertThat(PeerStep.theirs(torch, "mobilenetv2", eight, 0.5)).isNaN();
    }

    @Test
    void percentilesAreByNearestRank() {
        long[] values = {5, 1, 4, 2, 3};
        assertThat(Kit.median(values)).isEqualTo(3);
        assertThat(Kit.percentile(values, 90)).isEqualTo(5);
    }

    @Test
    void theOtherSideIsGivenTheConvolutionsOfEveryLevelInOrderAndHowManyWeightsThereAre() throws Exception {
        PeerNetworks.write(folder, 96, Kit.peers(96));
        JsonNode networks = json("networks").path("networks");
        assertThat(networks).hasSize(8);
        JsonNode full = networks.get(0);
        assertThat(full.path("model").asText()).isEqualTo("resnet50");
        assertThat(full.path("convolutions")).hasSize(53);
        assertThat(full.path("convolutions").get(0).toString()).isEqualTo("[3,64,7,2,1]");
        // He et al.'s 25.6 million, normalisation folded.
        assertThat(full.path("parameters").asLong()).isEqualTo(25_530_472);
        JsonNode quarter = networks.get(7);
        assertThat(quarter.path("model").asText()).isEqualTo("mobilenetv2");
        assertThat(quarter.path("width").asDouble()).isEqualTo(0.25);
        assertThat(quarter.path("classes").asInt()).isEqualTo(1000);
        // 144 channels become 32 by our rounding, and not six times the 8 of the layer before.
        assertThat(quarter.path("convolutions").get(6).toString()).isEqualTo("[8,32,1,1,1]");
        assertThat(quarter.path("convolutions").get(7).toString()).isEqualTo("[32,32,3,1,32]");
    }

    @Test
    void whatWasMeasuredIsWholeOnTheDiskWheneverTheStepEnds() throws Exception {
        Result r = new Result(folder, "memory", "weights");
        r.row("first").told("bytes", 1);
        Path file = folder.resolve("memory.json");
        Path before = Files.createLink(folder.resolve("before"), file);
        byte[] content = Files.readAllBytes(before);
        r.row("second").told("bytes", 2);
        // The file is replaced and never written over, so that there is no moment at which it is half.
        assertThat(Files.readAllBytes(before)).isEqualTo(content);
        assertThat(json("memory").path("rows")).hasSize(2);
    }

    @Test
    void aDamagedFileCostsTheReportOnlyItsOwnStep() throws Exception {
        Files.writeString(folder.resolve("correctness.json"), "{\"step\": \"corr");
        new Result(folder, "memory", "weights").row("all").told("bytes", 1000);
        Report.write(folder);
        assertThat(Files.readString(folder.resolve("report.md")))
                .contains("correctness.json can't be read: run the step again")
                .contains("Outputs were not checked")
                .contains("| all | bytes 1000 |");
    }

    @Test
    void aPartThatLacksMemoryLosesOnlyItself() throws Exception {
        Result r = new Result(folder, "levels", "ratios");
        r.attempt("large", () -> {
            throw new OutOfMemoryError("Cannot reserve direct buffer memory");
        });
        r.row("small").judged("ratio", 1, 1.02);
        assertThat(r.failures()).isEqualTo(1);
        assertThat(json("levels").path("rows").get(0).path("error").asText()).contains("direct buffer memory");
    }
}
