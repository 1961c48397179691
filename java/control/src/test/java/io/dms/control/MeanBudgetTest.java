package io.dms.control;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MeanBudgetTest {
    private static final double MOST = 0.9;

    private static void spend(MeanBudget budget, int frames, double value) {
        for (int i = 0; i < frames; i++) {
            budget.spent(value);
        }
    }

    @Test
    void what_was_lost_makes_the_floor_stricter_until_the_mean_is_kept() {
        MeanBudget floor = MeanBudget.atLeast(0.7);
        spend(floor, 50, 0.6);
        assertThat(floor.bound(MOST)).isGreaterThan(0.7);
        spend(floor, 49, 0.8);
        assertThat(floor.bound(MOST)).isGreaterThan(0.7);
        spend(floor, 2, 0.8);
        assertThat(floor.bound(MOST)).isEqualTo(0.7);
    }

    @Test
    void what_was_saved_before_counts_against_what_is_lost_and_never_loosens_the_bound() {
        MeanBudget floor = MeanBudget.atLeast(0.7);
        spend(floor, 100, 0.75);
        assertThat(floor.bound(MOST)).isEqualTo(0.7);
        spend(floor, 49, 0.6);
        assertThat(floor.bound(MOST)).isEqualTo(0.7);
        spend(floor, 10, 0.6);
        assertThat(floor.bound(MOST)).isGreaterThan(0.7);
    }

    @Test
    void neither_debts_nor_savings_are_remembered_without_bound() {
        MeanBudget floor = MeanBudget.atLeast(0.7);
        spend(floor, 1_000_000, 0.9);
        spend(floor, 400, 0.6);
        assertThat(floor.bound(MOST)).isGreaterThan(0.7);
        spend(floor, 1_000_000, 0.1);
        spend(floor, 400, 0.8);
        assertThat(floor.bound(MOST)).isEqualTo(0.7);
    }

    @Test
    void a_bound_on_energy_works_the_other_way_round() {
        MeanBudget energy = MeanBudget.atMost(100.0);
        spend(energy, 10, 150);
        assertThat(energy.bound(10)).isLessThan(100);
        spend(energy, 10, 40);
        assertThat(energy.bound(10)).isEqualTo(100);
        spend(energy, 1, 150);
        assertThat(energy.bound(10)).isEqualTo(100);
    }

    @Test
    void nothing_stricter_than_can_be_reached_is_asked() {
        MeanBudget floor = MeanBudget.atLeast(0.7);
        spend(floor, 1000, 0.1);
        assertThat(floor.bound(0.71)).isEqualTo(0.71);
        assertThat(floor.bound(0.65)).isEqualTo(0.7);
    }

    @Test
    void a_bound_on_energy_is_never_below_the_least_that_a_level_takes() {
        MeanBudget energy = MeanBudget.atMost(100.0);
        spend(energy, 1000, 500);
        assertThat(energy.bound(95)).isEqualTo(95);
        assertThat(energy.bound(120)).isEqualTo(100);
    }

    @Test
    void the_bound_does_not_waver_while_it_is_paid_back() {
        MeanBudget floor = MeanBudget.atLeast(0.7);
        spend(floor, 50, 0.6);
        double stricter = floor.bound(MOST);
        spend(floor, 40, 0.8);
        assertThat(floor.bound(MOST)).isEqualTo(stricter);
    }
}
