package io.dms.cli.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.monitor.SystemFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NativeFitTest {
    @TempDir
    Path root;

    private SystemFiles files() {
        return new SystemFiles(root);
    }

    private Path file(String path, String content) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private static String glibc(String version) {
        return "\0\0GNU C Library (Ubuntu GLIBC " + version + "-0ubuntu9.9) stable release version " + version
                + ".\nCopyright GLIBC_2.99\0";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lib/aarch64-linux-gnu/libc.so.6",
                "usr/lib/x86_64-linux-gnu/libc.so.6",
                "lib64/libc.so.6",
                "usr/lib64/libc.so.6",
                "usr/lib/libc.so.6",
                "lib/libc.so.6"
            })
    void theCLibraryOfEveryDistributionIsFound(String path) throws IOException {
        file(path, glibc("2.31"));
        assertThat(NativeFit.glibc(files())).isEqualTo("2.31");
    }

    @ParameterizedTest
    @CsvSource({"libc-2.31.so", "libc.so.6"})
    void theLibraryThatThisProcessRunsOnIsAskedFirst(String name) throws IOException {
        file("elsewhere/a b/" + name, glibc("2.27"));
        file("lib64/libc.so.6", glibc("2.39"));
        file("proc/self/maps", """
            5500000000-5500001000 r-xp 00000000 fe:00 17                         /usr/bin/java
            55028f0000-5502a7c000 r-xp 00000000 fe:00 2441223                    /elsewhere/a b/libcrypt.so.1
            55028f0000-5502a7c000 r-xp 00000000 fe:00 2441223                    /elsewhere/a b/%s
            5502a7c000-5502a8c000 ---p 0018c000 fe:00 2441223                    /elsewhere/a b/%s
            """.formatted(name, name));
        assertThat(NativeFit.glibc(files())).isEqualTo("2.27");
    }

    @Test
    void whatCanNotBeReadIsNotGuessed() throws IOException {
        file("proc/self/maps", "7f00-7f01 r-xp 00000000 fe:00 1    /lib/ld-musl-aarch64.so.1\n");
        file("lib64/libc.so.6", "no library");
        assertThat(NativeFit.glibc(files())).isNull();
    }

    @Test
    void thisMachinesIsKnown() {
        assertThat(NativeFit.glibc(SystemFiles.ofThisMachine())).matches("2\\.\\d+");
    }

    @Test
    void versionsAreComparedByNumber() {
        assertThat(NativeFit.compare("2.9", "2.34")).isNegative();
        assertThat(NativeFit.compare("2.34", "2.34")).isZero();
        assertThat(NativeFit.compare("3", "2.34")).isPositive();
    }
}
