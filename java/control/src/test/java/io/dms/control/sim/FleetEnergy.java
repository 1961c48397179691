package io.dms.control.sim;

import io.dms.control.CoordinatorOptions;
import io.dms.control.CoordinatorOptions.Aim;
import io.dms.control.Outcome;
import java.util.List;
import java.util.function.Function;

/**
 * Energy of a coordinated board against an oracle that knows the disturbances: it tries every clock in the simulation
 * itself, at the narrowest levels that keep the accuracy floors, and takes for each stretch between two disturbances the
 * clock with the least energy at which every application keeps its percentile.
 */
final class FleetEnergy {
    private final BoardModel board;
    private final List<Application> applications;
    private final List<Disturbance> script;
    private final long[] edges;
    private final double seconds;

    record Result(
            double joules, double oracleJoules, double fullJoules, double kept, double oracleKept, double meanClock) {}

    FleetEnergy(BoardModel board, List<Application> applications, List<Disturbance> script, double seconds) {
        this.board = board;
        this.applications = applications;
        this.script = script;
        this.seconds = seconds;
        edges = java.util.stream.LongStream.concat(
                        script.stream().flatMapToLong(d -> java.util.stream.LongStream.of(d.fromNanos(), d.toNanos())),
                        java.util.stream.LongStream.of(Math.round(seconds * 1e9)))
                .filter(x -> x <= Math.round(seconds * 1e9))
                .distinct()
                .sorted()
                .toArray();
    }

    /** Misses and energy of each stretch. */
    private final class Stretches implements Watcher {
        final double[] joules = new double[edges.length];
        final long[][] late = new long[edges.length][applications.size()];
        final long[][] all = new long[edges.length][applications.size()];
        int now;

        @Override
        public void served(int application, Outcome o) {
            Double bound = applications.get(application).goal().latencyMillis();
            all[now][application]++;
            late[now][application] += bound != null && o.latencyNanos() > bound * 1e6 ? 1 : 0;
        }

        @Override
        public void dropped(int application, long scheduledNanos, long nowNanos) {
            all[now][application]++;
            late[now][application]++;
        }

        boolean keeps(int stretch) {
            for (int i = 0; i < applications.size(); i++) {
                double share = late[stretch][i] / Math.max(1.0, (double) all[stretch][i]);
                if (share > 1 - applications.get(i).goal().percentile() / 100) {
                    return false;
                }
            }
            return true;
        }

        /** Share of applications that keep their percentile in a stretch. */
        double kept(int stretch) {
            double kept = 0;
            for (int i = 0; i < applications.size(); i++) {
                double share = late[stretch][i] / Math.max(1.0, (double) all[stretch][i]);
                kept += share <= 1 - applications.get(i).goal().percentile() / 100 ? 1 : 0;
            }
            return kept / applications.size();
        }
    }

    private Stretches run(Scenario.Builder b, Stretches s) {
        applications.forEach(b::application);
        Simulation sim = b.seconds(seconds).disturb(script).watch(s).build().start();
        double before = 0;
        for (int e = 0; e < edges.length; e++) {
            s.now = e;
            sim.advance(edges[e]);
            s.joules[e] = sim.boardJoules() - before;
            before = sim.boardJoules();
        }
        return s;
    }

    Result compare(long seed, Function<Application, ControllerFactory> frugal) {
        int clocks = board.clocks().size();
        Stretches[] fixed = new Stretches[clocks];
        for (int c = 0; c < clocks; c++) {
            FleetEnergy narrow = new FleetEnergy(
                    board,
                    applications.stream().map(a -> a.with(frugal.apply(a))).toList(),
                    script,
                    seconds);
            fixed[c] = narrow.run(Scenario.on(board).seed(seed).clock(c), narrow.new Stretches());
        }
        double oracle = 0;
        double clock = 0;
        double oracleKept = 0;
        for (int e = 0; e < edges.length; e++) {
            int best = clocks - 1;
            for (int c = 0; c < clocks; c++) {
                boolean keeps = fixed[c].keeps(e);
                if (keeps && (!fixed[best].keeps(e) || fixed[c].joules[e] < fixed[best].joules[e])) {
                    best = c;
                }
            }
            oracle += fixed[best].joules[e];
            clock += (double) best / (clocks - 1) / edges.length;
            oracleKept += fixed[best].kept(e) / edges.length;
        }
        CoordinatedBoard c = new CoordinatedBoard(
                board, applications, CoordinatorOptions.DEFAULT.withClocks(true).withAim(Aim.ENERGY));
        Stretches mine = run(Scenario.on(board).seed(seed).watch(c).supervise(0.5, c), new Stretches());
        double joules = 0;
        double full = 0;
        double kept = 0;
        for (int e = 0; e < edges.length; e++) {
            joules += mine.joules[e];
            full += fixed[clocks - 1].joules[e];
            kept += mine.kept(e) / edges.length;
        }
        return new Result(joules, oracle, full, kept, oracleKept, clock);
    }
}
