package io.dms.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OtherProcessesTest {
    @TempDir
    Path folder;

    private long own;

    private Path uptime(String text) throws IOException {
        return Files.writeString(folder.resolve("uptime"), text);
    }

    @Test
    void what_is_neither_idle_nor_ours_is_the_others() throws IOException {
        Path file = uptime("1000.00 3000.00\n");
        try (OtherProcesses others = new OtherProcesses(file, 4, () -> own)) {
            // Half a second on four cores: 0.4 s idle, 0.6 s ours, so 1 s of others.
            uptime("1000.50 3000.40\n");
            own = 600_000_000;
            assertThat(others.sinceLast()).isCloseTo(2.0, within(1e-6));
            uptime("1001.50 3004.40\n");
            assertThat(others.sinceLast()).isZero();
        }
    }

    @Test
    void no_time_between_two_looks_tells_nothing() throws IOException {
        try (OtherProcesses others = new OtherProcesses(uptime("5.00 5.00"), 2, () -> 0)) {
            assertThat(others.sinceLast()).isNaN();
        }
    }

    @Test
    void a_file_that_is_missing_empty_or_no_number_tells_nothing() throws IOException {
        try (OtherProcesses others = new OtherProcesses(folder.resolve("none"), 2, () -> 0)) {
            assertThat(others.sinceLast()).isNaN();
        }
        for (String text : new String[] {"", "\n", "what", "12.5"}) {
            Path file = uptime("1.00 1.00");
            try (OtherProcesses others = new OtherProcesses(file, 2, () -> 0)) {
                uptime(text);
                assertThat(others.sinceLast()).as(text).isNaN();
            }
        }
    }

    @Test
    void looking_allocates_nothing() throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long me = Thread.currentThread().getId();
        try (OtherProcesses others = OtherProcesses.ofThisMachine()) {
            for (int i = 0; i < 2_000; i++) {
                others.sinceLast();
            }
            long before = threads.getThreadAllocatedBytes(me);
            for (int i = 0; i < 1_000; i++) {
                others.sinceLast();
            }
            assertThat(threads.getThreadAllocatedBytes(me) - before).isLessThan(1_000);
        }
    }
}
