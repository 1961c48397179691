package io.dms.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.dms.model.Profile;
import io.dms.model.ProfileFit;
import io.dms.model.UserException;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

class ControllersTest {
    private static final Profile NET = Drive.profile();
    private static final Goal GOAL = Goal.parse("p95<=33ms rate>=20 energy<=300mJ power<=20W accuracy>=0.5");
    private static final ProfileFit FITS = new ProfileFit(ProfileFit.Verdict.FITS, 0, "");

    @Test
    void a_frame_costs_no_allocation() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (String name : Controllers.NAMES) {
            Drive.Stream s = new Drive.Stream(Controllers.named(name, NET, FITS, GOAL), NET, 1);
            s.frames(20_000, 1.2, 0.1);
            long self = Thread.currentThread().getId();
            long before = threads.getThreadAllocatedBytes(self);
            s.frames(10_000, 1.7, 0.1);
            long after = threads.getThreadAllocatedBytes(self);
            assertThat(after - before).as(name).isLessThan(1000);
        }
    }

    @Test
    void names_are_known_or_refused() {
        for (String name : Controllers.NAMES) {
            assertThat(Controllers.named(name, NET, FITS, GOAL).name()).isEqualTo(name);
        }
        assertThatThrownBy(() -> Controllers.named("pid", NET, FITS, GOAL))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("predictive, feedback, step, fixed");
        assertThatThrownBy(() -> Controllers.fixed(NET, 4)).hasMessageContaining("levels 0 to 3");
    }

    @Test
    void a_refused_profile_makes_no_controller() {
        ProfileFit refused = new ProfileFit(ProfileFit.Verdict.REFUSED, 0, "it is another model's");
        assertThatThrownBy(() -> Controllers.named("predictive", NET, refused, GOAL))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("another model's");
    }

    @Test
    void a_fixed_level_stays() {
        assertThat(Drive.frames(Controllers.fixed(NET, 2), NET, 100, 3, 0.1, 1)).isEqualTo(2);
    }

    @Test
    void steps_go_down_by_the_mean_of_twenty_and_do_not_alternate() {
        Drive.Stream s = new Drive.Stream(Controllers.step(NET, Goal.parse("p95<=33ms")), NET, 1);
        assertThat(s.frames(20, 1, 0.03)).isZero();
        assertThat(s.frame(1, 0.03)).isEqualTo(1);
        int changes = 0;
        int last = s.level;
        for (int i = 0; i < 2000; i++) {
            changes += s.frame(1, 0.03) == last ? 0 : 1;
            last = s.level;
        }
        assertThat(changes).isZero();
        assertThat(s.frames(200, 0.5, 0.03)).isZero();
    }

    @Test
    void feedback_settles_at_a_level_that_keeps_the_bound_and_stays() {
        for (double factor : new double[] {0.6, 1, 1.5, 2.2}) {
            Drive.Stream s = new Drive.Stream(Controllers.feedback(NET, Goal.parse("p95<=33ms")), NET, 1);
            s.frames(100, factor, 0.02);
            int level = s.level;
            double median = NET.levels().get(level).latency().p50() * factor;
            assertThat(median).as("factor %s level %s", factor, level).isLessThan(33);
            int changes = 0;
            for (int i = 0; i < 500; i++) {
                changes += s.frame(factor, 0.02) == level ? 0 : 1;
            }
            assertThat(changes).isZero();
        }
    }

    @Test
    void feedback_does_not_wind_up() {
        Drive.Stream s = new Drive.Stream(Controllers.feedback(NET, Goal.parse("p95<=33ms")), NET, 1);
        s.frames(1000, 20, 0.02);
        assertThat(s.level).isEqualTo(3);
        assertThat(s.frames(15, 1, 0.02)).isLessThanOrEqualTo(2);
    }
}
