package io.dms.backend.tensorrt.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Several processes on one cache, and processes that are killed. The kills are few here; a hundred:
 * {@code mvn -Dquick -pl java/backend-tensorrt -am test -Dtest=CacheProcessesTest
 * -Dsurefire.failIfNoSpecifiedTests=false -Dtest.argLine="-Dstudy.kills=100 -Dstudy.seed=1"}.
 */
class CacheProcessesTest {
    static final int PADDING = 1 << 20;

    @TempDir
    Path temporary;

    private record Child(Process process, BufferedReader out) {
        String line() throws IOException {
            return String.valueOf(out.readLine());
        }
    }

    private Path folder() {
        return temporary.resolve("engines");
    }

    private Child child(String what) throws IOException {
        return child(List.of(), what);
    }

    /** @param before words of a command that runs what follows them */
    private Child child(List<String> before, String what) throws IOException {
        List<String> command = new ArrayList<>(before);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                CacheChild.class.getName(),
                folder().toString(),
                temporary.resolve("tally").toString(),
                what));
        Path warnings = Files.createTempFile(temporary, "warnings", ".txt");
        Process p = new ProcessBuilder(command).redirectError(warnings.toFile()).start();
        return new Child(p, new BufferedReader(new InputStreamReader(p.getInputStream(), StandardCharsets.UTF_8)));
    }

    @Test
    void of_two_processes_that_want_one_engine_one_builds_it_and_both_have_it() throws Exception {
        List<Child> children = List.of(child("once"), child("once"));
        for (Child c : children) {
            assertThat(c.line()).isEqualTo("ready");
        }
        Files.writeString(temporary.resolve("go"), "");
        List<String> said = new ArrayList<>();
        for (Child c : children) {
            said.add(c.line());
            assertThat(c.process().waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(c.process().exitValue()).isZero();
        }
        assertThat(said).containsExactlyInAnyOrder("built", "read");
        assertThat(Files.readAllLines(temporary.resolve("tally"))).hasSize(1);
    }

    @Test
    void a_file_system_that_takes_no_more_bytes_costs_a_line() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/bin/sh")), "no shell to limit the size of files with");
        Files.writeString(temporary.resolve("go"), "");
        Child c = child(List.of("/bin/sh", "-c", "ulimit -f 40; exec \"$@\"", "limited"), "once");
        assertThat(c.line()).isEqualTo("ready");
        assertThat(c.line())
                .startsWith("the engine of small at level 0.50 could not be kept in ")
                .endsWith(": file too large; it is used from memory and will be built again");
        assertThat(c.line()).isEqualTo("built");
        assertThat(c.process().waitFor()).isZero();
        assertThat(folder()).isDirectoryNotContaining("glob:**.{plan,json,bin,tmp}");
    }

    @Test
    void what_another_process_uses_is_not_removed_until_it_ends() throws Exception {
        Files.writeString(temporary.resolve("go"), "");
        Child c = child("hold");
        assertThat(c.line()).isEqualTo("ready");
        assertThat(c.line()).isEqualTo("built");
        EngineStore store = Objects.requireNonNull(EngineStore.open(folder()));
        assertThat(store.list()).singleElement().matches(StoredEngine::inUse);
        assertThat(store.prune(new EngineStore.Prune(0, null, true, false)).engines())
                .isEmpty();
        c.process().destroyForcibly().waitFor();
        assertThat(store.prune(new EngineStore.Prune(0, null, true, false)).engines())
                .hasSize(1);
        assertThat(store.list()).isEmpty();
    }

    @Test
    void a_process_that_is_killed_while_it_writes_leaves_nothing_that_is_believed() throws Exception {
        int kills = Integer.getInteger("study.kills", 3);
        SplittableRandom random = new SplittableRandom(Long.getLong("study.seed", 1));
        PlanBuilder builder = new PlanBuilder();
        builder.padding = PADDING;
        TreeMap<String, Integer> found = new TreeMap<>();
        for (int i = 0; i < kills; i++) {
            Child c = child("write");
            for (String line = c.line(); !line.equals("writing"); line = c.line()) {
                assertThat(line).isNotEqualTo("null");
            }
            Thread.sleep(random.nextLong(150));
            c.process().destroyForcibly().waitFor();
            c.out().close();
            found.merge(state(), 1, Integer::sum);
            List<String> notes = new ArrayList<>();
            EngineCache cache = new EngineCache(folder(), 1 << 30, builder, notes::add);
            int builds = 0;
            for (EngineRequest r : List.of(Levels.request(1, 1), Levels.request(2, 1), Levels.request(3, 0))) {
                try (CachedEngine e = Objects.requireNonNull(cache.get(r, Levels.UNCHECKED, BuildListener.NONE))) {
                    Levels.assertRight(builder, r, e);
                    builds += e.fresh() ? 1 : 0;
                }
            }
            assertThat(notes.size()).as("%s", notes).isLessThanOrEqualTo(builds);
            assertThat(Objects.requireNonNull(EngineStore.open(folder())).verify())
                    .hasSize(3)
                    .allMatch(e -> e.fault() == null && !e.inUse());
            assertThat(folder()).isDirectoryNotContaining("glob:**.{plan,json}.tmp");
        }
        System.out.println(kills + " kills, every engine right afterwards; found behind them: " + found);
    }

    /** What a kill left. */
    private String state() throws IOException {
        int plans = 0;
        int records = 0;
        String unfinished = "";
        try (var files = Files.newDirectoryStream(folder())) {
            for (Path f : files) {
                String name = f.getFileName().toString();
                plans += name.endsWith(".plan") ? 1 : 0;
                records += name.endsWith(".json") ? 1 : 0;
                unfinished = name.endsWith(".tmp") ? name.replaceFirst("^.*\\.(\\w+)\\.tmp$", "$1") : unfinished;
            }
        }
        return !unfinished.isEmpty()
                ? "half a " + unfinished + " file"
                : plans > records ? "a plan without its record" : "whole files";
    }
}
