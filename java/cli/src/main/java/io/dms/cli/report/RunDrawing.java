package io.dms.cli.report;

import io.dms.cli.run.RunResult;
import io.dms.cli.run.RunResult.Pass;
import io.dms.cli.run.RunResult.Span;
import io.dms.cli.run.RunResult.StreamRun;
import io.dms.cli.run.StreamFigures;
import io.dms.robotics.Trace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The first stream of each pass drawn with characters: latency against its bound, level, disturbances. */
public final class RunDrawing {
    private static final int COLUMNS = 69; // and ten of margin, in a terminal of 80
    private static final int ROWS = 9;
    private static final double ROW_OF_GOAL = 3;
    private static final String MARGIN = "         ";

    private RunDrawing() {}

    /** One drawing for each pass. */
    public static List<String> lines(RunResult r) {
        List<String> out = new ArrayList<>();
        double seconds = r.passes().stream().mapToDouble(Pass::seconds).max().orElse(1);
        for (Pass p : r.passes()) {
            if (drawable(p)) {
                draw(p, p.streams().get(0), seconds, out);
            }
        }
        return out;
    }

    private static boolean drawable(Pass p) {
        return !p.streams().isEmpty()
                && p.streams().get(0).goal().latencyMillis() != null
                && p.streams().get(0).trace().size() > 0;
    }

    private static void draw(Pass p, StreamRun s, double seconds, List<String> out) {
        Double limit = s.goal().latencyMillis();
        double bound = limit == null ? 1 : limit;
        char[][] grid = new char[ROWS][COLUMNS];
        for (char[] row : grid) {
            Arrays.fill(row, ' ');
        }
        int goalRow = row(bound, bound);
        Arrays.fill(grid[goalRow], '-');
        char[] level = new char[COLUMNS];
        Arrays.fill(level, ' ');
        int[] narrowest = new int[COLUMNS];
        Arrays.fill(narrowest, -1);
        Trace t = s.trace();
        for (int i = 0; i < t.size(); i++) {
            int c = (int) (s.second(i) / seconds * COLUMNS);
            if (c < 0 || c >= COLUMNS) {
                continue;
            }
            int at = row(t.latencyNanos(i) / 1e6, bound);
            boolean missed = t.missed(i);
            at = missed ? Math.min(at, goalRow - 1) : Math.max(at, goalRow + 1);
            if (grid[at][c] != 'x') {
                grid[at][c] = missed ? 'x' : '.';
            }
            narrowest[c] = Math.max(narrowest[c], t.level(i));
        }
        for (int c = 0; c < COLUMNS; c++) {
            if (narrowest[c] >= 0) {
                level[c] = (char) ('1' + Math.min(8, narrowest[c]));
            }
        }
        out.add(p.controller() + ":  x missed its " + Figures.millis(bound)
                + " ms,  . kept them;  level 1 is the widest");
        for (int i = 0; i < ROWS; i++) {
            String label = i == 0
                    ? String.format(Locale.ROOT, "%6.0f ms", bound * (ROWS - 1) / ROW_OF_GOAL)
                    : i == goalRow ? String.format(Locale.ROOT, "%6.0f ms", bound) : MARGIN;
            out.add((label + " " + new String(grid[i])).stripTrailing());
        }
        out.add(("level     " + new String(level)).stripTrailing());
        out.add(("load      " + load(p.spans(), seconds)).stripTrailing());
        out.add("");
    }

    /** The row of a latency: 0 the topmost, which stands for all that is higher. */
    private static int row(double millis, double bound) {
        int up = (int) Math.round(millis / bound * ROW_OF_GOAL);
        return Math.max(0, ROWS - 1 - up);
    }

    private static String load(List<Span> spans, double seconds) {
        char[] out = new char[COLUMNS];
        Arrays.fill(out, ' ');
        for (Span s : spans) {
            for (int c = 0; c < COLUMNS; c++) {
                double at = (c + 0.5) / COLUMNS * seconds;
                if (at >= s.from() && at < s.to()) {
                    out[c] = s.step() ? '#' : ':';
                }
            }
        }
        return new String(out).stripTrailing();
    }

    /** What two whole passes say of each other, in one sentence; a part of one saw less load, and says nothing. */
    public static List<String> conclusion(RunResult r) {
        if (r.passes().size() < 2 || r.interrupted()) {
            return List.of();
        }
        Pass scaled = r.passes().get(r.passes().size() - 1);
        Pass fixed = r.passes().get(0);
        StreamFigures a = StreamFigures.of(fixed, fixed.streams().get(0));
        StreamFigures b = StreamFigures.of(scaled, scaled.streams().get(0));
        if (a.served() == 0 || b.served() == 0) {
            return List.of();
        }
        String times = b.missed() == 0 || a.missed() == 0
                ? ""
                : String.format(Locale.ROOT, ", %.0f times fewer", (double) a.missed() / a.frames() / b.missShare());
        return List.of(
                "",
                String.format(
                        Locale.ROOT,
                        "Full width missed %s of its frames; picked per frame, the same weights missed %s%s, at a mean"
                                + " width of %.2f.",
                        Figures.percent(a.missShare()),
                        Figures.percent(b.missShare()),
                        b.missShare() < a.missShare() ? times : "",
                        b.meanWidth()));
    }
}
