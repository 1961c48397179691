package io.dms.control.sim;

import io.dms.control.sim.BoardModel.Clock;
import io.dms.control.sim.BoardModel.Heat;
import io.dms.control.sim.BoardModel.Mode;
import io.dms.control.sim.BoardModel.Sensing;
import java.util.ArrayList;
import java.util.List;

/**
 * Models of boards. The clock tables are those that the boards' own {@code available_frequencies} list; voltages, power,
 * heat and interference are invented in the range of such boards and are no measurement of any.
 */
public final class Boards {
    private static final long MS = 1_000_000;

    private Boards() {}

    /** A board with the thirteen GPU clocks of a TX2 and its 100 ms-like sensing. */
    public static BoardModel tx2Like() {
        return new BoardModel(
                "TX2-like model",
                Sharing.SLICED,
                1.05,
                6,
                clocks(
                        0.62,
                        1.05,
                        114_750_000,
                        216_750_000,
                        318_750_000,
                        420_750_000,
                        522_750_000,
                        624_750_000,
                        726_750_000,
                        828_750_000,
                        930_750_000,
                        1_032_750_000,
                        1_134_750_000,
                        1_236_750_000,
                        1_300_500_000),
                List.of(
                        new Mode(0, "MAXN", 1_300_500_000),
                        new Mode(1, "MAXQ", 854_250_000),
                        new Mode(2, "MAXP_CORE_ALL", 1_122_000_000)),
                0.20,
                2.6,
                0.7,
                8.5,
                new Heat(25, 4.2, 60, 85, 78, 0.004),
                new Sensing(100 * MS, 100 * MS, 0.02, 0.019));
    }

    /** A board with the fifteen GPU clocks of a Xavier NX. */
    public static BoardModel xavierNxLike() {
        return new BoardModel(
                "Xavier-NX-like model",
                Sharing.SLICED,
                1.0,
                6,
                clocks(
                        0.60,
                        0.95,
                        114_750_000,
                        204_000_000,
                        306_000_000,
                        408_000_000,
                        510_000_000,
                        599_250_000,
                        701_250_000,
                        752_250_000,
                        803_250_000,
                        854_250_000,
                        905_250_000,
                        956_250_000,
                        1_007_250_000,
                        1_058_250_000,
                        1_109_250_000),
                List.of(new Mode(2, "MODE_15W_6CORE", 1_109_250_000), new Mode(3, "MODE_10W_2CORE", 803_250_000)),
                0.22,
                3.2,
                0.8,
                9.5,
                new Heat(25, 4.0, 75, 82, 75, 0.004),
                new Sensing(100 * MS, 100 * MS, 0.015, 0.01));
    }

    /** A board with the eight GPU clocks of an Orin Nano at its highest power mode. */
    public static BoardModel orinNanoLike() {
        return new BoardModel(
                "Orin-Nano-like model",
                Sharing.SLICED,
                0.95,
                6,
                clocks(
                        0.60,
                        0.90,
                        306_000_000,
                        408_000_000,
                        510_000_000,
                        612_000_000,
                        714_000_000,
                        816_000_000,
                        918_000_000,
                        1_020_000_000),
                List.of(
                        new Mode(2, "MAXN_SUPER", 1_020_000_000),
                        new Mode(0, "15W", 612_000_000),
                        new Mode(1, "7W", 408_000_000)),
                0.25,
                3.8,
                1.0,
                10,
                new Heat(25, 3.6, 90, 85, 80, 0.004),
                new Sensing(100 * MS, 0, 0.015, 0.01));
    }

    /** A PC without an accelerator: cores at one clock, shared by threads, power by processor counters. */
    public static BoardModel processor(int cores) {
        return new BoardModel(
                "processor model with " + cores + " cores",
                Sharing.CORES,
                1,
                cores,
                List.of(new Clock(3_000_000_000L, 1)),
                List.of(new Mode(0, "balanced", 3_000_000_000L)),
                0.2,
                10,
                0,
                40,
                new Heat(25, 0.8, 30, 95, 88, 0.002),
                new Sensing(100 * MS, 0, 0.01, 0.001));
    }

    /** All models with an accelerator. */
    public static List<BoardModel> all() {
        return List.of(tx2Like(), xavierNxLike(), orinNanoLike());
    }

    /** Clocks with a voltage that stays low over the first half and rises in a straight line above it. */
    private static List<Clock> clocks(double lowVolts, double highVolts, long... hertz) {
        List<Clock> clocks = new ArrayList<>();
        double top = hertz[hertz.length - 1];
        for (long f : hertz) {
            double up = Math.max(0, (f / top - 0.4) / 0.6);
            clocks.add(new Clock(f, lowVolts + (highVolts - lowVolts) * up));
        }
        return clocks;
    }
}
