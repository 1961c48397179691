package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is typed: one clear line, the right status, nothing half-written. */
class BadInputTest {
    @TempDir
    Path folder;

    private Path ordinary = Path.of("");
    private Path scalable = Path.of("");

    @BeforeEach
    void models() {
        ordinary = ModelFiles.ordinary(folder);
        scalable = ModelFiles.scalable(folder);
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(p -> String.valueOf(p.getFileName())).sorted().toList();
        }
    }

    /** A command over a model, as short as it goes. */
    private Ran run(String command, Path model, String... more) {
        List<String> args = new ArrayList<>(List.of(command, model.toString()));
        if (command.equals("export") && !List.of(more).contains("--width")) {
            args.addAll(List.of("--width", "0.5"));
        }
        if (command.equals("bench")) {
            add(args, more, "--backend", "reference");
            add(args, more, "--duration", "1ms");
            add(args, more, "--iterations", "1");
            add(args, more, "--warmup", "0ms");
        }
        if (command.equals("compile")) {
            add(args, more, "--backend", "reference");
            add(args, more, "--calibration-images", "2");
        }
        args.addAll(List.of(more));
        return Ran.dms(args.toArray(String[]::new));
    }

    private static void add(List<String> args, String[] given, String option, String value) {
        if (!List.of(given).contains(option)) {
            args.addAll(List.of(option, value));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bench", "compile", "export", "inspect"})
    void aMissingFile(String command) {
        Ran ran = run(command, folder.resolve("none.onnx"));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("none.onnx");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bench", "compile", "export", "inspect"})
    void aFolder(String command) throws IOException {
        Path sub = Files.createDirectory(folder.resolve("sub.onnx"));
        Ran ran = run(command, sub);
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("sub.onnx");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "catalog show FILE",
                "catalog build FILE",
                "schedule run FILE --data .",
                "schedule simulate --catalog FILE",
                "run --profile FILE",
                "run --config FILE",
                "select explain FILE --samples s.npz --sample 1",
                "select run FILE --models bundled --data ."
            })
    void aFileOfTextThatIsAFolderOrEmptyOrDamaged(String command) throws IOException {
        Path empty = Files.writeString(folder.resolve("empty"), "");
        Path damaged = Files.writeString(folder.resolve("damaged"), "[");
        Path other = Files.writeString(folder.resolve("other"), "a word");
        Path place = Files.createDirectories(folder.resolve("place"));
        for (Path file : List.of(empty, damaged, other, place)) {
            Ran ran = Ran.dms(command.replace("FILE", file.toString()).split(" ", -1));
            assertThat(ran.status()).as(file + ": " + ran.err()).isEqualTo(2);
            assertThat(ran.complaint())
                    .startsWith("dms: " + file)
                    .hasSizeLessThan(220)
                    .doesNotContain("io.dms", "StreamReadFeature", "end-of-input: expected close marker for Array (");
            if (file == empty) {
                assertThat(ran.complaint()).contains("empty");
            }
            if (file == place) {
                assertThat(ran.complaint()).contains("is a folder");
            }
        }
    }

    @Test
    void aKeyOfTheWrongKindIsNamedWithWhatItMustBe() throws IOException {
        Path tasks = Files.writeString(folder.resolve("t.yaml"), "schema: 1\nseed: [1]\n");
        assertThat(Ran.dms("catalog", "build", tasks.toString()).complaint()).contains("seed must be a whole number");
        Path app = Files.writeString(folder.resolve("d.yaml"), "schema: 1\napplications: {a: b}\n");
        assertThat(Ran.dms("run", "--config", app.toString()).complaint()).contains("applications must be a list");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bench --batch x | --batch: \"x\" is not a whole number",
                "bench --seed x | --seed: \"x\" is not a whole number",
                "bench --widths 1,a | --widths: \"a\" is not a number",
                "bench --precision fp8 | --precision: expected one of fp32, tf32, fp16, and not \"fp8\"",
                "run --goal | --goal needs a value, GOAL",
                "schedule run | missing --data=DIR, CATALOG",
                "schedule run c.json | missing --data=DIR;",
                "select train | missing SAMPLES;",
                "help nonsense | no command nonsense",
            })
    void aValueOfTheWrongKindIsToldInPlainWords(String command, String words) {
        Ran ran = Ran.dms(command.split(" ", -1));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint())
                .contains(words)
                .doesNotContain(" int", "double", "Invalid value", "Missing required");
    }

    @Test
    void helpIsACommandToo() {
        assertThat(Ran.dms("help").out()).isEqualTo(Ran.dms("--help").out());
        assertThat(Ran.dms("help", "data", "get").out())
                .isEqualTo(Ran.dms("data", "get", "--help").out())
                .contains("NAME");
    }

    @ParameterizedTest
    @ValueSource(strings = {"=", "a=", "=b"})
    void aModelToServeHasANameAndAFile(String model) {
        Ran ran = Ran.dms("serve", model);
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("NAME=FILE").contains('"' + model + '"');
    }

    @ParameterizedTest
    @CsvSource({"bench, 0", "bench, 100", "compile, 0", "compile, 100", "export, 100", "inspect, 0", "inspect, 3000"})
    void aTruncatedFile(String command, int size) throws IOException {
        byte[] bytes = Files.readAllBytes(scalable);
        Path cut = Files.write(folder.resolve("cut.onnx"), java.util.Arrays.copyOf(bytes, size));
        List<String> before = files();
        Ran ran = run(command, cut);
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("cut.onnx");
        assertThat(files()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bench", "compile", "export", "inspect"})
    void aFileOfAnotherKind(String command) throws IOException {
        Path text = Files.writeString(folder.resolve("text.onnx"), "This is no model at all.\n".repeat(50));
        Ran ran = run(command, text);
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("text.onnx");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "-0.5", "1.01", "NaN"})
    void aWidthThatIsNone(String width) {
        for (Ran ran : List.of(
                run("export", scalable, "--width", width),
                run("bench", scalable, "--widths", "1," + width),
                run("compile", ordinary, "--widths", width))) {
            assertThat(ran.status()).isEqualTo(2);
            assertThat(ran.complaint()).contains("width");
        }
    }

    @Test
    void aWidthBelow1OfAModelThatCanNotBeCut() {
        Ran ran = run("bench", ordinary, "--widths", "0.5");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("dms compile");
    }

    @ParameterizedTest
    @CsvSource({
        "--batch, 0, batch",
        "--batch, many, --batch",
        "--threads, -1, threads",
        "--duration, soon, time",
        "--duration, 0ms, duration",
        "--iterations, 0, iterations",
        "--weights, none, --weights",
        "--weight-budget, big, size",
        "--peer, tensorflow, onnxruntime",
        "--backend, abacus, abacus",
        "--output, report.txt, .html",
        "--data, /no/such/folder, /no/such/folder",
        "--accuracy-images, 0, accuracy-images"
    })
    void anOptionOfBenchThatMakesNoSense(String option, String value, String named) {
        Ran ran = run("bench", scalable, option, value);
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains(named);
    }

    @ParameterizedTest
    @CsvSource({
        "--criterion, luck, luck",
        "--calibration-images, 0, image",
        "--mean, '1,2,3', --std",
        "--data, /no/such/folder, /no/such/folder",
        "--input-shape, 3x3, name:1x3x224x224",
        "--round-to, 0, multiple"
    })
    void anOptionOfCompileThatMakesNoSense(String option, String value, String named) throws IOException {
        List<String> before = files();
        Ran ran = run("compile", ordinary, option, value);
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains(named);
        assertThat(files()).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bench --input-shape input:1x3x32x32 | --input-shape",
                "inspect --input-shape foo | --input-shape",
                "bench --html - | --html",
                "bench --csv - --json - | standard output",
                "profile --gpu-clocks soon | soon",
                "monitor --source os,oracle --count 1 | oracle",
                "schedule simulate --load-rate -1 | --load-rate",
                "schedule simulate --load-rate 10,NaN | NaN",
                "schedule simulate --send-energy Infinity | --send-energy",
                "schedule simulate --specialised-share 7 | --specialised-share",
                "schedule simulate --joules -1 | --joules",
                "schedule simulate --dollars NaN | --dollars",
                "schedule simulate --memory 1e300 | --memory"
            })
    void anOptionThatMakesNoSenseIsRefusedBeforeAnythingRuns(String command, String named) {
        Ran ran = Ran.dms(command.split(" ", -1));
        assertThat(ran.complaint()).contains(named);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.status()).isEqualTo(2);
    }

    @Test
    void clocksThatCanNotBeSetAreFoundOutBeforeAnythingIsMeasured() {
        assumeTrue(!Files.exists(Path.of("/etc/nv_tegra_release")), "the clocks of a Jetson may be settable");
        Ran ran = Ran.dms(
                "profile", "--gpu-clocks", "all", "-o", folder.resolve("p.json").toString());
        assertThat(ran.complaint()).contains("no GPU clock");
        assertThat(ran.status()).isEqualTo(3);
    }

    @Test
    void aModelHasAName() {
        Ran ran = run("compile", ordinary, "--name", " ");
        assertThat(ran.complaint()).contains("--name");
        assertThat(ran.status()).isEqualTo(2);
    }

    @Test
    void csvGoesToStandardOutputInPlaceOfTheTable() throws IOException {
        Ran ran = run("bench", scalable, "--csv", "-");
        assertThat(ran.status()).isZero();
        assertThat(ran.out().lines().findFirst().orElse("")).contains("width,").contains("p50");
        assertThat(ran.out()).doesNotContain("inf/s");
        assertThat(files()).doesNotContain("-");
    }

    @Test
    void aScalableModelIsNotCompiledAgain() {
        Ran ran = run("compile", scalable, "-o", folder.resolve("x.onnx").toString());
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("scalable model already");
    }

    @Test
    void theFileToReadIsNeverOverwritten() throws IOException {
        byte[] before = Files.readAllBytes(ordinary);
        byte[] beforeScalable = Files.readAllBytes(scalable);
        for (Ran ran : List.of(
                run("compile", ordinary, "-o", ordinary.toString()),
                run("compile", ordinary, "--json", ordinary.toString()),
                run("export", scalable, "-o", scalable.toString()),
                run("inspect", scalable, "--json", scalable.toString()),
                run("bench", scalable, "--json", scalable.toString()),
                run("bench", scalable, "--html", scalable.toString()))) {
            assertThat(ran.status()).isEqualTo(2);
            assertThat(ran.complaint()).contains("the file to read");
        }
        assertThat(ordinary).hasBinaryContent(before);
        assertThat(scalable).hasBinaryContent(beforeScalable);
    }

    @ParameterizedTest
    @ValueSource(strings = {"bench", "compile", "export", "inspect"})
    void aFolderToWriteInThatIsNotThere(String command) {
        String option = command.equals("bench") || command.equals("inspect") ? "--json" : "-o";
        Ran ran = run(command, command.equals("compile") ? ordinary : scalable, option, folder + "/none/x.json");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("there is no folder");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bench", "compile", "export", "inspect"})
    void aFolderThatMayNotBeWritten(String command) throws IOException {
        Path closed = Files.createDirectory(
                folder.resolve("closed"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("r-xr-xr-x")));
        assumeTrue(!Files.isWritable(closed), "this user may write everywhere");
        String option = command.equals("bench") || command.equals("inspect") ? "--json" : "-o";
        Ran ran = run(command, command.equals("compile") ? ordinary : scalable, option, closed + "/x.json");
        assertThat(ran.status()).isEqualTo(3);
        assertThat(ran.complaint()).contains("permission denied");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bench", "compile", "export", "inspect", "doctor"})
    void aFullDisk(String command) {
        assumeTrue(Files.isWritable(Path.of("/dev/full")), "no /dev/full on this system");
        String option = command.equals("compile") || command.equals("export") ? "-o" : "--json";
        Ran ran = command.equals("doctor")
                ? Ran.dms("doctor", "--json", "/dev/full")
                : run(command, command.equals("compile") ? ordinary : scalable, option, "/dev/full");
        assertThat(ran.status()).isEqualTo(3);
        assertThat(ran.err()).contains("can't write /dev/full").contains("No space left");
        assertThat(ran.err()).doesNotContain("\tat ");
    }

    @Test
    void whatFailsBeforeItWritesLeavesTheFileThatWasThere() throws IOException {
        Path there = Files.writeString(folder.resolve("there.onnx"), "keep me");
        Ran ran = run("export", folder.resolve("none.onnx"), "-o", there.toString());
        assertThat(ran.status()).isEqualTo(2);
        assertThat(there).hasContent("keep me");
    }

    /** In a process that may write 64 KiB to a file at most: the system stops it half way, as a full disk would. */
    @Test
    void aWriteThatTheSystemStopsHalfWayLosesNothing() throws Exception {
        Path there = Files.writeString(folder.resolve("there.onnx"), "keep me");
        List<String> before = files();
        Process process = new ProcessBuilder(
                        "sh",
                        "-c",
                        "ulimit -f 128 && exec \"$@\"",
                        "sh",
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:-UsePerfData",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "io.dms.cli.Main",
                        "export",
                        "--width",
                        "1",
                        "-o",
                        there.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isEqualTo(3);
        assertThat(said)
                .contains("can't write " + there, "too large", "nothing was changed")
                .doesNotContain("\tat ");
        assertThat(there).hasContent("keep me");
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void batchesThatDoNotFitInMemoryAreRefused() {
        Ran ran = run("bench", scalable, "--batch", "65");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("64");
    }

    @ParameterizedTest
    @CsvSource({"--mode,rebind,cpu,--backend cudnn", "--precision,fp16,cpu,fp16", "--precision,int4,cpu,fp32"})
    void anArithmeticOrAModeThatTheBackendHasNot(String option, String value, String backend, String hint) {
        Ran ran = run("bench", scalable, "--backend", backend, option, value);
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint().toLowerCase(java.util.Locale.ROOT)).contains(hint);
    }
}
