package io.dms.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dms.model.UserException;
import io.dms.schedule.catalog.Accuracy;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Cost;
import io.dms.schedule.catalog.Fragment;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Provenance;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What every scheduler promises about one request, and what ours adds. */
class SchedulersTest {
    static final List<String> NAMES = Schedulers.NAMES;
    private static final long SECOND = 1_000_000_000L;
    private static final Catalog CATALOG = new Catalog(
            Provenance.of("test"),
            List.of(Task.of("a"), Task.of("b")),
            List.of(new Fragment("trunk", 60, new Cost(0.2, 2.0), new Cost(0.05, 0.5), List.of())),
            List.of(
                    device("a large", "a", 0.9, 80, 3, 2),
                    device("a small", "a", 0.7, 30, 1, 0.5),
                    Variant.of("a far", "a", Place.CLOUD, Kind.REMOTE, Accuracy.of(0.95))
                            .run(0.02, 0.0)
                            .dollars(0.001)
                            .build(),
                    Variant.of("b on trunk", "b", Place.DEVICE, Kind.SHARED, Accuracy.of(0.8))
                            .memoryBytes(1)
                            .run(0.001, 0.1)
                            .requires("trunk")
                            .build(),
                    device("b small", "b", 0.6, 20, 1, 0.2)));

    private static Variant device(String id, String task, double a, long bytes, double load, double run) {
        return Variant.of(id, task, Place.DEVICE, Kind.NETWORK, Accuracy.of(a))
                .memoryBytes(bytes)
                .load(load / 10, load)
                .run(run / 10, run)
                .build();
    }

    /** A scheduler with everything around it. */
    static final class Bench {
        final CatalogTable table = new CatalogTable(CATALOG);
        final State state;
        final Scheduler scheduler;
        final Decision decision = new Decision(table);
        final Request request = new Request();

        Bench(String name, Budgets budgets) {
            state = new State(table, budgets, 0);
            state.link(true, 0.1, 0.1, 0, Double.POSITIVE_INFINITY);
            scheduler = Schedulers.of(name, table, state);
        }

        Decision ask(String task, double second) {
            state.at((long) (second * 1e9));
            request.task = table.task(task);
            request.frame++;
            request.arrivalNanos = state.nowNanos();
            scheduler.decide(request, state, decision);
            return decision;
        }

        /** Does what was decided, as the catalog says. */
        void perform() {
            for (int i = 0; i < decision.actions(); i++) {
                int u = decision.index(i);
                switch (decision.action(i)) {
                    case UNLOAD -> state.unloaded(u);
                    case LOAD -> {
                        state.loaded(u, state.nowNanos());
                        state.spend(table.unitLoadJoules(u), 0);
                    }
                    case RUN -> {
                        assertThat(state.isResident(u)).isTrue();
                        state.spend(state.joules(u, request), table.dollars(u, request.context));
                    }
                }
                assertThat(state.usedBytes())
                        .isLessThanOrEqualTo(state.budgets().memoryBytes());
            }
        }

        void serve(String task, double second) {
            ask(task, second);
            perform();
            scheduler.plan(state, decision);
            perform();
        }

        String served() {
            return decision.variant < 0
                    ? decision.reason.word()
                    : CATALOG.variants().get(decision.variant).id();
        }
    }

    static Budgets budgets(@Nullable Double joules, @Nullable Double dollars) {
        return new Budgets(joules, null, dollars, 110, 1000);
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void each_request_is_served_or_refused_with_a_reason_and_memory_is_kept(String name) {
        Bench b = new Bench(name, budgets(200.0, 0.1));
        for (int i = 0; i < 400; i++) {
            b.state.link(i % 100 < 60, 0.1, 0.1, 0, Double.POSITIVE_INFINITY);
            b.serve(i % 3 == 0 ? "b" : "a", i);
            double before = b.state.joulesLeft();
            b.ask("a", i + 0.5);
            assertThat(b.decision.variant >= 0).isEqualTo(b.decision.reason == Reason.NONE);
            if (b.decision.variant >= 0) {
                b.perform();
            }
            assertThat(b.state.joulesLeft()).isLessThanOrEqualTo(before).isNotNegative();
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void without_any_energy_nothing_that_costs_some_is_served(String name) {
        Bench b = new Bench(name, budgets(0.0, 1.0));
        for (int i = 0; i < 50; i++) {
            b.serve("a", i);
            b.ask("a", i);
            assertThat(b.decision.variant).isEqualTo(-1);
            assertThat(b.decision.reason).isNotEqualTo(Reason.NONE);
            assertThat(b.decision.actions()).isZero();
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void without_any_money_nothing_is_served_that_has_a_price(String name) {
        Bench b = new Bench(name, budgets(1000.0, 0.0));
        for (int i = 0; i < 20; i++) {
            b.ask("a", i);
            assertThat(b.served()).isNotEqualTo("a far");
            b.perform();
        }
    }

    @ParameterizedTest
    @FieldSource("NAMES")
    void a_clock_that_jumps_breaks_nothing(String name) {
        Bench b = new Bench(name, budgets(500.0, 0.1));
        double[] clock = {0, 1, 2, -5000, -4999, 1e6, 1e6 + 1, 3, 4, 4, 9e8};
        for (int round = 0; round < 20; round++) {
            for (double c : clock) {
                b.serve(round % 2 == 0 ? "a" : "b", c);
            }
        }
        assertThat(b.state.joulesLeft()).isNotNegative();
        assertThat(b.state.leftSeconds()).isPositive();
    }

    @Test
    void a_clock_that_goes_back_counts_as_standing() {
        Bench b = new Bench("priced", budgets(null, null));
        b.state.at(100 * SECOND);
        b.state.at(40 * SECOND);
        assertThat(b.state.elapsedSeconds()).isEqualTo(100);
        b.state.at(50 * SECOND);
        assertThat(b.state.elapsedSeconds()).isEqualTo(110);
    }

    @Test
    void with_plenty_the_most_accurate_variant_serves() {
        Bench b = new Bench("priced", budgets(null, null));
        b.serve("a", 1);
        assertThat(b.ask("a", 2).degraded).isFalse();
        assertThat(b.served()).isEqualTo("a far");
        b.state.link(false, 0, 0, 0, 1);
        b.serve("a", 3);
        b.ask("a", 4);
        assertThat(b.served()).isEqualTo("a large");
        assertThat(b.decision.degraded).isTrue();
    }

    @Test
    void a_deadline_that_has_passed_or_is_too_near_is_refused_by_its_name() {
        Bench b = new Bench("priced", budgets(null, null));
        b.state.link(false, 0, 0, 0, 1);
        b.request.deadlineNanos = SECOND / 100;
        b.ask("a", 0);
        assertThat(b.served()).isEqualTo("deadline");
    }

    @Test
    void waiting_counts_against_the_deadline() {
        Bench b = new Bench("priced", budgets(null, null));
        b.state.link(false, 0, 0, 0, 1);
        b.serve("a", 0);
        b.serve("a", 1);
        b.request.deadlineNanos = 3 * SECOND;
        b.ask("a", 2);
        assertThat(b.decision.variant).isNotNegative();
        b.state.deviceFree((long) (2.97 * 1e9));
        b.ask("a", 2);
        assertThat(b.served()).isEqualTo("deadline");
    }

    @Test
    void costs_are_corrected_by_what_was_measured() {
        Bench b = new Bench("priced", budgets(null, null));
        b.state.link(false, 0, 0, 0, 1);
        int large = b.table.variant("a large");
        b.serve("a", 1);
        Outcome o = new Outcome();
        o.index = large;
        o.catalogSeconds = 0.2;
        o.seconds = 0.8;
        o.catalogJoules = 2;
        o.joules = 2;
        for (int i = 0; i < 40; i++) {
            b.scheduler.observe(o);
        }
        b.request.deadlineNanos = (long) (2.5 * 1e9);
        b.ask("a", 2);
        assertThat(b.served()).isEqualTo("a small");
    }

    @Test
    void what_was_not_measured_corrects_nothing() {
        Corrections c = new Corrections(2);
        c.observe(0, 1, Double.NaN);
        c.observe(0, 0, 5);
        c.observe(0, 1, -1);
        c.observe(0, 1, Double.POSITIVE_INFINITY);
        assertThat(c.of(0)).isEqualTo(1);
        for (int i = 0; i < 50; i++) {
            c.observe(0, 1, 2);
        }
        assertThat(c.of(0)).isBetween(1.95, 2.05);
        assertThat(c.of(1)).isBetween(1.05, 2.0);
    }

    @Test
    void what_is_shared_runs_once_for_a_frame() {
        Bench b = new Bench("priced", budgets(null, null));
        int v = b.table.variant("b on trunk");
        b.request.frame = 7;
        assertThat(b.state.joules(v, b.request)).isEqualTo(0.6);
        b.state.ranVariant(v, 7);
        assertThat(b.state.joules(v, b.request)).isEqualTo(0.1);
    }

    @Test
    void watts_are_kept_in_the_long_run() {
        Bench b = new Bench("priced", new Budgets(null, 0.3, null, 110, 1000));
        b.state.link(false, 0, 0, 0, 1);
        double spent = 0;
        for (int i = 1; i < 2000; i++) {
            b.state.at(i * SECOND);
            double left = b.state.joulesLeft();
            b.serve("a", i);
            spent += left - b.state.joulesLeft();
        }
        assertThat(spent / 2000).isBetween(0.2, 0.33);
    }

    @Test
    void budgets_that_nothing_fits_are_refused_in_one_line() {
        assertThatThrownBy(() -> new Budgets(1.0, null, null, 10, 1).check(CATALOG))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("task b has no variant that fits: the smallest, b small");
        assertThatThrownBy(() -> new Budgets(-1.0, null, null, 10, 1)).isInstanceOf(UserException.class);
        assertThatThrownBy(() -> new Bench("clairvoyant", budgets(null, null)))
                .hasMessageStartingWith("there is no scheduler \"clairvoyant\"; there are priced, published");
    }
}
