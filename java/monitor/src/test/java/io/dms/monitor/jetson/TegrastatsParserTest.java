package io.dms.monitor.jetson;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.monitor.jetson.TegrastatsLine.Clock;
import io.dms.monitor.jetson.TegrastatsLine.Core;
import io.dms.monitor.jetson.TegrastatsLine.Rail;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Lines that boards printed, of each generation of the tool. Lines marked "shortened" lack words between those shown;
 * the line of Thor is from the tests of another reader of this format.
 */
class TegrastatsParserTest {
    /** TX2, JetPack 4, as root. */
    static final String TX2 = "RAM 3276/7859MB (lfb 5x4MB) SWAP 1626/12122MB (cached 181MB) "
            + "CPU [44%@1421,0%@2035,off,36%@1420,40%@1418,35%@1418] EMC_FREQ 1%@1866 GR3D_FREQ 0%@114 APE 150 "
            + "PLL@42.5C PMIC@50C GPU@39.5C BCPU@42.5C VDD_SYS_GPU 182/182 VDD_IN 5297/5297";

    /** TX2, older, no load of the GPU, cores off. */
    static final String TX2_OLD = "RAM 284/7860MB (lfb 1808x4MB) CPU [48%@2034,off,off,53%@2034,43%@2033,41%@2034] "
            + "EMC_FREQ 2%@1600 GR3D_FREQ @0 APE 150 PLL@29.5C MCPU@29.5C PMIC@100C Tboard@26C GPU@27.5C BCPU@29.5C "
            + "thermal@28.7C Tdiode@25C VDD_SYS_GPU 192/192 VDD_SYS_SOC 529/529 VDD_4V0_WIFI 38/38 VDD_IN 3566/3566 "
            + "VDD_SYS_CPU 1156/1156 VDD_SYS_DDR 902/902";

    /** AGX Xavier, JetPack 4, not root: no clocks. Shortened. */
    static final String AGX_XAVIER = "RAM 2257/15692MB (lfb 1x4MB) CPU [1%@1190,off] EMC_FREQ 0% GR3D_FREQ 0% "
            + "AO@30C GPU@30.5C GPU 463/463 CPU 618/618 SOC 2936/2936 CV 0/0 VDDRQ 309/309 SYS5V 3306/3306";

    /** Nano, JetPack 4. */
    static final String NANO = "RAM 1462/3957MB (lfb 457x4MB) IRAM 0/252kB(lfb 252kB) "
            + "CPU [43%@1036,44%@1036,36%@1036,34%@1036] EMC_FREQ 6%@1600 GR3D_FREQ 51%@307 NVDEC 192 APE 25 "
            + "PLL@20.5C CPU@24.5C PMIC@100C GPU@22C AO@29.5C thermal@22.75C POM_5V_IN 3353/1616 POM_5V_GPU 450/61 "
            + "POM_5V_CPU 613/206";

    /** AGX Orin, JetPack 5. Shortened. */
    static final String AGX_ORIN_5 = "01-03-2023 16:07:54 RAM 2257/30536MB (lfb 5x4MB) GR3D_FREQ 0%@0 GR3D2_FREQ 0%@0 "
            + "CV0@-256C Tboard@33C VDD_GPU_SOC 2390mW/2390mW VDD_CPU_CV 796mW/796mW VIN_SYS_5V0 3522mW/3522mW "
            + "NC 0mW/0mW VDDQ_VDD2_1V8AO 301mW/301mW";

    /** Orin Nano, JetPack 6. */
    static final String ORIN_NANO_6 =
            "05-15-2025 18:30:28 RAM 6982/7620MB (lfb 5x1MB) SWAP 2640/16384MB (cached 202MB) "
                    + "CPU [97%@1984,95%@1984,95%@1984,91%@1984,88%@1984,93%@247] EMC_FREQ 18%@3199 GR3D_FREQ 84%@[713] "
                    + "NVENC 1%@115 NVDEC 40%@115 NVJPG off NVJPG1 off VIC 31%@115 OFA off NVDLA0 off PVA0_FREQ off APE 174 "
                    + "cv0@63.031C cpu@65.562C soc2@64.156C soc0@63.031C cv1@62.937C gpu@63.5C tj@65.562C soc1@64.718C "
                    + "cv2@60.875C VDD_IN 17946mW/15710mW VDD_CPU_GPU_CV 8896mW/7585mW VDD_SOC 3923mW/3515mW";

    /** AGX Orin, JetPack 6. Shortened. */
    static final String AGX_ORIN_6 = "07-21-2025 16:33:42 RAM 17953/62841MB (lfb 9x4MB) CPU [7%@1728,31%@1036,off,off] "
            + "EMC_FREQ 12%@204 GR3D_FREQ 39%@[305,0] NVENC off APE 174 cpu@43.906C tj@43.906C "
            + "VDD_GPU_SOC 2798mW/2798mW VDD_CPU_CV 799mW/799mW VIN_SYS_5V0 3315mW/3315mW";

    /** Orin, JetPack 7.2: three values. Shortened. */
    static final String ORIN_7 = "07-25-2026 10:00:00 RAM 5000/62841MB GR3D_FREQ 12%@[1300,1300] NVENC0 off "
            + "cpu@52.968C/52.968C VDD_GPU_SOC 5139mW/5138mW/5140mW";

    /** Thor, JetPack 7: clocks without a load. */
    static final String THOR = "08-08-2026 20:58:23 RAM 3429/125749MB (lfb 120x4MB) CPU [0%,5%,off]@2601 "
            + "EMC_FREQ @4266 GR3D_FREQ @[1574,1573,1574] cpu@49.75C/49.75C tj@51.218C/51.218C "
            + "VDD_GPU 6330mW/6330mW/6330mW VIN 28906mW/14453mW/28906mW";

    private static TegrastatsLine parse(String line) {
        return Objects.requireNonNull(TegrastatsParser.parse(line), line);
    }

    @Test
    void jetpack_4_as_root() {
        TegrastatsLine line = parse(TX2);
        assertThat(line.time()).isNull();
        assertThat(line.ram().used()).isEqualTo(3276.0 * (1 << 20));
        assertThat(line.ram().total()).isEqualTo(7859.0 * (1 << 20));
        assertThat(line.swap().used()).isEqualTo(1626.0 * (1 << 20));
        assertThat(line.cores()).hasSize(6).startsWith(new Core(true, 0.44, 1.421e9));
        assertThat(line.cores().get(2).on()).isFalse();
        assertThat(line.memory()).isEqualTo(new Clock(0.01, 1.866e9));
        assertThat(line.gpu()).isEqualTo(new Clock(0, 1.14e8));
        assertThat(line.engines()).containsEntry("APE", new Clock(Double.NaN, 1.5e8));
        assertThat(line.temperatures())
                .containsEntry("GPU", 39.5)
                .containsEntry("BCPU", 42.5)
                .doesNotContainKey("PMIC");
        assertThat(line.rails()).containsEntry("VDD_IN", new Rail(5.297, 5.297)).hasSize(2);
    }

    @Test
    void jetpack_4_without_a_load_of_the_gpu() {
        TegrastatsLine line = parse(TX2_OLD);
        assertThat(line.gpu()).isEqualTo(new Clock(Double.NaN, 0));
        assertThat(line.rails()).hasSize(6).containsEntry("VDD_SYS_DDR", new Rail(0.902, 0.902));
        assertThat(line.temperatures()).containsEntry("Tdiode", 25.0).hasSize(7);
    }

    @Test
    void rails_named_like_thermal_zones_stay_apart_and_clocks_that_only_root_sees_are_absent() {
        TegrastatsLine line = parse(AGX_XAVIER);
        assertThat(line.rails().keySet()).containsExactly("GPU", "CPU", "SOC", "CV", "VDDRQ", "SYS5V");
        assertThat(line.rails()).containsEntry("GPU", new Rail(0.463, 0.463));
        assertThat(line.temperatures())
                .containsEntry("GPU", 30.5)
                .containsEntry("AO", 30.0)
                .hasSize(2);
        assertThat(line.cores()).hasSize(2);
        assertThat(line.memory()).isEqualTo(new Clock(0, Double.NaN));
        assertThat(line.gpu()).isEqualTo(new Clock(0, Double.NaN));
    }

    @Test
    void jetpack_4_on_nano() {
        TegrastatsLine line = parse(NANO);
        assertThat(line.rails())
                .containsEntry("POM_5V_IN", new Rail(3.353, 1.616))
                .hasSize(3);
        assertThat(line.engines()).containsEntry("NVDEC", new Clock(Double.NaN, 1.92e8));
        assertThat(line.gpu()).isEqualTo(new Clock(0.51, 3.07e8));
    }

    @Test
    void jetpack_5_has_a_time_units_and_parts_that_are_off() {
        TegrastatsLine line = parse(AGX_ORIN_5);
        assertThat(line.time()).isEqualTo("01-03-2023 16:07:54");
        assertThat(line.temperatures()).containsEntry("CV0", -256.0);
        assertThat(line.rails().keySet())
                .containsExactly("VDD_GPU_SOC", "VDD_CPU_CV", "VIN_SYS_5V0", "VDDQ_VDD2_1V8AO");
        assertThat(line.rails()).containsEntry("VIN_SYS_5V0", new Rail(3.522, 3.522));
    }

    @Test
    void jetpack_6_has_lists_of_clocks_and_loads_of_engines() {
        TegrastatsLine nano = parse(ORIN_NANO_6);
        assertThat(nano.gpu()).isEqualTo(new Clock(0.84, 7.13e8));
        assertThat(nano.engines())
                .containsEntry("NVDEC", new Clock(0.4, 1.15e8))
                .containsEntry("OFA", new Clock(Double.NaN, 0));
        assertThat(nano.rails())
                .containsEntry("VDD_IN", new Rail(17.946, 15.71))
                .hasSize(3);
        assertThat(nano.temperatures()).containsEntry("tj", 65.562).hasSize(9);
        TegrastatsLine agx = parse(AGX_ORIN_6);
        assertThat(agx.gpu()).as("the highest of the clusters").isEqualTo(new Clock(0.39, 3.05e8));
        assertThat(agx.cores().get(3)).isEqualTo(new Core(false, Double.NaN, Double.NaN));
    }

    @Test
    void jetpack_7_has_three_values_of_which_the_first_is_now() {
        TegrastatsLine orin = parse(ORIN_7);
        assertThat(orin.rails()).containsEntry("VDD_GPU_SOC", new Rail(5.139, 5.138));
        assertThat(orin.temperatures()).containsEntry("cpu", 52.968);
        assertThat(orin.engines()).containsEntry("NVENC0", new Clock(Double.NaN, 0));
        TegrastatsLine thor = parse(THOR);
        assertThat(thor.gpu()).isEqualTo(new Clock(Double.NaN, 1.574e9));
        assertThat(thor.memory()).isEqualTo(new Clock(Double.NaN, 4.266e9));
        assertThat(thor.rails()).containsEntry("VIN", new Rail(28.906, 14.453));
        assertThat(thor.cores())
                .containsExactly(
                        new Core(true, 0, 2.601e9),
                        new Core(true, 0.05, 2.601e9),
                        new Core(false, Double.NaN, Double.NaN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "nvidia@linux:~$ sudo /usr/bin/tegrastats ",
                "[sudo] password for nvidia: ",
                "Tue Jan 26 18:22:31 UTC 2021",
                "tegrastats: command not found",
                "RAM",
                "RAM 1/",
                "RAM 99999999999/99999999999MB",
                "GPU@30C",
                "CPU"
            })
    void other_lines_are_no_statistics(String line) {
        assertThat(TegrastatsParser.parse(line)).isNull();
    }

    @Test
    void words_that_make_no_sense_are_passed_over() {
        TegrastatsLine line =
                parse("RAM 1/2MB GR3D_FREQ 101%@x EMC_FREQ NaN% CPU [x,5%,,off VDD_IN 1e3/2 VDD_X -392mW/5mW "
                        + "GPU@C @ @@ cpu@1.2.3C A@99999999C VDD_IN 7/8");
        assertThat(line.gpu().load()).isNaN();
        assertThat(line.memory()).isEqualTo(Clock.UNKNOWN);
        assertThat(line.temperatures()).isEmpty();
        assertThat(line.ram().total()).isEqualTo(2 << 20);
    }

    @Test
    void a_rail_may_read_a_little_below_zero() {
        assertThat(parse("VDD_GPU -392mW/-392mW/0mW").rails()).containsEntry("VDD_GPU", new Rail(-0.392, -0.392));
    }
}
