package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import org.junit.jupiter.params.provider.ValueSource;

class RunCommandTest {
    @TempDir
    Path folder;

    private static JsonNode json(String text) throws Exception {
        return new ObjectMapper().readTree(text);
    }

    /** A short run on the reference backend; what is given replaces the defaults. */
    private Ran run(String... more) {
        List<String> args =
                new ArrayList<>(List.of("run", ModelFiles.scalable(folder).toString()));
        defaults(args, more, "--backend", "reference");
        defaults(args, more, "--frames", "20");
        defaults(args, more, "--source", "synthetic:200");
        args.addAll(List.of(more));
        return Ran.dms(args.toArray(String[]::new));
    }

    private static void defaults(List<String> args, String[] given, String option, String value) {
        if (!List.of(given).contains(option)) {
            args.addAll(List.of(option, value));
        }
    }

    @Test
    void servesAStreamAndTellsWhatCameOfIt() {
        Ran ran = run("--goal", "p95<=10s");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out())
                .contains("stream   tiny", "synthetic, 200 frames/s", "predictive", "levels", "dms profile")
                .contains("a dash under p95 or p99");
    }

    @Test
    void writesEveryFormAndNamesFieldsThatStay() throws Exception {
        Ran ran = run(
                "--goal",
                "p95<=10s",
                "--against",
                "fixed:0.5",
                "-o",
                folder + "/r.json",
                "-o",
                folder + "/r.csv",
                "-o",
                folder + "/r.html");
        assertThat(ran.status()).as(ran.err()).isZero();
        JsonNode root = json(Files.readString(folder.resolve("r.json")));
        assertThat(root.get("schema").asInt()).isEqualTo(1);
        assertThat(root.get("passes")).hasSize(2);
        JsonNode stream = root.at("/passes/0/streams/0");
        assertThat(stream.fieldNames())
                .toIterable()
                .contains(
                        "goal",
                        "controller",
                        "frames",
                        "served",
                        "dropped",
                        "missed",
                        "miss_rate",
                        "steady",
                        "latency_ms",
                        "mean_accuracy",
                        "mean_width",
                        "mean_level",
                        "levels",
                        "switches",
                        "recoveries",
                        "infeasible");
        assertThat(stream.at("/latency_ms/p50").isNumber()).isTrue();
        assertThat(stream.at("/latency_ms/p95").isNull()).as("p95 of 20 frames").isTrue();
        assertThat(stream.get("mean_accuracy").isNull()).isTrue();
        assertThat(root.at("/passes/1/streams/0/mean_width").asDouble()).isEqualTo(0.5);
        assertThat(folder.resolve("r.csv"))
                .content()
                .startsWith("controller,stream,due_s,")
                .contains("fixed:0.5,tiny,");
        assertThat(Files.readAllLines(folder.resolve("r.csv"))).hasSize(41);
        assertThat(folder.resolve("r.html"))
                .content()
                .contains("Goals of tiny", "Chart.js")
                .doesNotContain("{{");
    }

    @Test
    void aGoalThatNoLevelKeepsIsSaidBeforeAndAfter() {
        Ran ran = run("--goal", "p95<=0.1us", "--late", "serve");
        assertThat(ran.status()).isZero();
        assertThat(ran.err()).contains("no level of tiny keeps");
        assertThat(ran.out()).contains("no level of tiny keeps").contains("100.00 %");
    }

    @Test
    void realLoadIsMadeAndItsAftermathTold() throws Exception {
        Ran ran = run("--frames", "60", "--goal", "p95<=10s", "--disturb", "load:1@0.05-0.2", "--json", "-");
        JsonNode pass = json(ran.out()).at("/passes/0");
        assertThat(pass.at("/disturbances/0/what").asText()).isEqualTo("1 busy process");
        assertThat(pass.at("/streams/0/recoveries/0/frames_until_back").asInt(-1))
                .isZero();
    }

    @Test
    void servesSeveralStreamsAtOnceFromAFile() throws Exception {
        ModelFiles.scalable(folder);
        Path config = Files.writeString(folder.resolve("dms.yaml"), """
            schema: 1
            applications:
              - name: left
                model: tiny.dms.onnx
                backend: reference
                source: synthetic:100
                goal: p95<=10s
              - name: right
                model: tiny.dms.onnx
                backend: reference
                source: synthetic:50,poisson
                controller: fixed:0.5
                late: serve
            """);
        Ran ran = Ran.dms("run", "--config", config.toString(), "--frames", "15", "--json", "-");
        assertThat(ran.status()).as(ran.err()).isZero();
        JsonNode streams = json(ran.out()).at("/passes/0/streams");
        assertThat(streams).hasSize(2);
        assertThat(streams.at("/0/name").asText()).isEqualTo("left");
        assertThat(streams.at("/1/controller").asText()).isEqualTo("fixed:0.5");
        assertThat(streams.at("/1/frames").asInt()).isEqualTo(15);
    }

    @Test
    void theSameSimulationComesOutOfTheSameSeed() throws Exception {
        String[] args = {
            "run", "--simulate", "orin-nano", "--scenario", "stairs", "--against", "fixed", "--seed", "3", "--json", "-"
        };
        JsonNode one = json(Ran.dms(args).out());
        JsonNode other = json(Ran.dms(args).out());
        assertThat(one.at("/passes")).isEqualTo(other.at("/passes"));
        assertThat(one.get("simulated").asText()).contains("nothing was measured");
        assertThat(one.at("/board/name").asText()).contains("Orin-Nano").doesNotContain("generic");
        assertThat(one.at("/board/cpu").isNull())
                .as("the simulated board has none")
                .isTrue();
        assertThat(one.at("/computed_on/cpu").asText()).isNotEmpty();
        double scaled = one.at("/passes/0/streams/0/miss_rate").asDouble();
        double fixed = one.at("/passes/1/streams/0/miss_rate").asDouble();
        assertThat(fixed).isGreaterThan(10 * scaled);
    }

    @Test
    void severalSimulatedApplicationsAreCoordinatedAndTheHigherPriorityIsServedFirst() throws Exception {
        Ran ran = Ran.dms(
                "run",
                "--simulate",
                "orin-nano",
                "--scenario",
                "calm",
                "--duration",
                "30s",
                "--source",
                "synthetic:30",
                "--source",
                "synthetic:30",
                "--goal",
                "p95<=40ms priority=2",
                "--goal",
                "p95<=30ms priority=1",
                "--against",
                "fixed",
                "--json",
                "-");
        assertThat(ran.status()).as(ran.err()).isZero();
        JsonNode run = json(ran.out());
        assertThat(run.get("simulated").asText()).contains("applications coordinated");
        assertThat(run.at("/passes/0/streams/0/miss_rate").asDouble()).isLessThan(0.05);
        assertThat(run.at("/passes/0/streams/0/miss_rate").asDouble())
                .isLessThan(run.at("/passes/1/streams/0/miss_rate").asDouble());
    }

    @Test
    void aFixedLevelStaysFixedBesideAnotherApplication() throws Exception {
        String model = ModelFiles.scalable(folder).toString();
        Ran ran = Ran.dms(
                "run",
                model,
                model,
                "--backend",
                "reference",
                "--threads",
                "1",
                "--source",
                "synthetic:20",
                "--goal",
                "p95<=0.001ms",
                "--late",
                "serve",
                "--controller",
                "fixed",
                "--duration",
                "1500ms",
                "--json",
                "-");
        assertThat(ran.status()).as(ran.err()).isZero();
        JsonNode streams = json(ran.out()).at("/passes/0/streams");
        assertThat(streams).hasSize(2);
        assertThat(streams.findValuesAsText("mean_width")).containsOnly("1.0");
    }

    @Test
    void aSimulationTakesNoProfile() {
        Ran ran = Ran.dms("run", "--simulate", "tx2", "--profile", "p.json");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("leave out --profile");
    }

    @Test
    void anInterruptedRunPrintsItsSummary() {
        StringWriter out = new StringWriter();
        Console console = new Console(new PrintWriter(out), new PrintWriter(new StringWriter()), false);
        console.cancel();
        int status = Dms.run(
                console, "run", ModelFiles.scalable(folder).toString(), "--backend", "reference", "--goal", "p95<=1s");
        assertThat(status).isEqualTo(130);
        assertThat(out.toString()).contains("stream   tiny");
    }

    @Test
    void aBenchmarkThatIsStoppedBeforeItsFirstLevelSaysSo() {
        StringWriter out = new StringWriter();
        Console console = new Console(new PrintWriter(out), new PrintWriter(new StringWriter()), false);
        console.cancel();
        assertThat(Dms.run(console, "bench", "--no-accuracy")).isEqualTo(130);
        assertThat(out.toString())
                .contains("no level was measured before the run was stopped")
                .doesNotContain("0 levels", "width");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--demo", "--source=synthetic:30"})
    void aRunThatEndsBeforeItsFirstFrameSaysSoAndDrawsNothing(String option) {
        StringWriter out = new StringWriter();
        Console console = new Console(new PrintWriter(out), new PrintWriter(new StringWriter()), false);
        console.cancel();
        assertThat(Dms.run(console, "run", option)).isEqualTo(130);
        assertThat(out.toString())
                .contains("no frame was due before the run ended")
                .doesNotContain("x missed", "load   ", "levels", "a dash under", "Full width");
    }

    @Test
    void theDemoDrawsBothPasses() {
        Ran ran = Ran.dms("run", "--demo", "--duration", "2s");
        assertThat(ran.status()).as(ran.err()).isZero();
        assertThat(ran.out()).contains("fixed:  x missed", "predictive:  x missed", "load      ", "Full width missed");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--goal | p95<=30 | unit",
                "--goal | p95<=30ms fast | fast",
                "--source | webcam | webcam",
                "--controller | magic | magic",
                "--controller | fixed:0.3 | no level of width",
                "--against | fixed:0.3 | no level of width",
                "--against | magic | magic",
                "--late | never | --late",
                "--frames | 0 | --frames",
                "--duration | 0s | --duration",
                "--disturb | load:0@1-2 | cores",
                "--disturb | load:1@5-2 | end after",
                "--disturb | storm | load:CORES@FROM-TO",
                "--profile | /no/such/p.json | /no/such/p.json",
                "--output | r.txt | .html",
                "--batch | 0 | batch",
                "--scenario | stairs | --simulate",
                "--simulate | jetson | leave out MODEL",
                "--config | /no/such/dms.yaml | leave out"
            })
    void anOptionThatMakesNoSenseIsRefusedInOneLine(String option, String value, String named) {
        Ran ran = run(option, value);
        assertThat(ran.status()).as(ran.err()).isEqualTo(2);
        assertThat(ran.complaint()).contains(named);
    }

    @Test
    void clocksAreNotForAMachineThatHasNone() {
        Ran ran = run("--permit-clocks");
        assertThat(ran.status()).isEqualTo(3);
        assertThat(ran.complaint()).contains("GPU clock");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--disturb=load:1@1-2", "--against=fixed", "--source=synthetic:5", "--permit-clocks"})
    void theDemoBringsItsOwn(String option) {
        Ran ran = Ran.dms("run", "--demo", option);
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("--demo brings its own");
    }

    @Test
    void aMissingModelIsNamed() {
        Ran ran = Ran.dms("run", folder + "/none.onnx", "--frames", "1");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("none.onnx");
    }
}
