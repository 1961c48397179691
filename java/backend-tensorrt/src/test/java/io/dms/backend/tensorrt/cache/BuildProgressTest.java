package io.dms.backend.tensorrt.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.dms.testkit.FakeClock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a person sees while engines are built. */
class BuildProgressTest {
    private final FakeClock clock = new FakeClock();
    private boolean cancelled;

    private BuildProgress four() {
        return new BuildProgress(
                List.of("1.00", "0.75", "0.50", "0.25"), level -> 40 - 10L * level, clock, () -> cancelled);
    }

    @Test
    void before_anything_is_known_nothing_is_guessed() {
        BuildProgress p = four();
        p.begin(0);
        clock.advance(Duration.ofSeconds(5));
        assertThat(p.status().line()).isEqualTo("level 1 of 4 (1.00), 5 s");
    }

    @Test
    void time_left_follows_from_the_work_of_the_levels_that_were_built() {
        BuildProgress p = four();
        p.begin(0);
        clock.advance(Duration.ofSeconds(80));
        p.end(true);
        assertThat(p.begin(1).step("Timing Graph Nodes", 1, 3)).isTrue();
        clock.advance(Duration.ofSeconds(20));
        assertThat(p.status().line())
                .isEqualTo("level 2 of 4 (0.75): timing graph nodes, 33 %, 1 min 40 s, about 1 min 40 s left");
    }

    @Test
    void levels_that_were_in_the_cache_do_not_make_builds_look_fast() {
        BuildProgress p = four();
        p.begin(0);
        p.end(false);
        p.begin(1);
        assertThat(p.status().leftSeconds()).isNull();
        clock.advance(Duration.ofSeconds(60));
        p.end(true);
        p.begin(2);
        assertThat(p.status().leftSeconds()).isEqualTo(60);
    }

    @Test
    void phases_inside_phases_count_as_parts_of_the_outer_ones_step() {
        BuildProgress p = four();
        BuildListener l = p.begin(0);
        l.step("Building", 0, 4);
        l.step("Building", 1, 4);
        l.step("Timing", 0, 10);
        l.step("Timing", 5, 10);
        assertThat(p.status().share()).isEqualTo(1.5 / 4);
        l.step("Timing", 10, 10);
        l.step("Costs", 0, 2);
        assertThat(p.status().share()).as("never goes back").isGreaterThanOrEqualTo(1.5 / 4);
        l.step("Building", 3, 4);
        assertThat(p.status().share()).isEqualTo(0.75);
        assertThat(p.status().phase()).isEqualTo("building");
    }

    @Test
    void whoever_asks_to_stop_ends_the_build() {
        BuildListener l = four().begin(0);
        assertThat(l.step("Building", 0, 1)).isTrue();
        cancelled = true;
        assertThat(l.step("Building", 0, 1)).isFalse();
    }
}
