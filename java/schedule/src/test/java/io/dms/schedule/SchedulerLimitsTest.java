package io.dms.schedule;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What schedulers learn from what was measured, and where deadlines, memory, the loader and prices hold them. */
class SchedulerLimitsTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void a_request_that_failed_teaches_nothing_of_costs() {
        SchedulersTest.Bench b = new SchedulersTest.Bench("priced", SchedulersTest.budgets(null, null));
        b.state.link(false, 0, 0, 0, 1);
        b.serve("a", 1);
        Outcome o = new Outcome();
        o.failed = true;
        o.index = b.table.variant("a large");
        o.catalogSeconds = 0.2;
        o.seconds = 0.8;
        for (int i = 0; i < 40; i++) {
            b.scheduler.observe(o);
        }
        b.request.deadlineNanos = (long) (2.5 * 1e9);
        b.ask("a", 2);
        assertThat(b.served()).isEqualTo("a large");
    }

    @Test
    void loads_and_links_are_corrected_by_what_was_measured_too() {
        SchedulersTest.Bench slow = new SchedulersTest.Bench("priced", SchedulersTest.budgets(null, null));
        slow.state.link(false, 0, 0, 0, 1);
        Outcome load = new Outcome();
        load.load = true;
        load.index = slow.table.unitsOf(slow.table.variant("a large"))[0];
        load.catalogSeconds = 0.3;
        load.seconds = 3;
        slow.request.deadlineNanos = (long) (1.6 * 1e9);
        slow.ask("a", 1);
        assertThat(slow.served()).isEqualTo("a large");
        for (int i = 0; i < 40; i++) {
            slow.scheduler.observe(load);
        }
        slow.ask("a", 1);
        assertThat(slow.served()).isEqualTo("a small");
        SchedulersTest.Bench dear = new SchedulersTest.Bench("priced", SchedulersTest.budgets(5.0, null));
        dear.ask("a", 1);
        assertThat(dear.served()).isEqualTo("a far");
        Outcome link = new Outcome();
        link.index = dear.table.variant("a far");
        link.catalogJoules = 0.1;
        link.joules = 10;
        for (int i = 0; i < 40; i++) {
            dear.scheduler.observe(link);
        }
        dear.ask("a", 2);
        assertThat(dear.served()).isNotEqualTo("a far");
    }

    @Test
    void a_run_must_begin_early_enough_to_end_before_the_deadline() {
        SchedulersTest.Bench b = new SchedulersTest.Bench("priced", SchedulersTest.budgets(null, null));
        b.state.link(false, 0, 0, 0, 1);
        b.request.deadlineNanos = 3 * SECOND;
        b.ask("a", 1);
        int run = b.decision.actions() - 1;
        assertThat(b.decision.action(run)).isEqualTo(Decision.Action.RUN);
        assertThat(b.decision.latestNanos(run)).isEqualTo(3 * SECOND - SECOND / 5);
    }

    @Test
    void where_no_variant_fits_the_memory_that_is_the_reason() {
        SchedulersTest.Bench b = new SchedulersTest.Bench("priced", new Budgets(null, null, null, 25, 1000));
        b.state.link(false, 0, 0, 0, 1);
        b.ask("a", 1);
        assertThat(b.served()).isEqualTo("memory");
    }

    @Test
    void nothing_is_loaded_ahead_while_the_loader_has_enough_to_do() {
        for (boolean busy : new boolean[] {false, true}) {
            SchedulersTest.Bench b = new SchedulersTest.Bench("priced", SchedulersTest.budgets(null, null));
            b.state.link(false, 0, 0, 0, 1);
            b.state.loaderFree(busy ? 40 * SECOND : 0);
            b.ask("a", 1);
            b.scheduler.plan(b.state, b.decision);
            assertThat(b.decision.actions() == 0).isEqualTo(busy);
        }
    }

    @Test
    void prices_follow_within_a_minute_what_is_left() {
        SchedulersTest.Bench b = new SchedulersTest.Bench("priced", SchedulersTest.budgets(5000.0, null));
        b.state.link(false, 0, 0, 0, 1);
        for (int i = 1; i <= 70; i++) {
            b.serve("a", i);
        }
        assertThat(b.ask("a", 70).degraded).as("plenty is left, but no server").isTrue();
        assertThat(b.served()).isEqualTo("a large");
        b.state.spend(b.state.joulesLeft() - 260, 0);
        for (int i = 71; i <= 130; i++) {
            b.serve("a", i);
        }
        b.ask("a", 131);
        assertThat(b.served()).isNotEqualTo("a large");
    }

    @Test
    void where_nothing_fits_its_share_the_published_rule_takes_the_device_before_a_server() {
        SchedulersTest.Bench b = new SchedulersTest.Bench("published", SchedulersTest.budgets(3.0, 0.0015));
        b.ask("a", 0);
        assertThat(b.served()).isEqualTo("a small");
        b.state.spend(2.5, 0);
        b.ask("a", 1);
        assertThat(b.served()).as("the device can't be paid any more").isEqualTo("a far");
    }

    @Test
    void baselines_stay_within_the_memory_and_within_a_point_of_the_original() {
        SchedulersTest.Bench device = new SchedulersTest.Bench("device-only", new Budgets(null, null, null, 40, 1000));
        device.ask("a", 1);
        assertThat(device.served()).isEqualTo("a small");
        SchedulersTest.Bench best = new SchedulersTest.Bench("best", SchedulersTest.budgets(null, null));
        best.ask("a", 1);
        assertThat(best.served()).isEqualTo("a large");
    }
}
