package io.dms.control;

import io.dms.control.sim.BoardModel;
import io.dms.control.sim.Boards;
import io.dms.control.sim.ControllerFactory;
import io.dms.control.sim.Disturbance;
import io.dms.control.sim.ModelProfiles;
import io.dms.control.sim.Scripts;
import io.dms.model.Profile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * The evaluation of the controllers on simulated boards; prints tables, asserts nothing. By hand:
 * {@code mvn -Dquick -pl java/control -am test -Dtest=ControllerStudy -Dsurefire.failIfNoSpecifiedTests=false}, with
 * {@code -Dtest.argLine=-Dstudy.seeds=FIRST-LAST} for other seeds.
 */
class ControllerStudy {
    private static final double SECONDS = 60;

    private static long[] seeds() {
        String[] ends = System.getProperty("study.seeds", "101-120").split("-", -1);
        long first = Long.parseLong(ends[0]);
        long[] out = new long[(int) (Long.parseLong(ends[1]) - first + 1)];
        Arrays.setAll(out, i -> first + i);
        return out;
    }

    static Map<String, ControllerFactory> controllers(Profile p, Goal goal) {
        Map<String, ControllerFactory> all = new LinkedHashMap<>();
        all.put("oracle", truth -> Controllers.oracle(truth, goal));
        all.put("predictive", truth -> Controllers.predictive(p, goal));
        all.put("feedback", truth -> Controllers.feedback(p, goal));
        all.put("step", truth -> Controllers.step(p, goal));
        for (int i = 0; i < p.levels().size(); i++) {
            int level = i;
            all.put("fixed " + p.levels().get(i).name(), truth -> Controllers.fixed(p, level));
        }
        return all;
    }

    @Test
    void latency_goal() {
        BoardModel board = Boards.tx2Like();
        study("resnet50-like, tx2-like", board, ModelProfiles.resnet50(board, 40), 1, 20, "");
        BoardModel orin = Boards.orinNanoLike();
        study("8 levels, orin-like", orin, ModelProfiles.eightLevels(orin, 24), 3, 30, "");
    }

    @Test
    void energy_goal() {
        BoardModel board = Boards.tx2Like();
        study("resnet50-like, least energy", board, ModelProfiles.resnet50(board, 40), 0, 15, " accuracy>=0.72");
        BoardModel orin = Boards.orinNanoLike();
        study("8 levels, least energy", orin, ModelProfiles.eightLevels(orin, 24), 0, 30, " accuracy>=0.65");
    }

    private static void study(String title, BoardModel board, Profile p, int middle, double fps, String more) {
        double bound = 1.3 * p.levels().get(middle).latency().p50();
        Goal goal = Goal.parse(String.format(Locale.ROOT, "p95<=%.3fms%s", bound, more));
        System.out.printf(Locale.ROOT, "%n%s, goal %s, %.0f frames/s, %.0f s%n", title, goal, fps, SECONDS);
        System.out.printf(
                Locale.ROOT,
                "%-10s %-11s %16s %7s %5s %7s %14s %6s %9s %6s%n",
                "script",
                "controller",
                "miss%",
                "steady%",
                "back",
                "switch",
                "accuracy",
                "level",
                "mJ/frame",
                "cycle");
        for (Map.Entry<String, List<Disturbance>> script :
                Scripts.all(SECONDS, board).entrySet()) {
            for (Map.Entry<String, ControllerFactory> c : controllers(p, goal).entrySet()) {
                if (!c.getKey().matches(System.getProperty("study.only", ".*"))) {
                    continue;
                }
                List<Trial> trials = new ArrayList<>();
                for (long seed : seeds()) {
                    trials.add(new Trial(board, p, goal, fps, script.getValue(), SECONDS, seed, c.getValue()));
                }
                System.out.printf(
                        Locale.ROOT,
                        "%-10s %-11s %7.2f (%4.2f-%5.2f) %5.2f %3.0f/%2.0f %7.0f %6.4f (%6.4f) %6.2f %9.1f %3.0f%n",
                        script.getKey(),
                        c.getKey(),
                        at(trials, t -> 100 * t.tally.missShare(), 0.5),
                        at(trials, t -> 100 * t.tally.missShare(), 0),
                        at(trials, t -> 100 * t.tally.missShare(), 1),
                        at(trials, t -> 100 * t.steadyMisses(), 0.5),
                        at(trials, Trial::recovery, 0.5),
                        at(trials, Trial::recovery, 1),
                        at(trials, t -> t.tally.switches(), 0.5),
                        at(trials, t -> t.tally.meanAccuracy(), 0.5),
                        at(trials, t -> t.tally.meanAccuracy(), 0),
                        at(trials, t -> t.tally.meanLevel(), 0.5),
                        at(trials, t -> 1e3 * t.tally.joulesPerFrame(), 0.5),
                        at(trials, Trial::longestCycle, 1));
            }
        }
    }

    static double at(List<Trial> trials, ToDoubleFunction<Trial> figure, double share) {
        double[] v = trials.stream().mapToDouble(figure).sorted().toArray();
        return v[(int) Math.round(share * (v.length - 1))];
    }

    /** What a controller costs per frame; the figure of a busy machine is worth little. */
    @Test
    void cost_per_frame() {
        BoardModel board = Boards.orinNanoLike();
        Profile p = ModelProfiles.eightLevels(board, 24);
        Goal goal = Goal.parse("p95<=19ms rate>=30 energy<=300mJ power<=20W accuracy>=0.5");
        for (Controller c :
                List.of(Controllers.predictive(p, goal), Controllers.feedback(p, goal), Controllers.step(p, goal))) {
            int frames = 1_000_000;
            double best = Double.POSITIVE_INFINITY;
            for (int round = 0; round < 5; round++) {
                long before = System.nanoTime();
                Drive.frames(c, p, frames, 1.2, 0.05, round);
                long drive = System.nanoTime();
                Drive.frames(Controllers.fixed(p, 2), p, frames, 1.2, 0.05, round);
                double both = (drive - before) / (double) frames;
                best = Math.min(best, both);
            }
            System.out.printf(
                    Locale.ROOT, "%-10s %.2f us per frame, the frame's making included%n", c.name(), best / 1e3);
        }
    }
}
