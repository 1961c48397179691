package io.dms.schedule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is left of budgets, what a link costs, when an answer can be there, and what goes where room is needed. */
class StateTest {
    private static final long SECOND = 1_000_000_000L;
    private static final CatalogTable TABLE = new CatalogTable(new Catalog(
            Provenance.of("test"),
            List.of(Task.of("a"), Task.of("b")),
            List.of(new Fragment("trunk", 60, new Cost(2, 2.0), new Cost(0.05, 0.5), List.of())),
            List.of(
                    device("large", 80),
                    device("small", 30),
                    Variant.of("far", "a", Place.CLOUD, Kind.REMOTE, Accuracy.of(0.95))
                            .run(0.02, 0.0)
                            .wire(1000, 200)
                            .build(),
                    Variant.of("on trunk", "b", Place.DEVICE, Kind.SHARED, Accuracy.of(0.8))
                            .memoryBytes(10)
                            .load(0.5, 0.1)
                            .run(0.001, 0.1)
                            .requires("trunk")
                            .build())));

    private static Variant device(String id, long bytes) {
        return Variant.of(id, "a", Place.DEVICE, Kind.NETWORK, Accuracy.of(0.9))
                .memoryBytes(bytes)
                .load(1, 1.0)
                .run(0.1, 1.0)
                .build();
    }

    private static State state(@Nullable Double joules, @Nullable Double watts, @Nullable Double dollars) {
        return new State(TABLE, new Budgets(joules, watts, dollars, 110, 1000), 0);
    }

    private static Request request(String task) {
        Request r = new Request();
        r.task = TABLE.task(task);
        r.frame = 1;
        return r;
    }

    @Test
    void watts_that_nobody_took_for_a_minute_can_be_spent_at_once_and_no_more() {
        State s = state(null, 2.0, null);
        assertThat(s.joulesLeft()).as("a minute's worth to begin with").isEqualTo(120);
        s.at(10_000 * SECOND);
        assertThat(s.joulesLeft()).isEqualTo(120);
        s.spend(100, 0);
        s.at(10_010 * SECOND);
        assertThat(s.joulesLeft()).isCloseTo(40, within(1e-9));
    }

    @Test
    void what_was_spent_beyond_a_budget_leaves_nothing_and_no_debt() {
        State s = state(5.0, null, 1.0);
        s.spend(7, 3);
        assertThat(s.joulesLeft()).isZero();
        assertThat(s.dollarsLeft()).isZero();
    }

    @Test
    void a_little_of_every_budget_is_kept_back_for_the_last_requests() {
        State s = state(1000.0, null, 1000.0);
        for (double second = 0; second < 1000; second += 0.5) {
            s.at((long) (second * SECOND));
            s.spend(0.5 * s.joulesPerSecond(0), 0.5 * s.dollarsPerSecond());
        }
        assertThat(s.joulesLeft()).isBetween(5.0, 15.0);
        assertThat(s.dollarsLeft()).isBetween(5.0, 15.0);
    }

    @Test
    void a_link_costs_by_the_request_and_by_the_byte() {
        State s = state(null, null, null);
        s.link(true, 0.1, 0.3, 1e-3, 1e4);
        Request r = request("a");
        int far = TABLE.variant("far");
        assertThat(s.remoteSeconds(far, r)).isCloseTo(0.02 + 0.1 + 1200 / 1e4, within(1e-12));
        assertThat(s.joules(far, r)).isCloseTo(0.3 + 1.2, within(1e-12));
        assertThat(s.answerNanos(far, r, 1, 1)).isEqualTo(240_000_000L);
    }

    @Test
    void an_answer_waits_for_the_device_for_the_loader_and_for_what_is_being_loaded() {
        State s = state(null, null, null);
        Request r = request("b");
        int v = TABLE.variant("on trunk");
        double run = 0.051;
        assertThat(s.answerNanos(v, r, 1, 1)).isEqualTo((long) ((2.5 + run) * SECOND));
        assertThat(s.answerNanos(v, r, 2, 3)).as("slower than cataloged").isEqualTo((long) ((7.5 + 2 * run) * SECOND));
        s.loaderFree(4 * SECOND);
        assertThat(s.answerNanos(v, r, 1, 1)).as("after the loader").isEqualTo((long) ((6.5 + run) * SECOND));
        for (int u : TABLE.unitsOf(v)) {
            s.loaded(u, 3 * SECOND);
        }
        assertThat(s.answerNanos(v, r, 1, 1)).as("once ready").isEqualTo((long) ((3 + run) * SECOND));
        s.deviceFree(5 * SECOND);
        assertThat(s.answerNanos(v, r, 1, 1)).as("once free").isEqualTo((long) ((5 + run) * SECOND));
        assertThat(s.beginNanos(v)).isEqualTo(5 * SECOND);
    }

    @Test
    void memory_is_given_back_by_what_is_unloaded_and_counted_once() {
        State s = state(null, null, null);
        int large = TABLE.variant("large") + 1;
        s.loaded(large, 0);
        s.loaded(large, 0);
        assertThat(s.usedBytes()).isEqualTo(80);
        s.unloaded(large);
        s.unloaded(large);
        assertThat(s.freeBytes()).isEqualTo(110);
    }

    /** Loads variants one after the other, each used when it is loaded. */
    private static Eviction used(State s, String... variants) {
        Eviction e = new Eviction(TABLE);
        for (String id : variants) {
            for (int u : TABLE.unitsOf(TABLE.variant(id))) {
                s.loaded(u, 0);
            }
            e.use(TABLE.variant(id));
        }
        return e;
    }

    private static List<String> unloadedFor(Eviction e, State s, String variant) {
        Decision d = new Decision(TABLE);
        assertThat(e.load(TABLE.variant(variant), s, d, Long.MAX_VALUE)).isTrue();
        return IntStream.range(0, d.actions())
                .filter(i -> d.action(i) == Decision.Action.UNLOAD)
                .mapToObj(i -> TABLE.unitName(d.index(i)))
                .toList();
    }

    @Test
    void room_is_made_by_what_was_unused_for_longest_but_for_what_must_stay() {
        State s = new State(TABLE, new Budgets(null, null, null, 110, 1000), 0);
        Eviction e = used(s, "small", "on trunk");
        e.clear();
        assertThat(unloadedFor(e, s, "large"))
                .as("70 of 110 are taken by the trunk")
                .contains("trunk");
        State roomy = new State(TABLE, new Budgets(null, null, null, 150, 1000), 0);
        Eviction oldestStays = used(roomy, "small", "on trunk");
        oldestStays.clear();
        oldestStays.keep(TABLE.variant("small"));
        assertThat(unloadedFor(oldestStays, roomy, "large")).doesNotContain("small");
        State again = new State(TABLE, new Budgets(null, null, null, 150, 1000), 0);
        Eviction free = used(again, "small", "on trunk");
        free.clear();
        assertThat(unloadedFor(free, again, "large")).containsExactly("small");
    }

    @Test
    void of_what_was_used_together_what_needs_the_other_goes_first() {
        State s = new State(TABLE, new Budgets(null, null, null, 95, 1000), 0);
        Eviction e = used(s, "on trunk");
        e.clear();
        assertThat(unloadedFor(e, s, "small"))
                .as("a head without its trunk is of no use")
                .containsExactly("on trunk");
    }
}
