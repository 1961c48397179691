package io.dms.schedule.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.schedule.Budgets;
import io.dms.schedule.CatalogTable;
import io.dms.schedule.catalog.Accuracy;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Provenance;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How near decisions without foresight come to the best with it. All seeds: {@link OptimumStudy}. */
class OptimumTest {
    @Test
    void the_bound_is_what_a_hand_finds() {
        Catalog c = new Catalog(
                Provenance.of("test"),
                List.of(Task.of("t")),
                List.of(),
                List.of(
                        Variant.of("large", "t", Place.DEVICE, Kind.NETWORK, Accuracy.of(0.9))
                                .load(1, 10.0)
                                .run(0.1, 2.0)
                                .build(),
                        Variant.of("small", "t", Place.DEVICE, Kind.NETWORK, Accuracy.of(0.6))
                                .load(1, 5.0)
                                .run(0.1, 1.0)
                                .build()));
        CatalogTable table = new CatalogTable(c);
        Trace trace = Traces.location(100, 0, 0, 1, 3);
        // 100 J: only small serves 95 requests: 57. Only large: 45 requests, 40.5. Both: 85 J for 2l + s, at most 51.
        double small =
                OfflineOptimum.accuracy(Scene.of(table, new Budgets(100.0, null, null, 1, 100), trace, 0, false));
        assertThat(small).isBetween(0.5699, 0.5701);
        // 1000 J: everything by large.
        double large =
                OfflineOptimum.accuracy(Scene.of(table, new Budgets(1000.0, null, null, 1, 100), trace, 0, false));
        assertThat(large).isBetween(0.8999, 0.9001);
    }

    @Test
    void ours_reaches_95_percent_of_the_optimum_and_never_passes_it() {
        CatalogTable table = new CatalogTable(PaperCatalog.load());
        for (OptimumStudy.Setting s : OptimumStudy.SETTINGS) {
            Scene scene = s.scene(table, 6000, 4);
            double bound = OfflineOptimum.accuracy(scene);
            assertThat(Simulation.run(scene, "priced").accuracy() / bound)
                    .as(s.name())
                    .isBetween(0.95, 1.0);
            assertThat(Simulation.run(scene, "published").accuracy())
                    .as(s.name())
                    .isLessThanOrEqualTo(bound);
        }
    }
}
