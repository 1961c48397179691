package io.dms.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.dms.model.EnvironmentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Disturbances leave nothing behind: no process that burns a core, no control group that limits this one. */
class LoadRunnerTest {
    private static final long SECONDS = 60;

    @TempDir
    Path folder;

    @BeforeEach
    void linux() {
        assumeTrue(Files.isReadable(Path.of("/proc/self/stat")), "disturbances are for Linux alone");
    }

    /** The loop behind a shell, once that runs. */
    private static List<ProcessHandle> loop(Process shell) {
        List<ProcessHandle> found = List.of();
        while (found.isEmpty() && shell.isAlive()) {
            LockSupport.parkNanos(1_000_000);
            found = shell.descendants().toList();
        }
        assertThat(found).hasSize(1);
        return found;
    }

    private static void ended(List<ProcessHandle> processes) throws Exception {
        for (ProcessHandle p : processes) {
            p.onExit().get(SECONDS, TimeUnit.SECONDS);
        }
    }

    private static void signal(String name, Process to) throws IOException, InterruptedException {
        assertThat(new ProcessBuilder("kill", "-" + name, Long.toString(to.pid()))
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void aCoreIsBusyUntilTheInputEnds() throws Exception {
        Process shell = LoadRunner.burn();
        List<ProcessHandle> loop = loop(shell);
        shell.getOutputStream().close();
        ended(loop);
        assertThat(shell.waitFor(SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "QUIT", "HUP", "TERM"})
    void aSignalToTheWholeTerminalLeavesNothingRunning(String name) throws Exception {
        Process shell = LoadRunner.burn();
        List<ProcessHandle> loop = loop(shell);
        signal(name, shell);
        shell.getOutputStream().close();
        ended(loop);
    }

    @Test
    void aShellThatIsKilledLeavesNothingRunning() throws Exception {
        Process shell = LoadRunner.burn();
        List<ProcessHandle> loop = loop(shell);
        signal("KILL", shell);
        ended(loop);
    }

    /** A tree of control groups of version 2, and this process's membership. */
    private Path membership(String line) throws IOException {
        Files.writeString(folder.resolve("cgroup.controllers"), "cpu memory\n");
        return Files.writeString(folder.resolve("membership"), line);
    }

    private Path own() {
        return folder.resolve("dms-" + ProcessHandle.current().pid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"0::/\n", "0::\n", "0::/../..\n"})
    void aProcessAtTheRootOfItsGroupsIsLimitedBelowIt(String line) throws IOException {
        try (CpuQuota quota = CpuQuota.open(folder, membership(line))) {
            quota.limit(0.5);
            assertThat(own().resolve("cpu.max")).hasContent("5000 10000");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "no such form\n", "7:memory:/x\n"})
    void aProcessOfNoGroupIsToldSo(String line) throws IOException {
        Path membership = membership(line);
        assertThatThrownBy(() -> CpuQuota.open(folder, membership))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("has no control groups");
    }

    @Test
    void aProcessThatMayNotBeLimitedGoesBackToItsGroup() throws IOException {
        Files.createDirectories(own().resolve("cpu.max"));
        Path membership = membership("0::/home\n");
        Files.createDirectory(folder.resolve("home"));
        assertThatThrownBy(() -> CpuQuota.open(folder, membership))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("leave quota out of --disturb");
        assertThat(folder.resolve("home/cgroup.procs"))
                .hasContent(Long.toString(ProcessHandle.current().pid()));
    }

    @Test
    void groupsThatKilledProcessesLeftAreTakenAway() throws Exception {
        Process gone = new ProcessBuilder("true").start();
        gone.waitFor();
        Path dead = Files.createDirectory(folder.resolve("dms-" + gone.pid()));
        Path alive = Files.createDirectory(folder.resolve("dms-1"));
        Path foreign = Files.createDirectory(folder.resolve("dms-server"));
        CpuQuota.open(folder, membership("0::/\n")).close();
        assertThat(dead).doesNotExist();
        assertThat(alive).exists();
        assertThat(foreign).exists();
    }
}
