package io.dms.cli.report;

import io.dms.compiler.tuning.TuningListener.Epoch;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A training as lines for people and as CSV. */
public final class TrainText {
    private TrainText() {}

    /** The heading above the epochs' lines. */
    public static String heading(List<String> levels) {
        StringBuilder out = new StringBuilder("epoch     rate  ");
        levels.forEach(l -> out.append(String.format(Locale.ROOT, "%12s", "loss " + l)));
        out.append("  ");
        levels.forEach(l -> out.append(String.format(Locale.ROOT, "%12s", "top-1 " + l)));
        return out.append("  seconds").toString();
    }

    /** One epoch as a line below {@link #heading}. */
    public static String line(Epoch e, int levels) {
        StringBuilder line =
                new StringBuilder(String.format(Locale.ROOT, "%5d  %7.5f  ", e.number(), e.learningRate()));
        e.losses().forEach(l -> line.append(String.format(Locale.ROOT, "%12.4f", l)));
        line.append("  ");
        for (int l = 0; l < levels; l++) {
            line.append(
                    e.top1().isEmpty()
                            ? String.format(Locale.ROOT, "%12s", "-")
                            : String.format(
                                    Locale.ROOT, "%10.2f %%", 100 * e.top1().get(l)));
        }
        return line.append(String.format(Locale.ROOT, "  %7.1f", e.seconds())).toString();
    }

    /** All epochs, a row for each level. */
    public static String csv(List<String> levels, List<Epoch> epochs) {
        StringBuilder out = new StringBuilder("epoch,learning_rate,level,loss,top1,seconds\n");
        for (Epoch e : epochs) {
            for (int l = 0; l < levels.size(); l++) {
                out.append(String.format(
                        Locale.ROOT,
                        "%d,%.8f,%s,%.6f,%s,%.3f%n",
                        e.number(),
                        e.learningRate(),
                        levels.get(l),
                        e.losses().get(l),
                        e.top1().isEmpty() ? "" : Double.toString(e.top1().get(l)),
                        e.seconds()));
            }
        }
        return out.toString();
    }

    /** The stages as a table; no line where there are none. */
    public static List<String> stages(TrainResult r) {
        if (r.stages().isEmpty()) {
            return List.of();
        }
        List<String> head = new ArrayList<>(List.of("<top-1"));
        head.addAll(r.levels());
        TextTable table = new TextTable(head.toArray(String[]::new));
        for (TrainResult.Stage s : r.stages()) {
            List<String> row = new ArrayList<>(List.of(s.name()));
            s.top1().forEach(t -> row.add(Figures.percent(t)));
            table.row(row.toArray(String[]::new));
        }
        return table.lines();
    }
}
