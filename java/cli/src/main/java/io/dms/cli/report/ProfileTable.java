package io.dms.cli.report;

import io.dms.model.Profile;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A profile as a table for people. Its last column is what the backend keeps of a level, packed for its kernels; the
 * column {@code weights} of {@code dms bench} is the level's parameters as float32, and so another figure.
 */
public final class ProfileTable {
    private ProfileTable() {}

    /** The lines, without newlines, tables within {@code room} characters. */
    public static List<String> lines(Profile p, int room) {
        List<String> out = new ArrayList<>();
        String mode = p.board().powerMode();
        out.add("model    " + p.model() + "   batch " + p.batch() + ", " + p.precision());
        out.add("board    " + p.board().name() + (mode == null ? "" : ", power mode " + mode) + "   backend "
                + p.backend() + ", " + p.threads() + (p.threads() == 1 ? " thread" : " threads"));
        for (Profile.Point point : p.points()) {
            out.add("");
            if (p.points().size() > 1) {
                out.add(point.name());
            }
            TextTable table = new TextTable(
                    "<width", "MMAC", "p50 ms", "p90 ms", "p95 ms", "p99 ms", "cv", "mJ/inf", "top-1", "packed");
            for (Profile.Level l : point.levels()) {
                table.row(
                        l.name(),
                        Figures.mega(l.macs()),
                        Figures.millis(l.latency().p50()),
                        Figures.millis(l.latency().p90()),
                        Figures.millis(l.latency().p95()),
                        Figures.millis(l.latency().p99()),
                        String.format(Locale.ROOT, "%.1f %%", 100 * l.latency().cv()),
                        energy(l),
                        Figures.percent(l.accuracy()),
                        Figures.bytes(l.memoryBytes()));
            }
            out.addAll(table.lines(room));
            Double idle = point.idleWatts();
            if (idle != null) {
                out.add("idle: " + Figures.digits(idle) + " W");
            }
        }
        Double extra = p.switchMillis();
        out.add("switch between levels: "
                + (extra == null
                        ? Figures.UNMEASURED
                        : Figures.millis(extra) + " ms more than a steady call, at the median"));
        return out;
    }

    private static String energy(Profile.Level l) {
        Double mj = l.millijoules();
        @Nullable String scope = l.energyScope();
        return mj == null ? Figures.UNMEASURED : Figures.digits(mj) + " (" + scope + ")";
    }
}
