package io.dms.select.nested;

import io.dms.select.Method;
import io.dms.select.Replay;
import io.dms.select.Seen;
import io.dms.select.TrainingData;
import io.dms.select.sample.SampleTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the nested method learned, and why it decides as it does, in lines for people. */
public final class NestedExplanation {
    private final NestedModel model;
    private final List<String> lines = new ArrayList<>();

    private NestedExplanation(NestedModel model) {
        this.model = model;
    }

    /** What it learned; nothing for another method's. */
    public static List<String> of(Method.Learned learned) {
        if (!(learned instanceof NestedModel m)) {
            return List.of();
        }
        NestedExplanation e = new NestedExplanation(m);
        e.learned();
        return e.lines;
    }

    /**
     * How one sample is decided at a setting, step by step; nothing for another method's.
     *
     * @param data with the candidates that it learned from, in their order
     * @param sample index in the table
     */
    public static List<String> of(Method.Learned learned, int setting, TrainingData data, int sample) {
        if (!(learned instanceof NestedModel m)) {
            return List.of();
        }
        NestedExplanation e = new NestedExplanation(m);
        e.decision(setting, data, sample);
        return e.lines;
    }

    private void learned() {
        add(
                "%d states of what ran; at most %d runs for an input",
                model.states().size(), mostRuns());
        for (State s : model.states()) {
            StringBuilder then = new StringBuilder();
            for (int c = 0; c < s.then().length; c++) {
                if (s.then()[c] != null) {
                    then.append(then.isEmpty() ? "" : ", ").append(id(c));
                }
            }
            double[] w = s.blend().weight();
            StringBuilder blend = new StringBuilder();
            for (int i = 0; i < w.length - 1; i++) {
                blend.append(number(w[i])).append(' ');
            }
            add(
                    "  after %s: weights %sand %s for the past%s%s",
                    names(s.mask()),
                    blend,
                    number(w[w.length - 1]),
                    s.embedding() > 0 ? "; reads " + s.embedding() + " penultimate features" : "",
                    then.isEmpty() ? "; stops" : "; may go on to " + then);
        }
    }

    private int mostRuns() {
        return model.states().stream()
                .mapToInt(s -> Integer.bitCount(s.mask()))
                .max()
                .orElse(0);
    }

    private void decision(int setting, TrainingData data, int sample) {
        SampleTable t = data.samples();
        NestedModel.Setting place = model.places().get(setting);
        NestedSelector selector = new NestedSelector(model, place.price(), place.start());
        Replay replay = new Replay(data);
        for (int s = Math.max(0, sample - 200); s < sample; s++) {
            replay.play(selector, s);
        }
        Seen seen = replay.begin(sample);
        add(
                "sample %d of %s, label %d, dial %s",
                t.sample()[sample],
                t.data(),
                t.label()[sample],
                model.settings().get(setting));
        int next = selector.next(seen);
        while (next >= 0) {
            replay.run(next);
            add(
                    "runs %s (%s ms): it says %d with confidence %s; blended %d, right with probability %s",
                    id(next),
                    number(seen.millis(next)),
                    seen.answer(next),
                    number(seen.confidence(next)),
                    selector.answer(seen),
                    number(selector.sureness(seen)));
            next = selector.next(seen);
            for (int c = 0; c < seen.candidates(); c++) {
                double then = selector.sureness(seen, c);
                if (!Double.isNaN(then)) {
                    double price = place.price() * seen.millis(c);
                    double gain = then - selector.sureness(seen);
                    add(
                            "  %s would raise that by %s; its time is worth %s%s",
                            id(c), number(gain), number(price), c == next ? ": goes on" : "");
                }
            }
        }
        int answer = selector.answer(seen);
        add(
                "answers %d, which is %s; %s ms",
                answer, answer == t.label()[sample] ? "right" : "wrong", number(replay.millis()));
    }

    private String names(int mask) {
        StringBuilder out = new StringBuilder();
        for (int c = 0; mask >> c != 0; c++) {
            if ((mask >> c & 1) != 0) {
                out.append(out.isEmpty() ? "" : " + ").append(id(c));
            }
        }
        return out.toString();
    }

    private String id(int candidate) {
        return model.candidates().get(candidate).id();
    }

    private static String number(double v) {
        return String.format(Locale.ROOT, "%.3f", v);
    }

    private void add(String format, Object... values) {
        lines.add(String.format(Locale.ROOT, format, values));
    }
}
