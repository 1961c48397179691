package io.dms.control.sim;

import io.dms.control.Controllers;
import io.dms.control.CoordinatorOptions;
import io.dms.control.Goal;
import io.dms.model.Profile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Several applications on one simulated board; prints tables, asserts nothing. By hand: {@code mvn -Dquick -pl
 * java/control -am test -Dtest=FleetStudy -Dsurefire.failIfNoSpecifiedTests=false}. The seeds are others than those by
 * which anything was tuned.
 */
class FleetStudy {
    private static final int SEEDS = 20;
    private static final int FIRST_SEED = 101;
    private static final double SECONDS = 120;

    /** Median, least and most. */
    static String spread(double[] values, int count, double scale, String format) {
        double[] v =
                Arrays.stream(values, 0, count).map(x -> x * scale).sorted().toArray();
        return count == 0
                ? "-"
                : String.format(
                        Locale.ROOT, format + " (" + format + " to " + format + ")", v[count / 2], v[0], v[count - 1]);
    }

    /**
     * Applications drawn from a seed, of priorities 0 to 2.
     *
     * @param load what their widest levels alone would ask of the board
     * @param floor the second narrowest level's accuracy at least
     */
    static List<Application> fleet(BoardModel board, long seed, int n, double load, boolean floor) {
        SplittableRandom random = new SplittableRandom(seed * 131 + n);
        List<Application> apps = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            double fps = 5 + random.nextInt(20);
            double full = load / n * 1000 / fps * (0.7 + 0.6 * random.nextDouble());
            Profile p =
                    random.nextBoolean() ? ModelProfiles.resnet50(board, full) : ModelProfiles.mobilenetV2(board, full);
            double bound = 1000 / fps * (0.8 + 0.2 * random.nextDouble());
            Double least = floor ? p.levels().get(2).accuracy() : null;
            Goal goal = new Goal(bound, 95, null, null, null, least, i % 3, 1 + random.nextInt(3));
            apps.add(Application.of("app" + i, p, goal, fps, t -> Controllers.fixed(p, 0)));
        }
        return apps;
    }

    @Test
    void energy_against_an_oracle() {
        System.out.printf(
                "%nenergy, aim ENERGY with clocks, goals p95 and accuracy floor, load steps of 1.4 and 1.2; %d seeds of %.0f s%n",
                SEEDS, SECONDS);
        System.out.println(
                "board, load at full width, applications: feasible seeds; energy over the oracle %; goals kept %; oracle's clock; saved against the highest clock %");
        List<Disturbance> script = List.of(
                Disturbance.slow(SECONDS / 4, SECONDS / 2, 1.4), Disturbance.slow(SECONDS / 2, SECONDS * 3 / 4, 1.2));
        for (BoardModel board : Boards.all()) {
            for (double load : new double[] {0.6, 1.2, 1.8}) {
                for (int n : new int[] {2, 4, 8}) {
                    energy(board, load, n, script);
                }
            }
        }
    }

    private static void energy(BoardModel board, double load, int n, List<Disturbance> script) {
        double[][] v = new double[4][SEEDS];
        int feasible = 0;
        for (int k = 0; k < SEEDS; k++) {
            List<Application> apps = fleet(board, FIRST_SEED + k, n, load, true);
            FleetEnergy.Result r = new FleetEnergy(board, apps, script, SECONDS)
                    .compare(FIRST_SEED + k, a -> t -> Controllers.fixed(a.profile(), 2));
            if (r.oracleKept() == 1) {
                v[0][feasible] = r.joules() / r.oracleJoules() - 1;
                v[1][feasible] = r.kept();
                v[2][feasible] = r.meanClock();
                v[3][feasible++] = 1 - r.joules() / r.fullJoules();
            }
        }
        System.out.printf(
                Locale.ROOT,
                "%-21s %.1f %d: %2d; %s; %s; %s; %s%n",
                board.name(),
                load,
                n,
                feasible,
                spread(v[0], feasible, 100, "%.1f"),
                spread(v[1], feasible, 100, "%.0f"),
                spread(v[2], feasible, 1, "%.2f"),
                spread(v[3], feasible, 100, "%.0f"));
    }

    @Test
    void coordinated_against_uncoordinated() {
        System.out.printf(
                "%nload steps and clock caps, accuracy first, TX2-like model; %d seeds of %.0f s%n", SEEDS, SECONDS);
        System.out.println(
                "applications, load, who decides: misses % of the highest priority; of the second; of the lowest; accuracy of the highest priority over full width %; weighted utility % (accuracy over full width, times the share of frames in time); allocations changed");
        BoardModel board = Boards.tx2Like();
        List<Disturbance> script = List.of(
                Disturbance.slow(SECONDS / 6, SECONDS / 3, 1.5),
                Disturbance.clockCap(SECONDS / 2, SECONDS * 2 / 3, 8.3e8),
                Disturbance.bursts(SECONDS * 3 / 4, SECONDS * 11 / 12, 1.4, 1));
        for (int n : new int[] {2, 4, 8}) {
            for (double load : new double[] {1.2, 2.5, 4}) {
                for (String who : List.of("fixed full", "fixed narrowest", "controllers alone", "coordinator")) {
                    kept(board, script, n, load, who);
                }
            }
        }
    }

    private static void kept(BoardModel board, List<Disturbance> script, int n, double load, String who) {
        double[][] v = new double[6][SEEDS];
        for (int k = 0; k < SEEDS; k++) {
            List<Application> apps = fleet(board, FIRST_SEED + k, n, load, false).stream()
                    .map(a -> a.with(controller(a, who)))
                    .toList();
            Scenario.Builder b =
                    Scenario.on(board).seed(FIRST_SEED + k).seconds(SECONDS).disturb(script);
            CoordinatedBoard c = new CoordinatedBoard(board, apps, CoordinatorOptions.DEFAULT);
            if (who.equals("coordinator")) {
                b.watch(c).supervise(0.5, c);
            }
            apps.forEach(b::application);
            Simulation s = b.build().run();
            double[] missed = new double[3];
            double[] due = new double[3];
            double weights = 0;
            double highest = 0;
            for (int i = 0; i < n; i++) {
                Tally t = s.tally(i);
                Goal g = apps.get(i).goal();
                Double full = apps.get(i).profile().levels().get(0).accuracy();
                double relative = t.served() == 0 || full == null ? 0 : t.meanAccuracy() / full;
                missed[g.priority()] += t.missed();
                due[g.priority()] += t.served() + t.dropped();
                v[3][k] += g.weight() * relative * (1 - t.missShare());
                weights += g.weight();
                if (g.priority() == Math.min(2, n - 1)) {
                    v[4][k] += g.weight() * relative;
                    highest += g.weight();
                }
            }
            for (int p = 0; p < 3; p++) {
                int priority = Math.min(2, n - 1) - p;
                v[p][k] = priority < 0 ? Double.NaN : missed[priority] / due[priority];
            }
            v[3][k] /= weights;
            v[4][k] /= highest;
            v[5][k] = c.changes();
        }
        System.out.printf(
                Locale.ROOT,
                "%d %.1f %-18s: %s; %s; %s; %s; %s; %s%n",
                n,
                load,
                who,
                spread(v[0], SEEDS, 100, "%.1f"),
                spread(v[1], SEEDS, 100, "%.1f"),
                n < 3 ? "-" : spread(v[2], SEEDS, 100, "%.1f"),
                spread(v[4], SEEDS, 100, "%.0f"),
                spread(v[3], SEEDS, 100, "%.0f"),
                who.equals("coordinator") ? spread(v[5], SEEDS, 1, "%.0f") : "-");
    }

    private static ControllerFactory controller(Application a, String who) {
        Profile p = a.profile();
        return switch (who) {
            case "fixed full" -> t -> Controllers.fixed(p, 0);
            case "fixed narrowest" -> t -> Controllers.fixed(p, p.levels().size() - 1);
            default -> t -> Controllers.predictive(p, a.goal());
        };
    }
}
