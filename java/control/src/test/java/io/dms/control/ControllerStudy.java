package io.dms.control;

import com.sun.management.ThreadMXBean;
import io.dms.control.sim.Application;
import io.dms.control.sim.BoardModel;
import io.dms.control.sim.Boards;
import io.dms.control.sim.ControllerFactory;
import io.dms.control.sim.Disturbance;
import io.dms.control.sim.ModelProfiles;
import io.dms.control.sim.Scenario;
import io.dms.control.sim.Scripts;
import io.dms.control.sim.Simulation;
import io.dms.model.Profile;
import java.lang.management.ManagementFactory;
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

    /** The bars, one row a script: seed by seed against oracle and fixed levels, median and range. */
    @Test
    void bars() {
        BoardModel tx2 = Boards.tx2Like();
        BoardModel orin = Boards.orinNanoLike();
        Profile four = ModelProfiles.resnet50(tx2, 40);
        Profile eight = ModelProfiles.eightLevels(orin, 24);
        System.out.printf("%n## Misses, recovery, accuracy: bound 1.3 times the middle level%n");
        middle("4 levels", tx2, four, 1, 20);
        middle("8 levels", orin, eight, 3, 30);
        System.out.printf("%n## Least energy above an accuracy floor%n");
        energy("4 levels", tx2, four, 15, "p95<=51.977ms accuracy>=0.72");
        energy("4 levels", tx2, four, 15, "p95<=51.977ms accuracy>=0.74");
        energy("8 levels", orin, eight, 30, "p95<=31.186ms accuracy>=0.65");
        System.out.printf("%n## Against fixed levels: bound 1.3 times the widest level%n");
        fixed("4 levels", tx2, four, 15);
        fixed("8 levels", orin, eight, 30);
    }

    private static void middle(String title, BoardModel board, Profile p, int middle, double fps) {
        Goal goal = bound(1.3 * p.levels().get(middle).latency().p50());
        head(title, goal, "steady misses %", "frames until back", "accuracy over oracle", "longest cycle");
        Scripts.all(SECONDS, board).forEach((name, script) -> {
            List<Trial> own = trials(board, p, goal, fps, script, truth -> Controllers.predictive(p, goal));
            List<Trial> best = trials(board, p, goal, fps, script, truth -> Controllers.oracle(truth, goal));
            System.out.printf(
                    "| %s | %s | %s | %s | %s |%n",
                    name,
                    range("%.2f", own, t -> 100 * t.steadyMisses()),
                    range("%.0f", own, Trial::recovery),
                    range("%.3f", ratios(own, best, t -> t.tally.meanAccuracy())),
                    range("%.0f", own, Trial::longestCycle));
        });
    }

    private static void energy(String title, BoardModel board, Profile p, double fps, String text) {
        Goal goal = Goal.parse(text);
        head(title, goal, "energy over oracle", "mean accuracy", "misses %");
        Scripts.all(SECONDS, board).forEach((name, script) -> {
            List<Trial> own = trials(board, p, goal, fps, script, truth -> Controllers.predictive(p, goal));
            List<Trial> best = trials(board, p, goal, fps, script, truth -> Controllers.oracle(truth, goal));
            System.out.printf(
                    "| %s | %s | %s | %s |%n",
                    name,
                    range("%.3f", ratios(own, best, t -> t.tally.joulesPerFrame())),
                    range("%.4f", own, t -> t.tally.meanAccuracy()),
                    range("%.2f", own, t -> 100 * t.tally.missShare()));
        });
    }

    private static void fixed(String title, BoardModel board, Profile p, double fps) {
        Goal goal = bound(1.3 * p.levels().get(0).latency().p50());
        head(
                title,
                goal,
                "misses %",
                "full width misses %",
                "times fewer",
                "accuracy lost to full width",
                "fixed level that keeps it",
                "accuracy over that",
                "mean level against it");
        Scripts.all(SECONDS, board).forEach((name, script) -> {
            List<Trial> own = trials(board, p, goal, fps, script, truth -> Controllers.predictive(p, goal));
            List<Trial> full = trials(board, p, goal, fps, script, truth -> Controllers.fixed(p, 0));
            int level = 0;
            List<Trial> safe = full;
            while (at(safe, t -> t.tally.missShare(), 0.5) > 0.005
                    && level + 1 < p.levels().size()) {
                int next = ++level;
                safe = trials(board, p, goal, fps, script, truth -> Controllers.fixed(p, next));
            }
            double ours = at(own, t -> t.tally.meanAccuracy(), 0.5);
            System.out.printf(
                    Locale.ROOT,
                    "| %s | %s | %s | %.0f | %.2f %% | %s | %+.2f %% | %.2f against %d |%n",
                    name,
                    range("%.2f", own, t -> 100 * t.tally.missShare()),
                    range("%.1f", full, t -> 100 * t.tally.missShare()),
                    at(full, t -> t.tally.missShare(), 0.5) / at(own, t -> t.tally.missShare(), 0.5),
                    100 * (1 - ours / at(full, t -> t.tally.meanAccuracy(), 0.5)),
                    p.levels().get(level).name(),
                    100 * (ours / at(safe, t -> t.tally.meanAccuracy(), 0.5) - 1),
                    at(own, t -> t.tally.meanLevel(), 0.5),
                    level);
        });
    }

    private static void head(String title, Goal goal, String... columns) {
        System.out.printf(
                "%n%s, %s%n%n| script | %s |%n%s%n",
                title, goal, String.join(" | ", columns), "| --- ".repeat(columns.length + 1) + "|");
    }

    private static Goal bound(double millis) {
        return Goal.parse(String.format(Locale.ROOT, "p95<=%.3fms", millis));
    }

    private static List<Trial> trials(
            BoardModel board,
            Profile p,
            Goal goal,
            double fps,
            List<Disturbance> script,
            ControllerFactory controller) {
        List<Trial> out = new ArrayList<>();
        for (long seed : seeds()) {
            out.add(new Trial(board, p, goal, fps, script, SECONDS, seed, controller));
        }
        return out;
    }

    private static double[] ratios(List<Trial> a, List<Trial> b, ToDoubleFunction<Trial> figure) {
        double[] out = new double[a.size()];
        Arrays.setAll(out, i -> figure.applyAsDouble(a.get(i)) / figure.applyAsDouble(b.get(i)));
        return out;
    }

    private static String range(String form, List<Trial> trials, ToDoubleFunction<Trial> figure) {
        return range(form, trials.stream().mapToDouble(figure).toArray());
    }

    private static String range(String form, double[] v) {
        double[] s = v.clone();
        Arrays.sort(s);
        if (Double.isNaN(s[s.length - 1])) {
            return "-";
        }
        return String.format(
                Locale.ROOT,
                form + " (" + form + " to " + form + ")",
                s[(int) Math.round(0.5 * (s.length - 1))],
                s[0],
                s[s.length - 1]);
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
                best = Math.min(best, (System.nanoTime() - before) / (double) frames);
            }
            System.out.printf(
                    Locale.ROOT, "%-10s %.2f us per frame, the frame's making included%n", c.name(), best / 1e3);
        }
    }

    /** Ten million frames: neither the estimates drift nor does anything grow. */
    @Test
    void ten_million_frames() {
        BoardModel board = Boards.orinNanoLike();
        Profile p = ModelProfiles.eightLevels(board, 6);
        Goal goal = Goal.parse("p95<=4.8ms");
        int seconds = 83_400;
        Simulation s = Scenario.on(board)
                .seed(1)
                .seconds(seconds)
                .application(Application.of("a", p, goal, 120, truth -> Controllers.predictive(p, goal)))
                .disturb(Disturbance.wander(0, seconds, 0.1, 5))
                .build()
                .start();
        for (int tenth = 1; tenth <= 10; tenth++) {
            s.tally(0).reset();
            long before =
                    threads().getThreadAllocatedBytes(Thread.currentThread().getId());
            s.advance(seconds * 100_000_000L * tenth);
            long after =
                    threads().getThreadAllocatedBytes(Thread.currentThread().getId());
            System.out.printf(
                    Locale.ROOT,
                    "%8d frames: %.3f %% late, accuracy %.4f, mean level %.2f, %d bytes allocated%n",
                    s.tally(0).served(),
                    100 * s.tally(0).missShare(),
                    s.tally(0).meanAccuracy(),
                    s.tally(0).meanLevel(),
                    after - before);
        }
    }

    private static ThreadMXBean threads() {
        return (ThreadMXBean) ManagementFactory.getThreadMXBean();
    }
}
