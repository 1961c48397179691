package io.dms.cli.report;

import io.dms.cli.run.RunResult;
import io.dms.cli.run.RunResult.Note;
import io.dms.cli.run.RunResult.Pass;
import io.dms.cli.run.RunResult.StreamRun;
import io.dms.cli.run.StreamFigures;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A run as one HTML file that needs no network: frames, levels, goals, power, clocks and disturbances on one time axis.
 */
public final class RunHtml {
    private static final int MOST_NOTES = 100;
    private static final List<String> COLUMNS = List.of(
            "Controller",
            "Frames",
            "Not served",
            "Missed",
            "Missed, steady",
            "p50 ms",
            "p95 ms",
            "p99 ms",
            "Mean width",
            "Top\u20111",
            "Switches",
            "Back after a step",
            "Joules");

    private RunHtml() {}

    /** The whole page. */
    public static String of(RunResult r) {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("title", HtmlPage.escape(title(r)));
        parts.put("subtitle", HtmlPage.escape(subtitle(r)));
        parts.put("warnings", warnings(r));
        parts.put("streams", streams(r));
        parts.put("notes", notes(r));
        parts.put("environment", environment(r));
        parts.put("command", HtmlPage.command(r.command()));
        parts.put("data", RunCharts.data(r).replace("<", "\\u003c"));
        return HtmlPage.fill("run.html", parts);
    }

    private static String title(RunResult r) {
        List<String> names = r.passes().isEmpty()
                ? List.of()
                : r.passes().get(0).streams().stream().map(StreamRun::name).toList();
        return "Goals of " + String.join(", ", names);
    }

    private static String subtitle(RunResult r) {
        String simulated = r.simulated();
        return (simulated == null ? r.backend() + ", " + r.board() : "Simulated: " + simulated) + ", "
                + DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.UK)
                        .withZone(ZoneOffset.UTC)
                        .format(r.date());
    }

    private static String warnings(RunResult r) {
        List<String> out = new ArrayList<>();
        if (r.interrupted()) {
            out.add("The run was interrupted: these are the figures until then.");
        }
        for (Pass p : r.passes()) {
            for (StreamRun s : p.streams()) {
                out.addAll(s.failures());
                if (s.infeasible() != null) {
                    out.add(s.infeasible());
                }
                if (s.trace().forgotten() > 0) {
                    out.add("The page shows the last " + s.trace().size() + " frames of " + s.name() + "; "
                            + s.trace().forgotten() + " came before them.");
                }
            }
        }
        StringBuilder html = new StringBuilder();
        out.stream()
                .distinct()
                .forEach(w -> html.append("<p class=\"warning\">")
                        .append(HtmlPage.escape(w))
                        .append("</p>\n"));
        return html.toString();
    }

    private static String streams(RunResult r) {
        StringBuilder out = new StringBuilder();
        int count = r.passes().isEmpty() ? 0 : r.passes().get(0).streams().size();
        for (int s = 0; s < count; s++) {
            StreamRun first = r.passes().get(0).streams().get(s);
            out.append("<section>\n<h2>").append(HtmlPage.escape(first.name())).append("</h2>\n<p class=\"soft\">");
            out.append(HtmlPage.escape("Goal " + first.goal() + "; " + first.source()
                    + (first.batch() == 1 ? "" : ", " + first.batch() + " images each")));
            out.append("</p>\n<div class=\"legend\" id=\"legend").append(s).append("\"></div>\n");
            figure(out, "latency" + s, "tall", "Latency of each frame over time, with the goal and the disturbances.");
            figure(out, "level" + s, "low", "Width level of each frame over time.");
            out.append("<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"Controllers\">")
                    .append(table(r, s))
                    .append("</div>\n</section>\n");
        }
        out.append("<section id=\"board\" hidden>\n<h2>Board</h2>\n");
        for (String what : List.of("power", "clock", "heat")) {
            figure(out, what, "low", "The board's " + what + " over time.");
        }
        return out.append("</section>\n").toString();
    }

    private static void figure(StringBuilder out, String id, String height, String label) {
        out.append("<figure><div class=\"chart ")
                .append(height)
                .append("\"><canvas id=\"")
                .append(id)
                .append("\" role=\"img\" aria-label=\"")
                .append(HtmlPage.escape(label))
                .append("\"></canvas></div></figure>\n");
    }

    private static String table(RunResult r, int stream) {
        StringBuilder out = new StringBuilder("<table>\n<thead><tr>");
        COLUMNS.forEach(c -> out.append("<th scope=\"col\">").append(c).append("</th>"));
        out.append("</tr></thead>\n<tbody>\n");
        for (Pass p : r.passes()) {
            if (stream >= p.streams().size()) {
                continue;
            }
            StreamRun s = p.streams().get(stream);
            StreamFigures f = StreamFigures.of(p, s);
            boolean bound = s.goal().latencyMillis() != null;
            List<String> cells = List.of(
                    s.controller(),
                    Integer.toString(f.frames()),
                    Integer.toString(f.dropped()),
                    bound ? Figures.percent(f.missShare()) : Figures.UNMEASURED,
                    bound ? Figures.percent(f.steadyMissShare()) : Figures.UNMEASURED,
                    millis(f.percentile(50)),
                    millis(f.percentile(95)),
                    millis(f.percentile(99)),
                    Double.isNaN(f.meanWidth())
                            ? Figures.UNMEASURED
                            : String.format(Locale.ROOT, "%.3f", f.meanWidth()),
                    Figures.percent(f.meanAccuracy()),
                    Integer.toString(f.switches()),
                    bound ? back(f) : Figures.UNMEASURED,
                    Double.isNaN(p.energy().joules()) || p.streams().size() > 1
                            ? Figures.UNMEASURED
                            : Figures.digits(p.energy().joules()));
            out.append("<tr>");
            for (int c = 0; c < cells.size(); c++) {
                String shown = cells.get(c).equals(Figures.UNMEASURED) ? "&ndash;" : HtmlPage.escape(cells.get(c));
                out.append(c == 0 ? "<th scope=\"row\">" + shown + "</th>" : "<td>" + shown + "</td>");
            }
            out.append("</tr>\n");
        }
        return out.append("</tbody>\n</table>").toString();
    }

    private static String millis(@Nullable Double v) {
        return v == null ? Figures.UNMEASURED : Figures.millis(v);
    }

    private static String back(StreamFigures f) {
        if (f.recoveries().isEmpty()) {
            return Figures.UNMEASURED;
        }
        boolean never = f.recoveries().stream().anyMatch(x -> x.frames() == null);
        int most = f.recoveries().stream()
                .mapToInt(x -> x.frames() == null ? 0 : x.frames())
                .max()
                .orElse(0);
        return never ? "not" : most + (most == 1 ? " frame" : " frames");
    }

    private static String notes(RunResult r) {
        StringBuilder out = new StringBuilder();
        for (Pass p : r.passes()) {
            for (Note n : p.notes().subList(0, Math.min(MOST_NOTES, p.notes().size()))) {
                out.append("<li>")
                        .append(HtmlPage.escape(String.format(
                                Locale.ROOT,
                                "%s%.1f s: %s",
                                r.passes().size() > 1 ? p.controller() + ", " : "",
                                n.second(),
                                n.text())))
                        .append("</li>\n");
            }
        }
        String list = out.length() == 0 ? "" : "<ul>\n" + out + "</ul>\n";
        String all = spans(r) + list;
        return all.isEmpty() ? "" : "<section>\n<h2>What happened</h2>\n" + all + "</section>\n";
    }

    /** The disturbances, numbered as in the charts. */
    private static String spans(RunResult r) {
        StringBuilder out = new StringBuilder();
        if (!r.passes().isEmpty()) {
            r.passes()
                    .get(0)
                    .spans()
                    .forEach(s -> out.append("<li>")
                            .append(HtmlPage.escape(
                                    String.format(Locale.ROOT, "%.1f s to %.1f s: %s", s.from(), s.to(), s.label())))
                            .append("</li>\n"));
        }
        return out.length() == 0 ? "" : "<ol>\n" + out + "</ol>\n";
    }

    private static String environment(RunResult r) {
        Map<String, String> facts = new LinkedHashMap<>();
        String simulated = r.simulated();
        if (simulated != null) {
            facts.put("Simulated", simulated);
        } else {
            facts.put("Board", r.board());
            facts.put("Backend", r.backend());
        }
        String mode = r.powerMode();
        if (mode != null) {
            facts.put("Power mode", mode);
        }
        if (!r.passes().isEmpty()) {
            RunResult.Energy e = r.passes().get(0).energy();
            String why = e.whyAbsent();
            facts.put("Energy", why != null ? why : "of " + e.scope() + ", over the whole pass");
        }
        facts.put(
                simulated == null ? "Processor" : "Simulated on",
                r.machine().cpu() + ", " + r.machine().cores() + " cores");
        facts.put("System", r.machine().os());
        facts.put("JDK", r.machine().jdk());
        facts.put("DMS", r.version());
        facts.put("Date", DateTimeFormatter.ISO_INSTANT.format(r.date()));
        return HtmlPage.list(facts);
    }
}
