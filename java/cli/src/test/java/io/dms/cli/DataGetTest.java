package io.dms.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataGetTest {
    @TempDir
    Path folder;

    @Test
    void anUnknownDataSetIsStatus2AndTheKnownOnesAreNamed() {
        Ran ran = Ran.dms("data", "get", "imagenet");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("imagenet").contains("cifar10");
    }

    @Test
    void noNameIsStatus2() {
        Ran ran = Ran.dms("data", "get");
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("NAME");
    }

    @Test
    void anAddressThatIsNotHttpIsStatus2() {
        Ran ran = Ran.dms(
                "data",
                "get",
                "cifar10",
                "--from",
                "file:///etc/passwd",
                "-o",
                folder.resolve("x").toString());
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.complaint()).contains("--from");
    }

    @Test
    void aFolderThatHoldsSomethingElseIsLeftAlone() throws Exception {
        Path mine = Files.writeString(folder.resolve("mine.txt"), "keep me");
        Ran ran = Ran.dms("data", "get", "cifar10", "-o", folder.toString());
        assertThat(ran.status()).isEqualTo(2);
        assertThat(ran.err()).contains("holds something else");
        assertThat(mine).hasContent("keep me");
    }

    @Test
    void thatNothingCanBeWrittenIsSaidBeforeAnythingIsFetched() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "keep me");
        for (String place : new String[] {file.resolve("x").toString(), "/proc/x"}) {
            Ran ran = Ran.dms("data", "get", "cifar10", "--from", "http://127.0.0.1:1/x", "-o", place);
            assertThat(ran.status()).as(place).isEqualTo(3);
            assertThat(ran.complaint())
                    .startsWith("dms: can't ")
                    .contains("--output")
                    .doesNotContain("reach");
            assertThat(ran.err()).doesNotContain("fetching");
        }
        assertThat(file).hasContent("keep me");
    }

    @Test
    void oneProcessAtATimeFetchesIntoAFolder() throws Exception {
        Path lock = folder.resolve(".cifar10.lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertThat(channel.tryLock()).isNotNull();
            Ran ran = Ran.dms(
                    "data",
                    "get",
                    "cifar10",
                    "--from",
                    "http://127.0.0.1:1/x",
                    "-o",
                    folder.resolve("x").toString());
            assertThat(ran.status()).isEqualTo(3);
            assertThat(ran.err()).contains("another dms is fetching cifar10").doesNotContain("can't reach");
        }
    }

    @Test
    void aServerThatCanNotBeReachedIsStatus3() {
        Ran ran = Ran.dms(
                "data",
                "get",
                "cifar10",
                "--from",
                "http://127.0.0.1:1/x",
                "-o",
                folder.resolve("x").toString());
        assertThat(ran.status()).isEqualTo(3);
        assertThat(ran.err().lines().toList().get(1)).contains("can't reach").contains("online");
        assertThat(folder.resolve("x")).doesNotExist();
    }
}
