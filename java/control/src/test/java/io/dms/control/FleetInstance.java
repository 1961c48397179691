package io.dms.control;

import io.dms.control.sim.BoardModel;
import io.dms.control.sim.Boards;
import io.dms.control.sim.ModelProfiles;
import io.dms.model.Profile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Applications that share a board, made from a seed, and the best allocation of the model by trying all. */
final class FleetInstance {
    final List<Profile> profiles = new ArrayList<>();
    final List<Goal> goals = new ArrayList<>();
    final double[] rate;
    final double[] slowdown;
    final double[][] coefficient;
    final int n;

    /**
     * Draws one.
     *
     * @param load demand of all at full width over what the board can serve, about
     * @param levels levels of each profile, 4 or 8
     * @param priorities how many there are
     */
    FleetInstance(long seed, int n, int levels, int priorities, double load) {
        this.n = n;
        SplittableRandom random = new SplittableRandom(seed * 7919 + n);
        BoardModel board = Boards.all().get(random.nextInt(3));
        rate = new double[n];
        slowdown = new double[n];
        coefficient = new double[n][n];
        for (int i = 0; i < n; i++) {
            rate[i] = 5 + random.nextInt(26);
            double full = load / n * 1000 / rate[i] * (0.6 + 0.8 * random.nextDouble());
            profiles.add(
                    levels == 8
                            ? ModelProfiles.eightLevels(board, full)
                            : random.nextBoolean()
                                    ? ModelProfiles.resnet50(board, full)
                                    : ModelProfiles.yolo(board, full));
            double bound = 1000 / rate[i] * (0.6 + 0.4 * random.nextDouble());
            goals.add(new Goal(bound, 95, null, null, null, null, random.nextInt(priorities), 1 + random.nextInt(3)));
            slowdown[i] = 0.9 + 0.4 * random.nextDouble();
            for (int j = 0; j < n; j++) {
                coefficient[i][j] = 0.5 + 0.8 * random.nextDouble();
            }
        }
    }

    Forecast forecast() {
        return new Forecast(new CostTable(profiles), goals, rate, ContentionModel.known(slowdown, coefficient));
    }

    boolean[] all() {
        boolean[] all = new boolean[n];
        Arrays.fill(all, true);
        return all;
    }

    /**
     * What the allocator's order compares: for each priority, highest first, the weight of those that meet their goals,
     * how many they are, and how many run without; then the utility of each priority's met ones. Null where the
     * allocation is none of those that the rules allow.
     */
    double @Nullable [] rank(int[] choice, boolean[] met, CostTable costs) {
        int[] classes =
                goals.stream().mapToInt(g -> -g.priority()).distinct().sorted().toArray();
        double[] rank = new double[4 * classes.length];
        int missing = Integer.MIN_VALUE;
        for (int i = 0; i < n; i++) {
            if (choice[i] >= 0 && !met[i]) {
                missing = Math.max(missing, goals.get(i).priority());
            }
        }
        for (int i = 0; i < n; i++) {
            int p = Arrays.binarySearch(classes, -goals.get(i).priority());
            if (choice[i] >= 0 && met[i]) {
                double weight = goals.get(i).weight();
                rank[3 * p] += weight;
                rank[3 * p + 1]++;
                rank[3 * classes.length + p] += weight * costs.accuracy[i][choice[i]] / costs.accuracy[i][0];
            } else if (choice[i] >= 0) {
                rank[3 * p + 2]++;
                boolean narrowest = choice[i] == costs.level[i].length - 1;
                if (!narrowest || goals.get(i).priority() < missing) {
                    return null;
                }
            }
        }
        return rank;
    }

    /** Weighted utility of those that meet their goals. */
    static double utility(double[] rank) {
        double sum = 0;
        for (int p = rank.length / 4 * 3; p < rank.length; p++) {
            sum += rank[p];
        }
        return sum;
    }

    /** The best rank of all allocations at one clock. */
    double[] exhaustive(int clock) {
        Forecast forecast = forecast();
        int[] choice = new int[n];
        double[] best = {};
        Arrays.fill(choice, -1);
        while (true) {
            forecast.of(clock, choice);
            double[] rank = rank(choice, forecast.met, forecast.costs);
            if (rank != null && (best.length == 0 || before(rank, best))) {
                best = rank;
            }
            int i = 0;
            while (i < n && ++choice[i] == forecast.costs.level[i].length) {
                choice[i++] = -1;
            }
            if (i == n) {
                return best;
            }
        }
    }

    private static boolean before(double[] a, double[] b) {
        for (int p = 0; p < a.length; p++) {
            if (Math.abs(a[p] - b[p]) > 1e-9) {
                return a[p] > b[p];
            }
        }
        return false;
    }
}
