package io.dms.control.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import io.dms.control.Goal;
import io.dms.model.Profile;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Ten million frames; run by name: {@code mvn -Dquick -pl java/control -am test -Dtest=LongSimulation}. */
class LongSimulation {
    @Test
    void ten_million_frames_neither_drift_nor_grow() {
        BoardModel board = Boards.orinNanoLike();
        Profile net = ModelProfiles.resnet50(board, 5);
        Application app =
                Application.of("a", net, Goal.NONE, 100, t -> new Still(1)).withNoise(0, 0.003);
        Simulation s =
                Scenario.on(board).seconds(100_001).application(app).build().start();
        s.advance(1_000_000_000_000L);
        double early = s.tally(0).meanMillis();
        double earlyJoules = s.tally(0).joulesPerFrame();
        s.tally(0).reset();
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long id = Thread.currentThread().getId();
        long before = threads.getThreadAllocatedBytes(id);
        long start = System.nanoTime();
        s.run();
        long allocated = threads.getThreadAllocatedBytes(id) - before;
        double seconds = (System.nanoTime() - start) * 1e-9;
        System.out.printf(
                "%d frames in %.1f s, %.0f frames/s%n",
                s.tally(0).served(), seconds, s.tally(0).served() / seconds);
        assertThat(allocated).isLessThan(20_000);
        assertThat(s.tally(0).due()).isBetween(9_900_099L, 9_900_101L);
        assertThat(s.tally(0).meanMillis()).isCloseTo(early, within(early * 0.001));
        assertThat(s.tally(0).joulesPerFrame()).isCloseTo(earlyJoules, within(earlyJoules * 0.01));
    }
}
