package io.dms.cli.report;

import io.dms.cli.run.RunResult;
import io.dms.cli.run.RunResult.Pass;
import io.dms.cli.run.RunResult.StreamRun;
import io.dms.cli.run.StreamFigures;
import io.dms.model.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The summary of a run for people. */
public final class RunText {
    private RunText() {}

    /** The lines, without newlines, tables within {@code room} characters. */
    public static List<String> lines(RunResult r, int room) {
        List<String> out = new ArrayList<>();
        if (r.passes().isEmpty()) {
            return out;
        }
        String simulated = r.simulated();
        out.add("board    "
                + (simulated == null ? r.board() + "   backend " + r.backend() : "simulated: " + simulated));
        int streams = r.passes().get(0).streams().size();
        boolean few = false;
        boolean any = false;
        for (int s = 0; s < streams; s++) {
            StreamRun first = r.passes().get(0).streams().get(s);
            out.add("stream   " + first.name()
                    + (first.model().equals(first.name()) ? "" : " (" + first.model() + ")") + "   " + first.source()
                    + "   batch " + first.batch() + (simulated == null ? ", " + threads(first.threads()) : ""));
            out.add("goal     " + first.goal());
            out.add("");
            TextTable table = new TextTable(
                    "<controller",
                    "frames",
                    "dropped",
                    "missed",
                    "steady",
                    "p50 ms",
                    "p95 ms",
                    "p99 ms",
                    "max ms",
                    "mean width",
                    "top-1",
                    "switches",
                    "mJ/inf");
            for (Pass p : r.passes()) {
                if (s < p.streams().size()) {
                    StreamFigures f = StreamFigures.of(p, p.streams().get(s));
                    any |= f.frames() > 0;
                    table.row(row(p, p.streams().get(s), f));
                    few |= f.frames() > 0 && f.percentile(99) == null;
                }
            }
            out.addAll(table.lines(room));
            for (Pass p : r.passes()) {
                if (s < p.streams().size()) {
                    StreamRun run = p.streams().get(s);
                    StreamFigures f = StreamFigures.of(p, run);
                    if (f.served() > 0) {
                        out.add(levels(r, run, f));
                    }
                }
            }
            out.add("");
        }
        if (!any) {
            out.add("no frame was due before the run ended");
        }
        if (few) {
            out.add("a dash under p95 or p99: fewer frames than such a percentile needs (130 and 662)");
        }
        tail(r, out);
        return out;
    }

    private static String threads(int n) {
        return n == 1 ? "1 thread" : "up to " + n + " threads";
    }

    private static String[] row(Pass p, StreamRun run, StreamFigures f) {
        boolean bound = run.goal().latencyMillis() != null;
        return new String[] {
            run.controller(),
            Integer.toString(f.frames()),
            Integer.toString(f.dropped()),
            bound ? Figures.percent(f.missShare()) : Figures.UNMEASURED,
            bound ? Figures.percent(f.steadyMissShare()) : Figures.UNMEASURED,
            millis(f.percentile(50)),
            millis(f.percentile(95)),
            millis(f.percentile(99)),
            Figures.millis(f.maxMillis()),
            Double.isNaN(f.meanWidth()) ? Figures.UNMEASURED : String.format(Locale.ROOT, "%.3f", f.meanWidth()),
            Figures.percent(f.meanAccuracy()),
            Integer.toString(f.switches()),
            energy(p, f)
        };
    }

    private static String millis(@Nullable Double v) {
        return v == null ? Figures.UNMEASURED : Figures.millis(v);
    }

    private static String energy(Pass p, StreamFigures f) {
        boolean known = !Double.isNaN(p.energy().joules()) && p.streams().size() == 1 && f.served() > 0;
        return known ? Figures.digits(1000 * p.energy().joules() / f.served()) : Figures.UNMEASURED;
    }

    private static String levels(RunResult r, StreamRun run, StreamFigures f) {
        List<Profile.Level> levels = run.levels();
        List<String> parts = new ArrayList<>();
        for (int l = 0; l < levels.size(); l++) {
            if (f.levelFrames()[l] > 0) {
                parts.add(levels.get(l).name()
                        + String.format(Locale.ROOT, " %.0f %%", 100.0 * f.levelFrames()[l] / f.served()));
            }
        }
        String back = f.recoveries().stream()
                .map(x -> x.frames() == null ? "never" : x.frames().toString())
                .collect(Collectors.joining(", "));
        return (r.passes().size() > 1 ? run.controller() + ": " : "") + "levels " + String.join(", ", parts)
                + (f.recoveries().isEmpty() || run.goal().latencyMillis() == null
                        ? ""
                        : "; frames until back after each step: " + back);
    }

    private static void tail(RunResult r, List<String> out) {
        Pass first = r.passes().get(0);
        String why = first.energy().whyAbsent();
        if (why == null) {
            for (Pass p : r.passes()) {
                out.add(String.format(
                        Locale.ROOT,
                        "energy %s: %.2f J in %.1f s (%s)",
                        p.controller(),
                        p.energy().joules(),
                        p.seconds(),
                        p.energy().scope()));
            }
        } else {
            out.add("energy: " + why);
        }
        for (Pass p : r.passes()) {
            for (StreamRun run : p.streams()) {
                String pass = r.passes().size() > 1 ? p.controller() + ": " : "";
                run.failures().forEach(f -> out.add(pass + f));
                if (run.infeasible() != null) {
                    out.add(pass + run.infeasible());
                } else if (run.status() != null) {
                    out.add(pass + "at the end, " + run.status());
                }
                if (run.replaced() > 0) {
                    out.add(pass + run.replaced() + " frames of " + run.name()
                            + " were replaced by newer ones before anybody took them");
                }
            }
        }
        if (first.streams().stream().anyMatch(StreamRun::profiledAtOpening)) {
            out.add("no profile was given: a short one was measured at opening; \"dms profile\" makes a better one");
        }
    }
}
