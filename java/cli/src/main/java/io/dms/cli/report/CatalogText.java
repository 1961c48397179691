package io.dms.cli.report;

import io.dms.schedule.catalog.Catalog;
import io.dms.schedule.catalog.Front;
import io.dms.schedule.catalog.Provenance;
import io.dms.schedule.catalog.Task;
import io.dms.schedule.catalog.Variant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A catalog as tables for people. */
public final class CatalogText {
    private static final String INDENT = "  ";

    private CatalogText() {}

    /** The lines, without newlines, tables within {@code room} characters. */
    public static List<String> lines(Catalog c, int room) {
        List<String> out = new ArrayList<>();
        Provenance p = c.provenance();
        out.add("source   " + p.source());
        if (p.board() != null) {
            out.add("board    " + p.board() + (p.powerMode() == null ? "" : ", power mode " + p.powerMode())
                    + (p.date() == null ? "" : "   " + p.date()));
        }
        for (Task t : c.tasks()) {
            out.add("");
            Double deadline = t.deadlineSeconds();
            out.add("task " + t.id() + (t.input().equals(t.id()) ? "" : ", input " + t.input())
                    + (deadline == null ? "" : ", deadline " + Figures.millis(1000 * deadline) + " ms"));
            for (Task.Context x : t.contexts()) {
                out.add("  context " + x.name() + ": " + x.classes() + " classes hold "
                        + Figures.percent(x.share())
                        + (x.members().isEmpty() ? "" : " (" + String.join(", ", x.members()) + ")"));
            }
            table(c, t).lines(room - INDENT.length()).forEach(line -> out.add((INDENT + line).stripTrailing()));
        }
        if (!c.fragments().isEmpty()) {
            out.add("");
            TextTable fragments =
                    new TextTable("<shared", "memory", "load ms", "load J", "run ms", "run J", "<requires");
            c.fragments()
                    .forEach(f -> fragments.row(
                            f.id(),
                            Figures.bytes(f.memoryBytes()),
                            Figures.millis(1000 * f.load().seconds()),
                            joules(f.load().joules()),
                            Figures.millis(1000 * f.run().seconds()),
                            joules(f.run().joules()),
                            String.join(" ", f.requires())));
            out.addAll(fragments.lines(room));
        }
        out.add("");
        out.add("* on the front of accuracy against time of a run, what is shared included"
                + (c.hasJoules() ? "" : "; a dash is what nobody measured"));
        return out;
    }

    private static TextTable table(Catalog c, Task t) {
        List<String> head = new ArrayList<>(List.of("<variant", "<", "<kind", "<place", "top-1"));
        t.contexts().forEach(x -> head.add(x.name()));
        head.addAll(List.of("memory", "load ms", "load J", "run ms", "run J", "$/1000", "<with", "<falls back to"));
        TextTable table = new TextTable(head.toArray(String[]::new));
        List<Variant> front = Front.of(c, t.id(), null, null, Front.Axis.RUN_SECONDS);
        for (Variant v : c.variantsOf(t.id())) {
            List<String> row = new ArrayList<>(List.of(
                    v.id(),
                    front.contains(v) ? "*" : "",
                    v.kind().word(),
                    v.place().word(),
                    Figures.percent(v.accuracy().overall())));
            t.contexts().forEach(x -> row.add(percent(v.accuracy().contexts(), x.name())));
            row.add(Figures.bytes(v.memoryBytes()));
            row.add(Figures.millis(1000 * v.load().seconds()));
            row.add(joules(v.load().joules()));
            row.add(Figures.millis(1000 * (v.run().seconds() + v.serverSeconds())));
            row.add(joules(v.run().joules()));
            row.add(v.dollars() == 0 ? Figures.UNMEASURED : String.format(Locale.ROOT, "%.4f", 1000 * v.dollars()));
            row.add(String.join(" ", v.requires()));
            row.add(v.fallback() == null ? "" : v.fallback());
            table.row(row.toArray(String[]::new));
        }
        return table;
    }

    private static String percent(Map<String, Double> shares, String name) {
        return Figures.percent(shares.get(name));
    }

    static String joules(@Nullable Double joules) {
        return joules == null ? Figures.UNMEASURED : Figures.digits(joules);
    }
}
