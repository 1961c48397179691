package io.dms.cli.report;

import io.dms.cli.catalog.RunAccount;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A stream of requests that was really served, as tables. */
public final class ScheduleRunText {
    private ScheduleRunText() {}

    /** All lines, tables within {@code room} characters. */
    public static List<String> lines(RunAccount r, double rate, @Nullable String context, int room) {
        List<String> out = new ArrayList<>();
        out.add("scheduler  " + r.scheduler() + ", " + r.requests() + " requests at " + Figures.rate(rate)
                + " per second" + (context == null ? "" : ", context " + context));
        out.add(String.format(
                Locale.ROOT,
                "answered   %d in time, %d late, refused %s",
                r.answered(),
                r.late(),
                counts(r.refused())));
        out.add("right      "
                + (r.judged() == 0
                        ? Figures.UNMEASURED
                        : Figures.percent((double) r.right() / r.judged()) + " of " + r.judged()
                                + " answers in the data set's classes"));
        out.add("mean       " + Figures.millis(r.meanMillis()) + " ms from arrival to answer");
        out.add("memory     " + Figures.bytes(r.mostBytes()) + " at most, " + r.loads() + " loads");
        if (!r.variants().isEmpty()) {
            out.add("");
            out.addAll(variants(r, room));
        }
        if (!r.servers().isEmpty()) {
            out.add("");
            out.addAll(servers(r, room));
        }
        if (!r.streams().isEmpty()) {
            out.add("");
            out.addAll(streams(r, room));
        }
        return out;
    }

    /** As in {@code deadline 2, memory 1}. */
    static String counts(Map<String, Integer> counted) {
        return counted.isEmpty()
                ? "none"
                : counted.entrySet().stream()
                        .map(e -> e.getKey() + " " + e.getValue())
                        .collect(Collectors.joining(", "));
    }

    private static List<String> variants(RunAccount r, int room) {
        TextTable t = new TextTable("<variant", "<place", "chosen", "answered", "stood in", "refused");
        r.variants()
                .forEach(v -> t.row(
                        v.id(),
                        v.place(),
                        Integer.toString(v.chosen()),
                        Integer.toString(v.itself()),
                        v.place().equals("device") ? Figures.UNMEASURED : Integer.toString(v.stoodIn()),
                        Integer.toString(v.refused())));
        return t.lines(room);
    }

    private static List<String> servers(RunAccount r, int room) {
        TextTable t = new TextTable("<server", "asked", "answered", "round trip ms", "<lost");
        r.servers()
                .forEach(s -> t.row(
                        s.address(),
                        Integer.toString(s.asked()),
                        Integer.toString(s.answered()),
                        Figures.millis(s.roundTripMillis()),
                        counts(s.losses())));
        return t.lines(room);
    }

    private static List<String> streams(RunAccount r, int room) {
        TextTable t = new TextTable(
                "<specialised", "<general", "frames", "by a head", "general ran", "trained", "in s", "entered", "left");
        r.streams()
                .forEach(s -> t.row(
                        s.task(),
                        s.general(),
                        Long.toString(s.frames()),
                        Long.toString(s.byHead()),
                        Long.toString(s.generalRuns()),
                        Integer.toString(s.trained()),
                        ScheduleText.number("%.2f", s.trainSeconds()),
                        Integer.toString(s.entered()),
                        Integer.toString(s.left())));
        return t.lines(room);
    }
}
