package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What the pages tell to type and to set is there: commands, options, tests, properties, profiles, variables. Nothing is run. */
class DocsCommandsTest {
    private static final Path ROOT = Pages.ROOT;

    /** A line of a block that begins with the command, with the lines that it goes on in. */
    private static final Pattern IN_A_BLOCK = Pattern.compile("(?m)^ *(?:\\$ )?(?:\\./)?dms ((?:.*\\\\\\n)*.*)$");

    private static final Pattern INLINE = Pattern.compile("`(?:\\./)?dms\\s+([a-z][^`]*)`");
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

    private static String text(Path page) throws IOException {
        return Files.readString(page);
    }

    /** The blocks of code, indented ones and fenced ones, each line without its indent of four. */
    private static String blocks(Path page) throws IOException {
        StringBuilder out = new StringBuilder();
        boolean fenced = false;
        for (String line : Files.readAllLines(page)) {
            boolean fence = line.strip().startsWith("```");
            if (!fence && (fenced || line.startsWith("    "))) {
                out.append(line.replaceFirst("^ {4}", ""));
            }
            out.append('\n');
            fenced ^= fence;
        }
        return out.toString();
    }

    private static List<String> words(String command) {
        String whole =
                command.replaceAll("\\\\\\n *", " ").replaceAll("\\s+#.*$", "").replaceAll("\\s+[|>&].*$", "");
        return WORD.matcher(whole)
                .results()
                .map(m -> m.group(1) != null ? m.group(1) : m.group(2) != null ? m.group(2) : m.group(3))
                .toList();
    }

    private static CommandLine commandLine() {
        return Dms.commandLine(
                new Console(new PrintWriter(Writer.nullWriter()), new PrintWriter(Writer.nullWriter()), false));
    }

    @Test
    void everyCommandOfABlockIsOneThatTheCommandLineTakes() throws IOException {
        int found = 0;
        for (Path page : Pages.all()) {
            for (MatchResult m : IN_A_BLOCK.matcher(blocks(page)).results().toList()) {
                // A data set that was fetched is known by its name; here nothing was.
                List<String> words = words(m.group(1).replace("--data cifar10", "--data ."));
                assertThatCode(() -> commandLine().parseArgs(words.toArray(String[]::new)))
                        .as(ROOT.relativize(page) + ": dms " + m.group(1))
                        .doesNotThrowAnyException();
                found++;
            }
        }
        assertThat(found).isGreaterThan(40);
    }

    @Test
    void everyCommandOfASentenceHasItsOptions() throws IOException {
        int options = 0;
        for (Path page : Pages.all()) {
            for (MatchResult m : INLINE.matcher(text(page)).results().toList()) {
                String where = ROOT.relativize(page) + ": " + m.group();
                CommandLine at = commandLine();
                for (String word : words(m.group(1))) {
                    CommandLine sub = at.getSubcommands().get(word);
                    if (sub != null) {
                        at = sub;
                    } else if (word.startsWith("-")) {
                        assertThat(at.getCommandSpec().optionsMap())
                                .as(where)
                                .containsKey(word.replaceFirst("=.*|[.,;:]$", ""));
                        options++;
                    }
                }
                assertThat(at.getCommandName()).as(where).isNotEqualTo("dms");
            }
        }
        assertThat(options).isGreaterThan(20);
    }

    @Test
    void everyTestThatAPageNamesIsThere() throws IOException {
        List<Path> tests = Pages.below(
                ROOT.resolve("java"),
                f -> f.toString().contains("/src/test/java/") && f.toString().endsWith(".java"));
        int found = 0;
        for (Path page : Pages.all()) {
            for (MatchResult m : Pattern.compile("-Dtest='?([A-Z][A-Za-z0-9_#,]*)")
                    .matcher(text(page))
                    .results()
                    .toList()) {
                for (String name : m.group(1).split(",", -1)) {
                    String[] parts = name.split("#", -1);
                    List<Path> files = tests.stream()
                            .filter(f -> f.getFileName().toString().equals(parts[0] + ".java"))
                            .toList();
                    String where = ROOT.relativize(page) + ": " + m.group();
                    assertThat(files).as(where).isNotEmpty();
                    if (parts.length > 1) {
                        assertThat(text(files.get(0))).as(where).contains("void " + parts[1] + "(");
                    }
                    found++;
                }
            }
        }
        assertThat(found).isGreaterThan(20);
    }

    private static Set<String> named(String pattern) throws IOException {
        Set<String> out = new TreeSet<>();
        for (Path page : Pages.all()) {
            Pattern.compile(pattern).matcher(text(page)).results().forEach(m -> out.add(m.group(1)));
        }
        return out;
    }

    private static Set<String> literals(List<Path> sources, String pattern) throws IOException {
        Set<String> out = new TreeSet<>();
        for (Path source : sources) {
            Pattern.compile(pattern).matcher(text(source)).results().forEach(m -> out.add(m.group(1)));
        }
        return out;
    }

    private static List<Path> java(String part) throws IOException {
        return Pages.below(
                ROOT.resolve("java"),
                f -> f.toString().contains(part) && f.toString().endsWith(".java"));
    }

    @Test
    void everyPropertyOfAPageIsReadSomewhere() throws IOException {
        Set<String> read = literals(java("/src/"), "\"((?:dms|study)\\.[a-z.]+)\"");
        assertThat(named("-D((?:dms|study)\\.[a-z.]*[a-z])"))
                .hasSizeGreaterThan(15)
                .isSubsetOf(read);
    }

    /** Keys of a model's file look alike, but belong to other modules. What a script of ours sets is no user's matter. */
    @Test
    void everyPropertyThatTheProductReadsIsOnAPage() throws IOException {
        List<Path> readers = java("/src/main/java/").stream()
                .filter(f -> f.toString().matches(".*/java/(?:cuda|backend-\\w+|monitor|robotics|serve|cli)/src/.*"))
                .toList();
        Set<String> read = literals(readers, "\"(dms\\.[a-z]+(?:\\.[a-z]+)*)\"");
        String launcher = text(ROOT.resolve("dms"));
        read.removeIf(p -> launcher.contains("-D" + p + "=") || p.equals("dms.yaml"));
        assertThat(read).hasSizeGreaterThan(5);
        assertThat(named("-D(dms\\.[a-z.]*[a-z])")).containsAll(read);
    }

    @Test
    void everyProfileAndModuleOfAPageIsInTheBuild() throws IOException {
        List<Path> poms = Pages.below(ROOT, f -> f.getFileName().toString().equals("pom.xml"));
        Set<String> profiles = literals(poms, "<profile>\\s*<id>([\\w-]+)</id>");
        Set<String> wanted = named("-P([a-z][\\w,-]*)").stream()
                .flatMap(p -> Pattern.compile(",").splitAsStream(p))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(wanted).hasSizeGreaterThan(4).isSubsetOf(profiles);
        for (String modules : named("-pl (java/[\\w,/-]+)")) {
            for (String module : modules.split(",", -1)) {
                assertThat(ROOT.resolve(module).resolve("pom.xml")).exists();
            }
        }
    }

    @Test
    void everyOptionOfTheKitAndTheSetUpIsOneOfTheirScripts() throws IOException {
        Path kit = Pages.below(ROOT.resolve("java/fieldkit"), f -> f.endsWith("run.sh")).stream()
                .findFirst()
                .orElseThrow();
        List<String> missing = new ArrayList<>();
        int found = 0;
        for (Path page : Pages.all()) {
            for (MatchResult m : Pattern.compile("(run\\.sh|jetson-setup/setup) ([^`\\n#]*)")
                    .matcher(text(page))
                    .results()
                    .toList()) {
                String script = text(m.group(1).equals("run.sh") ? kit : ROOT.resolve("jetson-setup/setup"));
                for (String word : words(m.group(2))) {
                    if (word.startsWith("--")) {
                        found++;
                        if (!Pattern.compile("(?m)(^|[ |])" + word + "(?=[ |)])")
                                .matcher(script)
                                .find()) {
                            missing.add(ROOT.relativize(page) + ": " + m.group());
                        }
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(found).isGreaterThan(20);
    }
}
