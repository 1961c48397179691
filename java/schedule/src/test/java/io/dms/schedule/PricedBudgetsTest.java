package io.dms.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.schedule.catalog.Accuracy;
import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Kind;
import io.dms.schedule.catalog.Place;
import io.dms.schedule.catalog.Provenance;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How a scheduler that prices its budgets makes them last over two hours of requests without a server. */
class PricedBudgetsTest {
    private static final double HORIZON = 7200;

    private static Variant device(String id, double accuracy, double loadJoules, double runJoules) {
        return Variant.of(id, "a", Place.DEVICE, Kind.NETWORK, Accuracy.of(accuracy))
                .memoryBytes(10)
                .load(0.1, loadJoules)
                .run(0.1, runJoules)
                .build();
    }

    /** A day of requests, each so many seconds after the one before. */
    private static final class Day {
        final CatalogTable table;
        final State state;
        final Scheduler scheduler;
        final Decision decision;
        final Request request = new Request();
        final int[] servedBy;
        /** What a run really takes over what the catalog says. */
        final double factor;

        int refused;
        double leftAtHalf;

        Day(double joules, double factor, Variant... variants) {
            table = new CatalogTable(
                    new Catalog(Provenance.of("test"), List.of(Task.of("a")), List.of(), List.of(variants)));
            state = new State(table, new Budgets(joules, null, null, 100, HORIZON), 0);
            state.link(false, 0, 0, 0, 1);
            scheduler = Schedulers.of("priced", table, state);
            decision = new Decision(table);
            servedBy = new int[variants.length];
            this.factor = factor;
        }

        Day run(double every) {
            for (double second = every; second < HORIZON; second += every) {
                state.at((long) (second * 1e9));
                leftAtHalf = second <= HORIZON / 2 ? state.joulesLeft() : leftAtHalf;
                request.frame++;
                request.arrivalNanos = state.nowNanos();
                scheduler.decide(request, state, decision);
                if (decision.variant < 0) {
                    refused++;
                } else {
                    servedBy[decision.variant]++;
                }
                perform();
                scheduler.plan(state, decision);
                perform();
            }
            return this;
        }

        private void perform() {
            for (int i = 0; i < decision.actions(); i++) {
                int u = decision.index(i);
                switch (decision.action(i)) {
                    case UNLOAD -> state.unloaded(u);
                    case LOAD -> {
                        state.loaded(u, state.nowNanos());
                        state.spend(table.unitLoadJoules(u), 0);
                    }
                    case RUN -> {
                        Outcome o = new Outcome();
                        o.index = u;
                        o.catalogSeconds = 0.1;
                        o.seconds = 0.1;
                        o.catalogJoules = state.joules(u, request);
                        o.joules = factor * o.catalogJoules;
                        state.spend(o.joules, 0);
                        scheduler.observe(o);
                    }
                }
            }
        }
    }

    @Test
    void what_is_asked_every_few_minutes_is_loaded_where_an_hour_of_it_is_worth_the_load() {
        Day day = new Day(30, 1, device("large", 0.9, 3, 1), device("small", 0.5, 0, 0.4)).run(200);
        assertThat(day.refused).isZero();
        assertThat(day.servedBy[0]).as("by the large one").isGreaterThan(15);
    }

    @Test
    void what_takes_more_to_load_than_it_will_be_worth_is_left_alone_by_the_first_request_too() {
        Day day = new Day(17, 1, device("large", 0.9, 15, 0.5), device("small", 0.6, 0.2, 0.5)).run(200);
        assertThat(day.servedBy[0]).isZero();
        assertThat(day.servedBy[1]).isGreaterThan(30);
    }

    @Test
    void joules_last_until_the_end_though_every_run_takes_twice_what_the_catalog_says() {
        Day day = new Day(100, 2, device("large", 0.9, 0.1, 1), device("small", 0.5, 0.1, 0.3)).run(60);
        assertThat(day.refused).isZero();
        assertThat(day.leftAtHalf).isBetween(40.0, 60.0);
    }
}
