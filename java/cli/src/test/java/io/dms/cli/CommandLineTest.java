package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class CommandLineTest {
    static Stream<List<String>> commands() {
        List<List<String>> all = new ArrayList<>();
        Console nowhere =
                new Console(new PrintWriter(Writer.nullWriter()), new PrintWriter(Writer.nullWriter()), false);
        collect(Dms.commandLine(nowhere), List.of(), all);
        return all.stream();
    }

    private static void collect(CommandLine line, List<String> path, List<List<String>> all) {
        all.add(path);
        line.getSubcommands().forEach((name, sub) -> {
            List<String> longer = new ArrayList<>(path);
            longer.add(name);
            collect(sub, longer, all);
        });
    }

    private static String[] with(List<String> command, String... more) {
        List<String> args = new ArrayList<>(command);
        args.addAll(List.of(more));
        return args.toArray(String[]::new);
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasHelp(List<String> command) {
        Ran ran = Ran.dms(with(command, "--help"));
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).startsWith("Usage: dms");
        assertThat(ran.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 80, 100, 200})
    void helpFitsIntoTheTerminal(int columns) {
        commands().forEach(command -> {
            StringWriter out = new StringWriter();
            Console narrow = new Console(
                    new PrintWriter(out, true), new PrintWriter(Writer.nullWriter()), true, columns, columns);
            Dms.run(narrow, with(command, "--help"));
            assertThat(out.toString().lines().filter(l -> !l.startsWith("        - {kind: ")))
                    .as("%s", command)
                    .allMatch(l -> l.length() <= columns);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 80, 100})
    void whatCanBeCopiedOutOfHelpStaysWhole(int columns) {
        StringWriter out = new StringWriter();
        Console narrow =
                new Console(new PrintWriter(out, true), new PrintWriter(Writer.nullWriter()), true, columns, columns);
        Dms.run(narrow, "run", "--help");
        assertThat(out.toString())
                .contains("burst:CORES/ON+OFF@FROM-TO", "quota:CORES@FROM-TO", "load:2@10-20", "fixed:0.25")
                .contains("folder:DIR[@FPS]", "camera[:/dev/videoN|:csiN]")
                .containsPattern("\n {28}\\S");
    }

    @Test
    void theListOfCommandsHasWholeSentences() {
        Console nowhere =
                new Console(new PrintWriter(Writer.nullWriter()), new PrintWriter(Writer.nullWriter()), false);
        Dms.commandLine(nowhere)
                .getSubcommands()
                .forEach((name, sub) -> assertThat(
                                sub.getCommandSpec().usageMessage().description()[0])
                        .as(name)
                        .endsWith("."));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void anUnknownOptionIsOneLineAndStatus2(List<String> command) {
        Ran ran = Ran.dms(with(command, "--no-such-option"));
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.out()).isEmpty();
        assertThat(ran.complaint())
                .containsAnyOf("--no-such-option", "missing", "Missing")
                .contains("--help");
    }

    @Test
    void noCommandShowsWhatThereIs() {
        Ran ran = Ran.dms();
        assertThat(ran.status()).isZero();
        assertThat(ran.out()).contains("doctor");
    }

    @Test
    void aMistypedCommandIsSuggestedAnother() {
        Ran ran = Ran.dms("docter");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).isEqualTo("dms: unknown command docter, did you mean doctor?; see \"dms --help\"");
        assertThat(Ran.dms("benhc").complaint()).contains("did you mean bench?");
        assertThat(Ran.dms("engines", "biuld").complaint()).contains("did you mean build?", "dms engines --help");
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 80, 120})
    void aTerminalBreaksNoWordOfASentence(int columns) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Console console = new Console(new PrintWriter(out, true), new PrintWriter(err, true), true, columns, columns);
        Dms.run(console, "doctor");
        Dms.run(console, "inspect", "a-model-that-is-not-there.onnx");
        console.warn("word ".repeat(60).strip());
        List<String> lines = (out + err.toString()).lines().toList();
        assertThat(lines).hasSizeGreaterThan(20).allSatisfy(line -> {
            String sentence = line.substring(Math.min(line.length(), 30)).strip();
            assertThat(line.length() <= columns || !sentence.contains(" "))
                    .as(line)
                    .isTrue();
        });
        assertThat(out.toString().replaceAll("\\s+", " "))
                .contains(Ran.dms("doctor")
                        .out()
                        .lines()
                        .findFirst()
                        .orElseThrow()
                        .replaceAll("\\s+", " "));
    }

    @Test
    void aWordThatIsLikeNoCommandIsNotGuessedAt() {
        assertThat(Ran.dms("zzz").complaint()).isEqualTo("dms: unknown command zzz; see \"dms --help\"");
        assertThat(Ran.dms("bench", "a.onnx", "b.onnx").complaint()).contains("unexpected argument b.onnx");
    }

    @Test
    void theVersionIsThatOfTheBuild() {
        assertThat(Ran.dms("--version").out()).matches("dms \\d+\\.\\d+\\.\\d+.*\\R");
    }

    @Test
    void completionCoversTheCommands() {
        assertThat(Ran.dms("generate-completion").out()).contains("doctor");
    }

    @Test
    void lostOutputIsNamedButAReaderThatWentAwayIsNot() {
        assertThat(complaintAfter("No space left on device")).contains("standard output", "No space left");
        assertThat(complaintAfter("Broken pipe")).isNull();
        assertThat(new WatchedOutput(new ByteArrayOutputStream()).complaint()).isNull();
    }

    private static @Nullable String complaintAfter(String failure) {
        WatchedOutput out = new WatchedOutput(new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(failure);
            }
        });
        new PrintStream(out, true, StandardCharsets.UTF_8).println("a result");
        return out.complaint();
    }
}
