package io.dms.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

class FakeSysfsTest {
    private static final String TREE = """
            # two sensors
            [/sys/class/hwmon]
            hwmon0/name = fan
            hwmon1/name = ina3221
            hwmon1/blank =
            first -> hwmon1
            /etc/words = |
              one
              two
            /sys/cpu{0..2}/online = 1
            """;

    @Test
    void a_text_becomes_files_links_and_ranges() throws IOException {
        try (FakeSysfs tree = FakeSysfs.of(TREE)) {
            assertThat(Files.readString(tree.path("/sys/class/hwmon/first/name")))
                    .isEqualTo("ina3221\n");
            assertThat(Files.readString(tree.path("/sys/class/hwmon/hwmon1/blank")))
                    .isEmpty();
            assertThat(Files.readString(tree.path("/etc/words"))).isEqualTo("one\ntwo\n");
            assertThat(tree.files())
                    .contains("sys/cpu0/online", "sys/cpu2/online")
                    .hasSize(7);
        }
    }

    @Test
    void files_change_vanish_and_the_tree_leaves_nothing_behind() throws IOException {
        FakeSysfs tree = FakeSysfs.of(TREE);
        tree.set("/sys/new/value", "5").delete("/sys/class/hwmon/hwmon0").blank("/etc/words");
        assertThat(Files.readString(tree.path("/sys/new/value"))).isEqualTo("5\n");
        assertThat(tree.path("/sys/class/hwmon/hwmon0")).doesNotExist();
        assertThat(tree.path("/etc/words")).isEmptyFile();
        tree.close();
        assertThat(tree.root()).doesNotExist();
    }

    @Test
    void shuffling_renumbers_devices_and_keeps_links_and_values() throws IOException {
        for (long seed = 0; seed < 10; seed++) {
            try (FakeSysfs tree = FakeSysfs.shuffled(TREE, seed)) {
                assertThat(Files.readString(tree.path("/sys/class/hwmon/first/name")))
                        .as("seed %d", seed)
                        .isEqualTo("ina3221\n");
                assertThat(tree.files()).hasSize(7);
            }
        }
    }

    @Test
    void a_line_that_means_nothing_is_refused() {
        assertThatThrownBy(() -> FakeSysfs.of("hello"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("line 1");
    }
}
