package io.dms.schedule;

import io.dms.schedule.sim.PaperCatalog;
import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** What a decision costs: nanoseconds by percentile after a warm-up, of deciding and of planning apart. */
final class DecisionStudy {
    private static final int WARM = 60_000;
    private static final int SAMPLES = 60_000;

    @Test
    void microseconds() {
        main();
    }

    /** Runs. */
    public static void main(String... args) {
        System.out.printf(
                "%-13s %9s %9s %9s %9s   %s%n",
                "microseconds", "p50", "p99", "p99.9", "most", "plan p50, p99 of those that plan");
        for (String name : Schedulers.NAMES) {
            for (int copies : new int[] {1, 4}) {
                CatalogTable table = new CatalogTable(PaperCatalog.copies(PaperCatalog.load(), copies));
                new DecisionLoop(name, table).run(WARM);
                DecisionLoop loop = new DecisionLoop(name, table);
                loop.run(2000);
                long[] decide = new long[SAMPLES];
                long[] plan = new long[SAMPLES];
                for (int i = 0; i < SAMPLES; i++) {
                    loop.step();
                    decide[i] = loop.decideNanos;
                    plan[i] = loop.planNanos;
                }
                Arrays.sort(decide);
                long[] planned =
                        Arrays.stream(plan).filter(n -> n > 5000).sorted().toArray();
                System.out.printf(
                        Locale.ROOT,
                        "%-13s %9.2f %9.2f %9.2f %9.2f   %s   (%d tasks, %d variants)%n",
                        name,
                        decide[SAMPLES / 2] / 1e3,
                        decide[(int) (SAMPLES * 0.99)] / 1e3,
                        decide[(int) (SAMPLES * 0.999)] / 1e3,
                        decide[SAMPLES - 1] / 1e3,
                        planned.length == 0
                                ? "-"
                                : String.format(
                                        Locale.ROOT,
                                        "%.0f, %.0f",
                                        planned[planned.length / 2] / 1e3,
                                        planned[(int) (planned.length * 0.99)] / 1e3),
                        table.tasks(),
                        table.variants());
            }
        }
    }
}
