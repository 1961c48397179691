package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.JavaCompiler;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the pages at the root promise is there: the example runs, commands and options exist. */
class ReadmeTest {
    private static final Path ROOT = root();
    private static final List<String> PAGES =
            List.of("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md");

    @TempDir
    Path folder;

    private static Path root() {
        Path at = Path.of("").toAbsolutePath();
        while (!Files.exists(at.resolve("LICENSE"))) {
            at = Objects.requireNonNull(at.getParent(), "no folder with a LICENSE above");
        }
        return at;
    }

    private static String page(String name) throws IOException {
        return Files.readString(ROOT.resolve(name));
    }

    /** What a Java example of the README prints; examples are numbered from 0. */
    private List<String> printedBy(int example, String name) throws Exception {
        Matcher block = Pattern.compile("(?s)```java\\n(.*?)```").matcher(page("README.md"));
        for (int i = 0; i <= example; i++) {
            assertThat(block.find()).as("example " + i).isTrue();
        }
        Path source = Files.writeString(folder.resolve(name + ".java"), block.group(1));
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        ByteArrayOutputStream complaints = new ByteArrayOutputStream();
        String classPath = System.getProperty("java.class.path");
        int status = compiler.run(
                null, complaints, complaints, "-cp", classPath, "-d", folder.toString(), source.toString());
        assertThat(status).as(complaints.toString(StandardCharsets.UTF_8)).isZero();

        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        PrintStream before = System.out;
        try (URLClassLoader loader =
                new URLClassLoader(new URL[] {folder.toUri().toURL()})) {
            System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
            loader.loadClass(name).getMethod("main", String[].class).invoke(null, (Object) new String[0]);
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void theJavaExampleCompilesAndRuns() throws Exception {
        assertThat(printedBy(0, "Example"))
                .hasSize(4)
                .allSatisfy(l -> assertThat(l).matches("width [01]\\.\\d\\d: first score -?\\d+\\.\\d+.*"));
    }

    @Test
    void theExampleOfARobotCompilesAndRuns() throws Exception {
        assertThat(printedBy(1, "Robot"))
                .hasSize(3)
                .allSatisfy(l -> assertThat(l).matches("width [01]\\.\\d\\d after \\d+ us"));
    }

    @Test
    void theMavenCoordinatesAreThoseOfModules() throws IOException {
        Matcher parent = Pattern.compile("<artifactId>dms-parent</artifactId>\\s*<version>([^<]*)</version>")
                .matcher(Files.readString(ROOT.resolve("pom.xml")));
        assertThat(parent.find()).isTrue();
        Matcher m = Pattern.compile(
                        "<groupId>io.dms</groupId><artifactId>dms-([a-z-]+)</artifactId><version>(.*?)</version>")
                .matcher(page("README.md"));
        int found = 0;
        for (; m.find(); found++) {
            assertThat(ROOT.resolve("java/" + m.group(1) + "/pom.xml")).exists();
            assertThat(page("README.md")).contains("java/" + m.group(1));
            assertThat(m.group(2)).isEqualTo(parent.group(1));
        }
        assertThat(found).isEqualTo(2);
    }

    /** Every {@code ./dms ...} in the pages, up to a comment or the end of its code. */
    private static List<List<String>> commands() throws IOException {
        List<List<String>> out = new ArrayList<>();
        for (String page : PAGES) {
            Matcher m = Pattern.compile("(?:\\./|`)dms ([a-z][^`#\\n]*)").matcher(page(page));
            while (m.find()) {
                out.add(List.of(m.group(1).strip().split("\\s+", -1)));
            }
        }
        return out;
    }

    @Test
    void everyCommandAndOptionOfThePagesExists() throws IOException {
        assertThat(commands()).hasSizeGreaterThan(8);
        for (List<String> words : commands()) {
            CommandLine at = Dms.commandLine(new Console(
                    new java.io.PrintWriter(java.io.Writer.nullWriter()),
                    new java.io.PrintWriter(java.io.Writer.nullWriter()),
                    false));
            for (String word : words) {
                CommandLine sub = at.getSubcommands().get(word);
                if (sub != null) {
                    at = sub;
                } else if (word.startsWith("-")) {
                    assertThat(at.getCommandSpec().optionsMap())
                            .as("dms " + String.join(" ", words))
                            .containsKey(word.replaceFirst("=.*", ""));
                }
            }
            assertThat(at.getCommandName()).as("dms " + String.join(" ", words)).isNotEqualTo("dms");
        }
    }

    @Test
    void theNoticeNamesWhatIsInside() throws IOException {
        assertThat(page("NOTICE")).contains("akamaster/pytorch_resnet_cifar10", "Yerlan Idelbayev", "Chart.js");
        assertThat(page("LICENSE")).contains("Apache License");
    }
}
