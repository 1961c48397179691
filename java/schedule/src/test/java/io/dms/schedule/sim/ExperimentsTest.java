package io.dms.schedule.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import io.dms.schedule.Budgets;
import io.dms.schedule.CatalogTable;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.CatalogFile;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.sim.Experiments.Row;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** The published experiments: what the published heuristic reached there, and what ours does. */
class ExperimentsTest {
    private static final Catalog PAPER = PaperCatalog.load();

    private static Experiments experiments(int requests) {
        return new Experiments(PAPER, new Experiments.Settings(requests, 1, 1, null, null, null, null, () -> false));
    }

    private static Summary find(List<Row> rows, double x, double group, String scheduler) {
        return rows.stream()
                .filter(r -> r.x() == x
                        && r.group() == group
                        && r.summary().scheduler().equals(scheduler))
                .findFirst()
                .orElseThrow()
                .summary();
    }

    @Test
    void the_papers_catalog_is_whole_marks_its_doubts_and_survives_its_file() {
        assertThat(PAPER.tasks()).hasSize(5);
        assertThat(PAPER.hasJoules()).isTrue();
        assertThat(Objects.requireNonNull(PAPER.variant("D12@cloud")).uncertain())
                .isNotEmpty();
        assertThat(Objects.requireNonNull(PAPER.variant("S-svd6")).uncertain()).isNotEmpty();
        assertThat(Objects.requireNonNull(PAPER.variant("A0")).uncertain()).isEmpty();
        assertThat(CatalogFile.of(CatalogFile.toBytes(PAPER), "x")).isEqualTo(PAPER);
    }

    @Test
    void at_the_highest_load_rate_ours_serves_nearly_all_and_the_others_come_near_what_was_published() {
        List<Row> rows = experiments(36_000).caching(List.of(320.0));
        Summary ours = find(rows, 320, 0, "priced");
        Summary published = find(rows, 320, 0, "published");
        assertThat(find(rows, 320, 0, "original").served()).isBetween(0.07, 0.17);
        assertThat(find(rows, 320, 0, "best").served()).isBetween(0.14, 0.24);
        assertThat(published.served()).isBetween(0.68, 0.80);
        assertThat(ours.served()).isGreaterThanOrEqualTo(0.95);
        assertThat(ours.joulesServed()).isLessThanOrEqualTo(2.7);
        assertThat(ours.accuracyServed()).isGreaterThanOrEqualTo(published.accuracyServed());
    }

    @Test
    void choosing_a_place_by_what_it_costs_is_never_below_server_first() {
        List<Row> rows = experiments(12_000).location(List.of(0.1, 0.3, 0.5), List.of(0.1, 0.35, 0.55));
        for (Row r : rows) {
            Summary base = find(rows, r.x(), r.group(), "server-first");
            assertThat(r.summary().accuracy()).as(r.toString()).isGreaterThanOrEqualTo(base.accuracy() - 1e-9);
            assertThat(r.summary().served()).as(r.toString()).isGreaterThanOrEqualTo(base.served());
        }
    }

    @Test
    void a_day_goes_on_without_a_server_and_every_request_is_accounted_for() {
        List<Tally> day = experiments(12_000).day(0.1, 3);
        for (Tally t : day) {
            int refused =
                    t.refused().values().stream().mapToInt(Integer::intValue).sum();
            assertThat(t.served() + t.late() + refused).as(t.scheduler()).isEqualTo(t.requests());
            assertThat(t.servedAt(Place.DEVICE) + t.servedAt(Place.CLOUD)).isEqualTo(t.served());
        }
        Tally ours = day.get(0);
        assertThat(ours.scheduler()).isEqualTo("priced");
        assertThat(day).allMatch(t -> t.accuracy() <= ours.accuracy() + 1e-9);
        assertThat(experiments(12_000).outages(3)).isNotEmpty();
        for (int b = 0; b < Tally.BINS; b++) {
            assertThat(ours.binServed(b)).isGreaterThan(0.5);
        }
    }

    @Test
    void the_same_seed_gives_the_same_day() {
        CatalogTable table = new CatalogTable(PAPER);
        Budgets b = new Budgets(3000.0, null, 0.01, 900_000_000L, 2000);
        Tally one = Simulation.run(Scene.of(table, b, Traces.day(table, 2000, 5), 0.2, true), "priced");
        Tally two = Simulation.run(Scene.of(table, b, Traces.day(table, 2000, 5), 0.2, true), "priced");
        assertThat(two.accuracy()).isEqualTo(one.accuracy());
        assertThat(two.joules()).isEqualTo(one.joules());
    }

    @Test
    void a_catalog_that_errs_is_corrected_on_the_way() {
        CatalogTable table = new CatalogTable(PAPER);
        Trace day = Traces.day(table, 12_000, 2);
        Budgets b = new Budgets(12_000.0, null, 0.02, 1_600_000_000L, day.seconds());
        Tally right = Simulation.run(Scene.of(table, b, day, 0.1, true), "priced");
        Tally wrong = Simulation.run(new Scene(table, b, day, 0.1, 0.1, true, 1.5, 0.2, 9), "priced");
        assertThat(wrong.joules()).isLessThanOrEqualTo(12_000 * 1.001);
        assertThat(wrong.accuracy()).isGreaterThan(0.85 * right.accuracy());
        assertThat(wrong.lastServedSeconds()).isGreaterThan(0.97 * day.seconds());
    }

    @Test
    void what_is_out_of_reach_is_refused() {
        CatalogTable table = new CatalogTable(PAPER);
        assertThatThrownBy(() -> Traces.caching(table, 10, 9e9, 1))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("out of reach");
    }
}
