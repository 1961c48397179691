package io.dms.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DwellTest {
    private final Dwell dwell = new Dwell(3);
    private final List<Integer> changes = new ArrayList<>();
    private int frame;
    private int level = 1;

    /** A frame at which the level has to be left where {@code leave}, and is to be widened otherwise. */
    private void frame(double load, double noise, boolean leave) {
        dwell.next(load, noise);
        int next = level;
        if (level == 0 && leave) {
            dwell.forced();
            next = 1;
        } else if (level == 1 && !leave && dwell.better(1, 0)) {
            next = 0;
        }
        if (next != level) {
            dwell.changed(level, next);
            changes.add(frame);
            level = next;
        }
        frame++;
    }

    private int mostInWindow() {
        int most = 0;
        for (int at : changes) {
            most = Math.max(most, (int) changes.stream()
                    .filter(c -> c >= at && c < at + Dwell.WINDOW)
                    .count());
        }
        return most;
    }

    @Test
    void at_one_load_two_levels_change_places_three_times_in_a_hundred_frames_at_most() {
        Random random = new Random(5);
        for (int i = 0; i < 20_000; i++) {
            frame(0.05 * random.nextGaussian(), 0.05, random.nextInt(4) == 0);
        }
        assertThat(mostInWindow()).isEqualTo(Dwell.MOST_CHANGES);
        assertThat(changes).hasSizeBetween(100, 600);
    }

    @Test
    void each_quick_return_at_the_same_load_doubles_the_patience() {
        for (int i = 0; i < 3000; i++) {
            frame(0, 0.03, level == 0 && i % 7 == 0);
        }
        int early = (int) changes.stream().filter(c -> c < 1000).count();
        int late = (int) changes.stream().filter(c -> c >= 2000).count();
        assertThat(late).isLessThan(early / 2);
    }

    @Test
    void a_load_that_comes_and_goes_for_good_is_followed_as_often_as_it_does() {
        for (int i = 0; i < 900; i++) {
            boolean heavy = i % 30 < 15;
            frame(heavy ? 0.5 : 0, 0.03, heavy);
        }
        assertThat(changes).hasSizeGreaterThan(50);
    }

    @Test
    void spikes_of_a_frame_or_two_are_no_such_load() {
        for (int i = 0; i < 900; i++) {
            boolean spike = i % 15 < 2;
            frame(spike ? 0.5 : 0, 0.03, spike);
        }
        assertThat(mostInWindow()).isLessThanOrEqualTo(Dwell.MOST_CHANGES);
    }

    @Test
    void a_change_that_was_made_for_a_false_report_is_taken_back_at_once() {
        for (int i = 0; i < 10; i++) {
            frame(0, 0.03, false);
        }
        for (int report = 0; report < 3; report++) {
            frame(0, 0.03, true);
            dwell.forget();
            for (int i = 0; i < 3; i++) {
                frame(0, 0.03, false);
            }
            dwell.forget();
            for (int i = 0; i < 30; i++) {
                frame(0, 0.03, false);
            }
            assertThat(level).isZero();
        }
    }
}
