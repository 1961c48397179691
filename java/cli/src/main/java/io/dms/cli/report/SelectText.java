package io.dms.cli.report;

import io.dms.select.Method;
import io.dms.select.Replay;
import io.dms.select.Selector;
import io.dms.select.TrainingData;
import io.dms.select.evaluate.Baselines;
import io.dms.select.evaluate.Front;
import io.dms.select.evaluate.Interval;
import io.dms.select.evaluate.Report;
import io.dms.select.sample.Candidate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Selectors as tables for people. */
public final class SelectText {
    private SelectText() {}

    /** The settings of what was learned, and what each is expected to give. */
    public static List<String> settings(Method.Learned learned) {
        TextTable table = new TextTable("<setting", "expected accuracy", "expected ms", "<");
        for (int i = 0; i < learned.settings().size(); i++) {
            Method.Expected e = learned.expected(i);
            table.row(
                    learned.settings().get(i),
                    e == null ? Figures.UNMEASURED : Figures.percent(e.accuracy()),
                    e == null ? Figures.UNMEASURED : Figures.millis(e.millis()),
                    i == learned.usual() ? "usual" : "");
        }
        return table.lines();
    }

    /** Candidates, by their index. */
    public static List<String> candidates(List<Candidate> candidates) {
        TextTable table = new TextTable("<candidate", "ms", "MMAC", "<weights shared with");
        for (Candidate c : candidates) {
            table.row(
                    c.id(),
                    Figures.millis(c.millis()),
                    Figures.mega(c.macs()),
                    c.shares().equals(c.id()) ? "" : c.shares());
        }
        return table.lines();
    }

    /** What a selector without more to say did with a sample. */
    public static List<String> played(Method.Learned learned, int setting, TrainingData data, int sample) {
        Replay replay = new Replay(data);
        Selector selector = learned.selector(setting);
        int answer = replay.play(selector, sample);
        List<String> out = new ArrayList<>();
        for (int r = 0; r < replay.seen().runs(); r++) {
            int c = replay.seen().candidate(r);
            out.add("runs " + selector.candidates().get(c).id() + ", which says "
                    + replay.seen().answer(c));
        }
        int label = data.samples().label()[sample];
        out.add(
                answer == Selector.REFUSE
                        ? "refuses; the label is " + label
                        : "answers " + answer + ", which is "
                                + (answer == label ? "right" : "wrong; the label is " + label));
        return out;
    }

    /** The lines of an evaluation, without newlines, tables within {@code room} characters. */
    public static List<String> lines(SelectResult result, int room) {
        Report r = result.report();
        List<String> out = new ArrayList<>();
        out.add("samples  " + r.samples() + " of " + r.data() + "; " + r.folds() + " folds, 95 % intervals from "
                + r.resamples() + " resamples");
        out.add("times    " + result.origin().machine() + ", " + result.origin().backend() + ", "
                + result.origin().threads() + (result.origin().threads() == 1 ? " thread" : " threads"));
        out.add("");
        out.addAll(baselines(r).lines(room));
        for (Report.OfMethod m : r.methods()) {
            out.add("");
            Report.Point usual = m.usual();
            if (usual == null) {
                out.add(m.name() + ": can't learn from these samples: " + m.problem());
                continue;
            }
            TextTable table = new TextTable(
                    "<" + m.name(),
                    "accuracy",
                    "",
                    "ms",
                    "",
                    "faster",
                    "gap to mix",
                    "to best mix",
                    "of time",
                    "refused");
            m.settings().forEach(p -> row(table, p.setting(), p));
            row(table, "usual", usual);
            out.addAll(table.lines(room));
            out.add((Double.isNaN(m.speedupAtBest().value())
                            ? "the best candidate's accuracy at no setting"
                            : "the best candidate's accuracy in " + interval(m.speedupAtBest(), "%.2f")
                                    + " times less time")
                    + "; own decisions " + own(m) + " us");
        }
        out.add("");
        out.add("\"usual\" is the setting that each fold took by its training samples alone. \"gap\" is the share of"
                + " the");
        out.add("accuracy between a random mix (of cheapest and best; of whichever candidates are best) and the oracle"
                + " that");
        out.add("is captured at equal time; \"of time\" the share of the time between best mix and oracle at equal"
                + " accuracy.");
        return out;
    }

    private static TextTable baselines(Report r) {
        TextTable table = new TextTable("<baseline", "accuracy", "", "ms", "<");
        Baselines b = r.baselines();
        for (int c = 0; c < r.candidates().size(); c++) {
            String note = c == b.cheapest() ? "always cheapest" : c == b.best() ? "always best" : "";
            table.row(
                    r.candidates().get(c).id(),
                    Figures.percent(r.singles().get(c).value()),
                    range(r.singles().get(c), 100, "%.2f"),
                    Figures.millis(b.singles().get(c).millis()),
                    note);
        }
        List<Front.Point> oracle = b.oracle().points();
        Front.Point last = oracle.get(oracle.size() - 1);
        table.row(
                "oracle", Figures.percent(last.accuracy()), "", Figures.millis(last.millis()), "whenever any is right");
        return table;
    }

    private static void row(TextTable table, String name, Report.Point p) {
        table.row(
                name,
                Figures.percent(p.accuracy().value()),
                range(p.accuracy(), 100, "%.2f"),
                Figures.millis(p.millis().value()),
                range(p.millis(), 1, "%.3f"),
                Figures.ratio(p.speedup().value()),
                share(p.ofMix()),
                share(p.ofBestMix()),
                share(p.ofTime()),
                p.refused() == 0 ? "" : Figures.percent(p.refused()));
    }

    private static String own(Report.OfMethod m) {
        double own = m.settings().stream()
                .mapToDouble(Report.Point::ownMillis)
                .average()
                .orElse(Double.NaN);
        return String.format(Locale.ROOT, "%.1f", 1000 * own);
    }

    /** A share of a gap; where the gap is nearly nothing, no figure of it means more than "far below". */
    static String share(Interval i) {
        if (Double.isNaN(i.value())) {
            return Figures.UNMEASURED;
        }
        if (i.value() > 9.995) {
            return "> 999 %";
        }
        return i.value() < -9.995 ? "< -999 %" : String.format(Locale.ROOT, "%.0f %%", 100 * i.value());
    }

    static String range(Interval i, double times, String format) {
        return Double.isNaN(i.low())
                ? ""
                : String.format(Locale.ROOT, format + ".." + format, times * i.low(), times * i.high());
    }

    static String interval(Interval i, String format) {
        return Double.isNaN(i.value())
                ? Figures.UNMEASURED
                : String.format(Locale.ROOT, format, i.value()) + " (" + range(i, 1, format) + ")";
    }

    /** What a reader must know before the figures: methods that could not learn. */
    public static List<String> problems(SelectResult result) {
        return result.report().methods().stream()
                .filter(m -> m.problem() != null)
                .map(m -> m.name() + " was left out: " + m.problem())
                .toList();
    }
}
