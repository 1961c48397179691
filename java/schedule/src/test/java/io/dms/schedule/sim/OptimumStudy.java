package io.dms.schedule.sim;

import io.dms.schedule.Budgets;
import io.dms.schedule.CatalogTable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * Schedulers against the offline optimum on days from 50 seeds, with much and little energy and money. Prints a table;
 * arguments: seeds (50), requests (36000).
 */
final class OptimumStudy {
    /** Budgets for 36,000 requests. */
    record Setting(String name, double joules, double dollars, double sendJoules) {
        Scene scene(CatalogTable table, int requests, long seed) {
            Trace trace = Traces.day(table, requests, seed);
            double share = requests / 36_000.0;
            Budgets b = new Budgets(joules * share, null, dollars * share, 1_600_000_000L, trace.seconds());
            return Scene.of(table, b, trace, sendJoules, true);
        }
    }

    static final List<Setting> SETTINGS = List.of(
            new Setting("plenty", 72_000, 0.0667, 0.1),
            new Setting("little energy", 18_000, 0.0667, 0.1),
            new Setting("little of both", 18_000, 0.02, 0.3),
            new Setting("starving", 7_200, 0.0667, 0.3));

    @Test
    void fifty_seeds() {
        main();
    }

    /** Runs. */
    public static void main(String... args) {
        int seeds = args.length > 0 ? Integer.parseInt(args[0]) : 50;
        int requests = args.length > 1 ? Integer.parseInt(args[1]) : 36_000;
        CatalogTable table = new CatalogTable(PaperCatalog.load());
        List<String> names = List.of("priced", "published", "server-first", "device-only");
        System.out.printf("%d seeds, %d requests; share of the offline optimum: mean (least)%n", seeds, requests);
        for (Setting s : SETTINGS) {
            double[][] share = new double[names.size()][seeds];
            double bound = 0;
            for (int i = 0; i < seeds; i++) {
                Scene scene = s.scene(table, requests, i + 1);
                double best = OfflineOptimum.accuracy(scene);
                bound += best / seeds;
                for (int k = 0; k < names.size(); k++) {
                    share[k][i] = Simulation.run(scene, names.get(k)).accuracy() / best;
                }
            }
            StringBuilder line = new StringBuilder(String.format(Locale.ROOT, "%-15s optimum %.4f", s.name(), bound));
            for (int k = 0; k < names.size(); k++) {
                line.append(String.format(
                        Locale.ROOT,
                        "  %s %.4f (%.4f)",
                        names.get(k),
                        Arrays.stream(share[k]).average().orElse(Double.NaN),
                        Arrays.stream(share[k]).min().orElse(Double.NaN)));
            }
            System.out.println(line);
        }
    }
}
