package io.dms.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.dms.model.ModelException;
import io.dms.schedule.catalog.Accuracy;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Provenance;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a request is expected to take. */
class CatalogTableTest {
    private static final int IN_CONTEXT = 1;

    private static Variant special(@Nullable Double fallsThrough) {
        return Variant.of(
                        "special",
                        "a",
                        Place.DEVICE,
                        Kind.SPECIALISED,
                        new Accuracy(null, Map.of(), Map.of("home", 0.95)))
                .run(0.01, 1.0)
                .fallback("general")
                .fallsThrough(fallsThrough)
                .build();
    }

    private static Catalog catalog(Variant... more) {
        Variant general = Variant.of("general", "a", Place.DEVICE, Kind.NETWORK, Accuracy.of(0.9))
                .run(0.1, 10.0)
                .memoryBytes(7)
                .build();
        Task task = new Task("a", null, "camera", null, List.of(new Task.Context("home", 2, 0.8, List.of())));
        List<Variant> all = new java.util.ArrayList<>(List.of(general));
        all.addAll(List.of(more));
        return new Catalog(Provenance.of("test"), List.of(task), List.of(), all);
    }

    private static double seconds(CatalogTable t, String id) {
        State s = new State(t, new Budgets(null, null, null, 1000, 100), 0);
        return t.deviceSeconds(t.variant(id), IN_CONTEXT, s, 1);
    }

    @Test
    void the_fallback_is_expected_for_the_share_that_was_measured_to_fall_through() {
        CatalogTable measured = new CatalogTable(catalog(special(0.4)));
        assertThat(seconds(measured, "special")).isCloseTo(0.01 + 0.4 * 0.1, within(1e-12));
        State s = new State(measured, new Budgets(null, null, null, 1000, 100), 0);
        assertThat(measured.joules(measured.variant("special"), IN_CONTEXT, s, 1))
                .isCloseTo(5.0, within(1e-12));
        CatalogTable not = new CatalogTable(catalog(special(null)));
        assertThat(seconds(not, "special"))
                .as("what the context leaves to others")
                .isCloseTo(0.01 + 0.2 * 0.1, within(1e-12));
    }

    @Test
    void accuracy_is_that_of_the_head_with_its_fallback_whatever_falls_through() {
        CatalogTable t = new CatalogTable(catalog(special(0.4)));
        assertThat(t.accuracy(t.variant("special"), IN_CONTEXT)).isEqualTo(0.95);
        assertThat(t.accuracy(t.variant("special"), 0)).isNaN();
    }

    @Test
    void what_stands_by_for_a_server_is_not_expected_to_run() {
        Variant far = Variant.of("far", "a", Place.CLOUD, Kind.REMOTE, Accuracy.of(0.97))
                .run(0.02, 0.0)
                .fallback("general")
                .build();
        CatalogTable t = new CatalogTable(catalog(far));
        assertThat(seconds(t, "far")).isZero();
        assertThat(t.unitsOf(t.variant("far"))).isEmpty();
    }

    @Test
    void a_share_that_falls_nowhere_is_refused() {
        assertThatThrownBy(() -> special(1.5))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("between 0 and 1");
        assertThatThrownBy(() -> Variant.of("x", "a", Place.DEVICE, Kind.NETWORK, Accuracy.of(0.9))
                        .fallsThrough(0.1)
                        .build())
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("contradicts itself");
    }
}
