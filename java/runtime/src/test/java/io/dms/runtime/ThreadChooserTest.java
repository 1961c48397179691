package io.dms.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ThreadChooserTest {
    private static final long MS = 1_000_000;

    /** What the others do is set by hand. */
    private static final class Others implements BusyCores {
        double busy;
        boolean closed;

        @Override
        public double sinceLast() {
            return busy;
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    private final Others others = new Others();
    private final ThreadChooser chooser = new ThreadChooser(4, 4, others);
    private long now = 1_000 * MS;

    private int after(long millis) {
        now += millis * MS;
        return chooser.threads(now);
    }

    @Test
    void a_free_machine_gives_all_threads() {
        for (int i = 0; i < 100; i++) {
            assertThat(after(33)).isEqualTo(4);
            chooser.observe(now, MS, MS);
        }
    }

    @Test
    void busy_cores_are_left_alone_at_the_next_look() {
        after(0);
        others.busy = 1.0;
        assertThat(after(99)).isEqualTo(4);
        assertThat(after(1)).isEqualTo(3);
        others.busy = 2.9;
        assertThat(after(100)).isEqualTo(1);
    }

    @Test
    void a_slow_call_costs_a_thread_at_once() {
        after(0);
        chooser.observe(now + 1, 5 * MS, MS);
        assertThat(after(1)).isEqualTo(3);
        chooser.observe(now + 1, MS, MS);
        assertThat(after(1)).isEqualTo(3);
    }

    @Test
    void a_slow_call_on_a_busy_machine_leaves_all_the_busy_cores_at_once() {
        after(0);
        others.busy = 3.2;
        now += 40 * MS;
        chooser.observe(now, 5 * MS, MS);
        assertThat(after(1)).isEqualTo(1);
    }

    @Test
    void threads_come_back_after_two_looks_at_a_free_machine() {
        after(0);
        others.busy = 2;
        assertThat(after(100)).isEqualTo(2);
        others.busy = 0.1;
        assertThat(after(100)).isEqualTo(2);
        assertThat(after(50)).isEqualTo(2);
        assertThat(after(50)).isEqualTo(4);
    }

    @Test
    void a_short_spike_of_others_does_not_make_it_flap() {
        after(0);
        int changes = 0;
        int last = 4;
        for (int i = 0; i < 200; i++) {
            others.busy = i % 2 == 0 ? 1 : 0;
            int n = after(100);
            changes += n == last ? 0 : 1;
            last = n;
        }
        assertThat(changes).isEqualTo(1);
        assertThat(last).isEqualTo(3);
    }

    @Test
    void threads_that_are_slow_each_time_they_come_back_come_back_ever_more_rarely() {
        after(0);
        int slow = 0;
        for (int frame = 0; frame < 3_000; frame++) {
            int n = after(33);
            slow += n > 1 ? 1 : 0;
            chooser.observe(now, n > 1 ? 4 * MS : MS, MS / 2);
        }
        // 100 s: without the growing wait that would be every seventh frame.
        assertThat(slow).isBetween(3, 40);
    }

    @Test
    void threads_that_prove_themselves_come_back_soon_the_next_time() {
        after(0);
        for (int i = 0; i < 40; i++) {
            chooser.observe(now, 5 * MS, MS);
            after(100);
        }
        others.busy = 0;
        for (int i = 0; i < 1_200; i++) {
            after(100);
            chooser.observe(now, MS, MS);
        }
        assertThat(after(10)).isEqualTo(4);
        chooser.observe(now, 5 * MS, MS);
        assertThat(after(100)).isEqualTo(3);
        after(100);
        assertThat(after(1)).isEqualTo(4);
    }

    @Test
    void where_nothing_can_be_told_slow_calls_still_count() {
        others.busy = Double.NaN;
        after(0);
        assertThat(after(500)).isEqualTo(4);
        chooser.observe(now, 9 * MS, MS);
        assertThat(after(500)).isEqualTo(3);
    }

    @Test
    void the_number_is_always_between_one_and_the_most() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < 20_000; i++) {
            others.busy = random.nextInt(10) == 0 ? Double.NaN : random.nextDouble(6);
            assertThat(after(random.nextInt(200))).isBetween(1, 4);
            chooser.observe(now, random.nextLong(10 * MS), random.nextLong(3 * MS));
        }
    }

    @Test
    void closing_closes_what_it_reads() {
        chooser.close();
        assertThat(others.closed).isTrue();
    }
}
