package io.dms.monitor.jetson;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.monitor.PowerMode;
import io.dms.monitor.SystemFiles;
import io.dms.testkit.FakeSysfs;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The power mode is read without root and without trusting the order or the density of its numbers. */
class PowerModesTest {
    private static final String CONFIGURATION = """
            # a comment: < POWER_MODEL ID=7 NAME=NOT_THIS >
            < PARAM TYPE=CLOCK NAME=GPU >
            FREQ_TABLE /sys/devices/17000000.gv11b/devfreq/17000000.gv11b/available_frequencies
            < POWER_MODEL ID=2 NAME=MODE_15W >
            GPU MAX_FREQ 670000000
            <POWER_MODEL ID=0  NAME=MAXN>
            GPU MAX_FREQ -1
            < POWER_MODEL ID=8 NAME=MODE_20W_6CORE >
            < PM_CONFIG DEFAULT=8 >
            """;

    @Test
    void modes_keep_the_order_and_the_gaps_of_the_configuration() {
        PowerModes modes = PowerModes.parse(CONFIGURATION, "pmode:0002 fmode:fan_mode_quiet");
        assertThat(modes.modes())
                .containsExactly(
                        new PowerMode(2, "MODE_15W"), new PowerMode(0, "MAXN"), new PowerMode(8, "MODE_20W_6CORE"));
        assertThat(modes.active()).isEqualTo(new PowerMode(2, "MODE_15W"));
    }

    @Test
    void without_a_status_the_default_holds() {
        assertThat(PowerModes.parse(CONFIGURATION, null).active()).isEqualTo(new PowerMode(8, "MODE_20W_6CORE"));
    }

    @Test
    void an_unknown_number_is_told_as_it_is() {
        assertThat(PowerModes.parse(CONFIGURATION, "pmode:0005").active()).isEqualTo(new PowerMode(5, "mode 5"));
        assertThat(PowerModes.parse(null, "pmode:0001").active()).isEqualTo(new PowerMode(1, "mode 1"));
    }

    @Test
    void nonsense_gives_no_mode() {
        assertThat(PowerModes.parse(CONFIGURATION, "").active()).isNull();
        assertThat(PowerModes.parse("", "pmode:99999999999999999999").active()).isNull();
        assertThat(PowerModes.parse("< POWER_MODEL ID=99999999999 NAME=X >", "pmode:")
                        .modes())
                .isEmpty();
    }

    @Test
    void a_machine_without_nvpmodel_has_no_modes() {
        try (FakeSysfs files = FakeSysfs.of("/etc/hostname = pc")) {
            assertThat(PowerModes.read(new SystemFiles(files.root()))).isNull();
            files.set("/var/lib/nvpmodel/status", "pmode:0000");
            assertThat(Objects.requireNonNull(PowerModes.read(new SystemFiles(files.root())))
                            .active())
                    .isEqualTo(new PowerMode(0, "mode 0"));
        }
    }
}
