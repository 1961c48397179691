package io.dms.control;

import io.dms.control.sim.ControllerFactory;
import io.dms.control.sim.Disturbance;
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
 * Controllers under the unrest of a real machine, replayed ({@link Recorded}); prints a table, asserts nothing. By hand:
 * {@code mvn -Dquick -pl java/control -am test -Dtest=ReplayStudy -Dsurefire.failIfNoSpecifiedTests=false}.
 */
class ReplayStudy {
    private static final Profile NET = Recorded.profile();

    @Test
    void replays() {
        for (String text : List.of(Recorded.SECOND_LEVEL, Recorded.THIRD_LEVEL)) {
            Goal goal = Goal.parse(text);
            System.out.printf(
                    "%n%s, 10 rates from 15 to 42 frames/s: median (smallest to largest)%n%n| recording | misses %% |"
                            + " longest cycle | changes a minute | mean accuracy | level 0.75 misses %% |"
                            + " level 0.5 misses %% |%n%s|%n",
                    text, "| --- ".repeat(7));
            Recorded.scripts().forEach((name, script) -> {
                List<Trial> own = trials(goal, script, truth -> Controllers.predictive(NET, goal));
                List<Trial> second = trials(goal, script, truth -> Controllers.fixed(NET, 1));
                List<Trial> third = trials(goal, script, truth -> Controllers.fixed(NET, 2));
                System.out.printf(
                        "| %s | %s | %s | %s | %s | %s | %s |%n",
                        name,
                        range("%.2f", own, t -> 100 * t.tally.missShare()),
                        name.startsWith("bursts") ? "-" : range("%.0f", own, Trial::longestCycle),
                        range("%.0f", own, t -> t.tally.switches() * 60 / Recorded.SECONDS),
                        range("%.4f", own, t -> t.tally.meanAccuracy()),
                        range("%.1f", second, t -> 100 * t.tally.missShare()),
                        range("%.1f", third, t -> 100 * t.tally.missShare()));
            });
        }
    }

    /** The script of the real runs as it was recorded, part by part, against an oracle of fixed levels. */
    @Test
    void whole_script() {
        System.out.printf(
                "%n%s, 10 rates from 15 to 42 frames/s: median (smallest to largest)%n%n| recording | misses %% |"
                        + " longest cycle | accuracy over the oracle |%n%s|%n",
                Recorded.SECOND_LEVEL, "| --- ".repeat(4));
        Map<String, List<RecordedScript>> all = new LinkedHashMap<>();
        for (String name : RecordedScript.NAMES) {
            List<RecordedScript> runs = new ArrayList<>();
            for (int fps = 15; fps <= 42; fps += 3) {
                runs.add(new RecordedScript(name, fps));
            }
            all.put(name, runs);
            System.out.printf(
                    "| %s | %s | %s | %s |%n",
                    name,
                    range("%.2f", runs, r -> 100 * r.own.tally.missShare()),
                    range("%.0f", runs, RecordedScript::longestCycle),
                    range("%.3f", runs, RecordedScript::accuracyOverOracle));
        }
        System.out.printf(
                "%nby parts%n%n| recording | seconds | disturbance | misses %% | accuracy over the oracle |"
                        + " the oracle's misses %% |%n%s|%n",
                "| --- ".repeat(6));
        all.forEach((name, runs) -> {
            for (RecordedScript.Part p : RecordedScript.PARTS) {
                System.out.printf(
                        Locale.ROOT,
                        "| %s | %.0f-%.0f | %s | %s | %s | %s |%n",
                        name,
                        p.from(),
                        p.to(),
                        p.disturbance(),
                        range("%.2f", runs, r -> 100 * r.own.missShare(p.from(), p.to())),
                        range("%.3f", runs, r -> r.accuracyOverOracle(p)),
                        range("%.2f", runs, r -> 100 * r.oracleMisses(p)));
            }
        });
    }

    private static List<Trial> trials(Goal goal, List<Disturbance> script, ControllerFactory controller) {
        List<Trial> out = new ArrayList<>();
        for (int fps = 15; fps <= 42; fps += 3) {
            out.add(new Trial(Recorded.BOARD, NET, goal, fps, script, Recorded.SECONDS, 1, controller));
        }
        return out;
    }

    private static <T> String range(String form, List<T> runs, ToDoubleFunction<T> figure) {
        double[] s = runs.stream().mapToDouble(figure).toArray();
        Arrays.sort(s);
        String all = form + " (" + form + " to " + form + ")";
        return String.format(Locale.ROOT, all, s[s.length / 2], s[0], s[s.length - 1]);
    }
}
