package io.dms.control.sim;

import io.dms.control.Allocation;
import io.dms.control.Coordinator;
import io.dms.control.CoordinatorOptions;
import io.dms.control.Outcome;
import io.dms.control.Situation;
import io.dms.monitor.MonitorEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ties a {@link Coordinator} to a simulation: tells it what came of calls and what the monitor has, and does what it
 * decides. Give it to a scenario both as watcher and as supervisor.
 */
public final class CoordinatedBoard implements Watcher, Supervisor {
    private final BoardModel board;
    private final Coordinator coordinator;
    private final boolean[] present;
    private final boolean[] paused;
    private @Nullable Allocation last;
    private @Nullable Simulation simulation;
    private int changes;

    /** A coordinator for these applications, as a scenario has them. */
    public CoordinatedBoard(BoardModel board, List<Application> applications, CoordinatorOptions options) {
        this.board = board;
        List<Coordinator.Member> members = new ArrayList<>();
        for (Application a : applications) {
            members.add(new Coordinator.Member(a.name(), a.profile(), a.goal(), a.framesPerSecond()));
        }
        coordinator = new Coordinator(members, options);
        present = new boolean[members.size()];
        paused = new boolean[members.size()];
    }

    @Override
    public void served(int application, Outcome outcome) {
        coordinator.observe(application, outcome);
    }

    @Override
    public void event(MonitorEvent event) {
        if (simulation != null) {
            simulation.superviseNow();
        }
    }

    @Override
    public void step(Simulation simulation) {
        this.simulation = simulation;
        for (int i = 0; i < present.length; i++) {
            present[i] = simulation.present(i);
        }
        Allocation a = coordinator.decide(new Situation(
                simulation.nowNanos(),
                present,
                simulation.seenHertz(),
                simulation.seenCapHertz(),
                simulation.seenThrottled()));
        for (int i = 0; i < present.length; i++) {
            Allocation.Share s = a.shares().get(i);
            simulation.bound(i, s.widest(), s.narrowest());
            boolean pause = present[i] && !s.runs();
            if (pause != paused[i]) {
                simulation.pause(i, pause);
                paused[i] = pause;
            }
        }
        Long hertz = a.hertz();
        if (hertz != null) {
            simulation.requestClock(board.clockAt((double) hertz));
        }
        changes += a.changed() ? 1 : 0;
        last = a;
    }

    /** What was decided last; null before the first decision. */
    public @Nullable Allocation last() {
        return last;
    }

    /** How often an allocation differed from the one before. */
    public int changes() {
        return changes;
    }

    /** The coordinator. */
    public Coordinator coordinator() {
        return coordinator;
    }
}
