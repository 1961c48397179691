package io.dms.control;

import io.dms.control.sim.ControllerFactory;
import io.dms.control.sim.Disturbance;
import io.dms.model.Profile;
import java.util.ArrayList;
import java.util.List;

/**
 * The predictive controller on a whole recorded run, part by part, against an oracle of fixed levels: in each part the most
 * accurate level that keeps the goal there all by itself, 5 late frames in 100 permitted.
 */
final class RecordedScript {
    /** Which recordings there are; the first two are those of {@link Recorded#scripts}, the others an evening younger. */
    static final List<String> NAMES = List.of("half", "quarter", "later-half", "later-quarter", "later-changing");

    static final double SECONDS = 80;
    private static final double SETTLE_SECONDS = 1;
    private static final double PERMITTED = 0.05;
    private static final Profile NET = Recorded.profile();

    /** A stretch of the script, in seconds. */
    record Part(String disturbance, double from, double to) {}

    static final List<Part> PARTS = List.of(
            new Part("none", 0, 10),
            new Part("one busy process", 10, 20),
            new Part("none", 20, 25),
            new Part("two", 25, 45),
            new Part("none", 45, 50),
            new Part("bursts of two", 50, 70),
            new Part("none", 70, SECONDS));

    final Trial own;
    private final List<Trial> fixed = new ArrayList<>();

    RecordedScript(String name, double fps) {
        Goal goal = Goal.parse(Recorded.SECOND_LEVEL);
        List<Disturbance> script =
                List.of(Disturbance.replay(0, SECONDS, Recorded.trace(name).between(0, SECONDS), 0));
        own = trial(goal, fps, script, truth -> Controllers.predictive(NET, goal));
        for (int i = 0; i < NET.levels().size(); i++) {
            int level = i;
            fixed.add(trial(goal, fps, script, truth -> Controllers.fixed(NET, level)));
        }
    }

    private static Trial trial(Goal goal, double fps, List<Disturbance> script, ControllerFactory controller) {
        return new Trial(Recorded.BOARD, NET, goal, fps, script, SECONDS, 1, controller);
    }

    /** The oracle's level in a part. */
    int oracle(Part part) {
        int level = 0;
        while (level + 1 < fixed.size() && oracleMisses(part, level) > PERMITTED) {
            level++;
        }
        return level;
    }

    private double oracleMisses(Part part, int level) {
        return fixed.get(level).missShare(part.from(), part.to());
    }

    double oracleMisses(Part part) {
        return oracleMisses(part, oracle(part));
    }

    double accuracyOverOracle(Part part) {
        return own.accuracy(part.from(), part.to()) / oracleAccuracy(part);
    }

    private double oracleAccuracy(Part part) {
        Double accuracy = NET.levels().get(oracle(part)).accuracy();
        return accuracy == null ? 0 : accuracy;
    }

    /** Of the whole run. */
    double accuracyOverOracle() {
        double ours = 0;
        double best = 0;
        for (Part p : PARTS) {
            ours += (p.to() - p.from()) * own.accuracy(p.from(), p.to());
            best += (p.to() - p.from()) * oracleAccuracy(p);
        }
        return ours / best;
    }

    /** The most changes between two levels in 100 frames of a part that is one state throughout, its first second left out. */
    int longestCycle() {
        return PARTS.stream()
                .filter(p -> !p.disturbance().startsWith("bursts"))
                .mapToInt(p -> own.longestCycle(p.from() + SETTLE_SECONDS, p.to()))
                .max()
                .orElse(0);
    }
}
