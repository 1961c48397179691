package io.dms.cli.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.EnvironmentException;
import io.dms.model.UserException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadScriptTest {
    @TempDir
    Path folder;

    @Test
    void a_script_says_who_is_busy_and_what_is_left_at_each_second() {
        LoadScript script = LoadScript.parse("load:2@10-20,burst:1/0.25+0.75@15-30,quota:0.5@18-40,quota:1.5@0-20");
        assertThat(script.wanted(9)).isZero();
        assertThat(script.wanted(15.1)).isEqualTo(3);
        assertThat(script.wanted(15.5)).isEqualTo(2);
        assertThat(script.quota(1)).isEqualTo(1.5);
        assertThat(script.quota(19)).isEqualTo(0.5);
        assertThat(script.quota(40)).isInfinite();
        assertThat(script.end()).isEqualTo(40);
        assertThat(script.limits()).isTrue();
        assertThat(LoadScript.parse("load:2@10-20").limits()).isFalse();
        assertThat(LoadScript.parse(script.toString())).isEqualTo(script);
        assertThat(script.spans().get(2).label()).isEqualTo("quota of 0.5 cores");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "load:0@1-2", "load:1@2-2", "quota:0@1-2", "quota:0.01@1-2", "quota:@1-2", "burst:1/0+1@0-2"
            })
    void anything_else_is_refused_in_one_line(String text) {
        assertThatThrownBy(() -> LoadScript.parse(text))
                .isInstanceOf(UserException.class)
                .message()
                .startsWith("\"" + text + "\"")
                .doesNotContain("\n");
    }

    private String written(Path file) throws IOException {
        return Files.readString(file);
    }

    private final String pid = Long.toString(ProcessHandle.current().pid());

    @Test
    void the_first_version_of_control_groups_gets_a_group_below_the_own_one() throws IOException {
        Path home = Files.createDirectories(folder.resolve("cpu/a/b"));
        Path self = Files.writeString(folder.resolve("self"), "9:name=systemd:/x\n1:cpu,cpuacct:/a/b\n0::/\n");
        Path own = home.resolve("dms-" + pid);
        try (CpuQuota quota = CpuQuota.open(folder, self)) {
            assertThat(written(own.resolve("cgroup.procs"))).isEqualTo(pid);
            quota.limit(0.5);
            assertThat(written(own.resolve("cpu.cfs_period_us"))).isEqualTo("10000");
            assertThat(written(own.resolve("cpu.cfs_quota_us"))).isEqualTo("5000");
            quota.limit(Double.POSITIVE_INFINITY);
            assertThat(written(own.resolve("cpu.cfs_quota_us"))).isEqualTo("-1");
        }
        assertThat(written(home.resolve("cgroup.procs"))).isEqualTo(pid);
    }

    @Test
    void the_second_version_gets_a_group_beside_the_own_one() throws IOException {
        Path home = Files.createDirectories(folder.resolve("user.slice/session"));
        Files.writeString(folder.resolve("cgroup.controllers"), "cpu memory");
        Path self = Files.writeString(folder.resolve("self"), "0::/user.slice/session\n");
        Path own = folder.resolve("user.slice/dms-" + pid);
        try (CpuQuota quota = CpuQuota.open(folder, self)) {
            quota.limit(1.25);
            assertThat(written(own.resolve("cpu.max"))).isEqualTo("12500 10000");
            quota.limit(Double.POSITIVE_INFINITY);
            assertThat(written(own.resolve("cpu.max"))).isEqualTo("max 10000");
        }
        assertThat(written(home.resolve("cgroup.procs"))).isEqualTo(pid);
    }

    @Test
    void a_system_without_groups_says_so() throws IOException {
        Path self = Files.writeString(folder.resolve("self"), "0::/\n");
        assertThatThrownBy(() -> CpuQuota.open(folder, self))
                .isInstanceOf(EnvironmentException.class)
                .hasMessageContaining("leave quota out of --disturb");
    }
}
