package io.dms.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** Energy where a window begins or ends between samples, where samples are missing, and where a counter starts anew. */
class EnergyWindowEdgesTest {
    private static final long MS = 1_000_000;
    private static final double EXACT = 1e-9;

    private final AtomicLong now = new AtomicLong();

    /** Sampled every 100 ms. */
    private EnergyWindow window(boolean counter) {
        return EnergyWindow.of(new EnergyWindow.Meter("rail", Scope.MODULE, counter, 0, 100 * MS), 0, now::get);
    }

    private void closeAt(EnergyWindow w, long at) {
        now.set(at);
        w.close();
    }

    @Test
    void time_before_the_first_sample_counts_at_its_power() {
        EnergyWindow w = window(false);
        for (long t = 100; t <= 10_000; t += 100) {
            w.accept(t * MS, 5, null);
        }
        closeAt(w, 10_000 * MS);
        assertThat(w.joules()).isCloseTo(50, within(EXACT));
    }

    @Test
    void a_window_that_begins_while_power_rises_takes_the_upper_part_of_the_ramp() {
        now.set(50 * MS);
        EnergyWindow w = window(false);
        w.before(0, 0);
        for (long t = 100; t <= 1000; t += 100) {
            w.accept(t * MS, 10, null);
        }
        closeAt(w, 1000 * MS);
        // From 5 W to 10 W in the 50 ms that are in it, then 10 W.
        assertThat(w.joules()).isCloseTo(0.05 * 7.5 + 0.9 * 10, within(EXACT));
    }

    @Test
    void samples_that_stay_away_for_more_than_three_of_them_are_lost_time() {
        EnergyWindow w = window(false);
        for (long t = 0; t <= 20_000; t += t == 5000 ? 400 : 100) {
            w.accept(t * MS, 5, null);
        }
        closeAt(w, 20_000 * MS);
        assertThat(w.lostSeconds()).isCloseTo(0.4, within(EXACT));
    }

    @Test
    void a_counter_that_starts_anew_takes_nothing_away() {
        EnergyWindow w = window(true);
        for (int i = 0; i <= 100; i++) {
            w.accept(100 * MS * i, i < 50 ? 1000 + i : i - 50, null);
        }
        closeAt(w, 10_000 * MS);
        assertThat(w.joules()).isCloseTo(99, within(EXACT));
        assertThat(w.lostSeconds()).isCloseTo(0.1, within(EXACT));
    }

    @Test
    void sleep_after_the_end_is_not_the_window_s() {
        EnergyWindow w = window(false);
        for (long t = 0; t <= 1000; t += 100) {
            w.accept(t * MS, 5, null);
        }
        closeAt(w, 1050 * MS);
        w.slept(60);
        assertThat(w.lostSeconds()).isZero();
        assertThat(w.whyAbsent()).isNull();
    }

    @Test
    void what_the_last_sample_stands_for_may_be_off_by_all_that_power_moved() {
        EnergyWindow w = window(false);
        for (long t = 0; t <= 1000; t += 100) {
            w.accept(t * MS, t < 500 ? 5 : 9, null);
        }
        now.set(1200 * MS);
        // One step of 4 W between two samples, and 200 ms that no sample follows.
        assertThat(w.errorJoules()).isCloseTo(0.1 * 4 / 2 + 0.2 * 4, within(EXACT));
        assertThat(w.joules()).isCloseTo(0.4 * 5 + 0.1 * 7 + 0.7 * 9, within(EXACT));
    }

    /** It counts 0.5 J, then 2 J each 100 ms; the window begins after the fourth part of the first of them. */
    @Test
    void a_counter_that_is_cut_may_be_off_by_the_shorter_part() {
        now.set(25 * MS);
        EnergyWindow w = window(true);
        w.before(0, 0);
        for (int i = 1; i <= 10; i++) {
            w.accept(100 * MS * i, i == 1 ? 0.5 : 0.5 + 2 * (i - 1), null);
        }
        closeAt(w, 1000 * MS);
        assertThat(w.joules()).isCloseTo(0.75 * 0.5 + 9 * 2, within(EXACT));
        assertThat(w.errorJoules()).isCloseTo(0.025 * 15, within(EXACT));
    }

    /** Over a gap a counter goes on counting: nothing is lost, but when it counted within the gap nobody knows. */
    @Test
    void a_counter_that_is_cut_within_a_gap_may_be_off_just_so() {
        EnergyWindow w = window(true);
        for (int i = 0; i <= 10; i++) {
            w.accept(100 * MS * i, i, null);
        }
        closeAt(w, 1200 * MS);
        w.accept(2000 * MS, 10 + 20, null);
        assertThat(w.lostSeconds()).isZero();
        assertThat(w.joules()).isCloseTo(10 + 0.2 * 20, within(EXACT));
        assertThat(w.errorJoules()).isCloseTo(0.2 * (20 - 10), within(EXACT));
    }
}
