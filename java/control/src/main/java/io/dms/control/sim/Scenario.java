package io.dms.control.sim;

import io.dms.model.UserException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A board, its applications, and what happens to them, from one seed. Immutable but for the watchers and the supervisor,
 * which are the caller's.
 *
 * <pre>{@code
 * Simulation run = Scenario.on(Boards.tx2Like())
 *         .seed(7)
 *         .seconds(60)
 *         .application(Application.of("detector", profile, goal, 30, truth -> controller))
 *         .disturb(Disturbance.slow(20, 40, 1.6))
 *         .build()
 *         .run();
 * }</pre>
 */
public final class Scenario {
    private final BoardModel board;
    private final List<Application> applications;
    private final List<Disturbance> disturbances;
    private final List<Watcher> watchers;
    private final long seed;
    private final long durationNanos;
    private final int firstClock;
    private final @Nullable Supervisor supervisor;
    private final long periodNanos;

    private Scenario(Builder b) {
        board = b.board;
        applications = List.copyOf(b.applications);
        disturbances = List.copyOf(b.disturbances);
        watchers = List.copyOf(b.watchers);
        seed = b.seed;
        durationNanos = b.durationNanos;
        firstClock = b.firstClock < 0 ? board.clocks().size() - 1 : b.firstClock;
        supervisor = b.supervisor;
        periodNanos = b.periodNanos;
        if (applications.isEmpty()) {
            throw new UserException("a simulation needs at least one application");
        }
        for (Disturbance d : disturbances) {
            boolean needs = switch (d.kind()) {
                case SOURCE_STALL, BACKEND_FAILS -> true;
                default -> false;
            };
            if (d.application() >= applications.size() || (needs && d.application() < 0)) {
                throw new UserException("no application " + d.application() + " for: " + d.describe());
            }
            if (d.kind() == Disturbance.Kind.POWER_MODE
                    && (d.amount() < 0 || d.amount() >= board.modes().size())) {
                throw new UserException("the " + board.name() + " has no power mode of index " + (int) d.amount());
            }
        }
    }

    /** Begins a scenario. */
    public static Builder on(BoardModel board) {
        return new Builder(board);
    }

    /** A run that has not begun. */
    public Simulation start() {
        return new Simulation(this);
    }

    /** A run to the end. */
    public Simulation run() {
        Simulation s = start();
        s.run();
        return s;
    }

    /** The board. */
    public BoardModel board() {
        return board;
    }

    /** The applications, in their order. */
    public List<Application> applications() {
        return applications;
    }

    /** The script. */
    public List<Disturbance> disturbances() {
        return disturbances;
    }

    /** Who watches. */
    List<Watcher> watchers() {
        return watchers;
    }

    /** The seed of all noise. */
    public long seed() {
        return seed;
    }

    /** How long it runs. */
    public long durationNanos() {
        return durationNanos;
    }

    int firstClock() {
        return firstClock;
    }

    @Nullable
    Supervisor supervisor() {
        return supervisor;
    }

    long periodNanos() {
        return periodNanos;
    }

    /** Puts a scenario together. */
    public static final class Builder {
        private final BoardModel board;
        private final List<Application> applications = new ArrayList<>();
        private final List<Disturbance> disturbances = new ArrayList<>();
        private final List<Watcher> watchers = new ArrayList<>();
        private long seed = 1;
        private long durationNanos = 60_000_000_000L;
        private int firstClock = -1;
        private @Nullable Supervisor supervisor;
        private long periodNanos = Long.MAX_VALUE;

        private Builder(BoardModel board) {
            this.board = board;
        }

        /** The seed of all noise. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** How long it runs. */
        public Builder seconds(double value) {
            durationNanos = Math.round(value * 1e9);
            return this;
        }

        /** The clock that is asked for at the start, the highest where this is not called. */
        public Builder clock(int index) {
            if (index < 0 || index >= board.clocks().size()) {
                throw new UserException("the " + board.name() + " has no clock of index " + index);
            }
            firstClock = index;
            return this;
        }

        /** Adds an application. */
        public Builder application(Application application) {
            applications.add(application);
            return this;
        }

        /** Adds something that happens. */
        public Builder disturb(Disturbance disturbance) {
            disturbances.add(disturbance);
            return this;
        }

        /** Adds all that happens. */
        public Builder disturb(List<Disturbance> script) {
            disturbances.addAll(script);
            return this;
        }

        /** Adds somebody who watches. */
        public Builder watch(Watcher watcher) {
            watchers.add(watcher);
            return this;
        }

        /** Calls somebody who sets the board, at every period. */
        public Builder supervise(double periodSeconds, Supervisor who) {
            supervisor = who;
            periodNanos = Math.max(1_000_000, Math.round(periodSeconds * 1e9));
            return this;
        }

        /** The scenario. */
        public Scenario build() {
            return new Scenario(this);
        }
    }
}
