package io.dms.cli.report;

import io.dms.cli.bench.BenchResult;
import io.dms.cli.bench.Latency;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A benchmark as one HTML file that needs no network: the charts' library is inlined, and the page's own policy forbids
 * it to load anything.
 */
public final class BenchHtml {
    private static final List<String> COLUMNS = List.of(
            "Width",
            "MMAC",
            "Parameters",
            "Weights",
            "p50 ms",
            "p90 ms",
            "p99 ms",
            "Images/s",
            "mJ/image",
            "Top\u20111",
            "vs own model",
            "vs peer");

    private final BenchResult result;
    private final boolean accuracy;

    private BenchHtml(BenchResult result) {
        this.result = result;
        this.accuracy = BenchCharts.hasAccuracy(result);
    }

    /** The whole page. */
    public static String of(BenchResult result) {
        return new BenchHtml(result).page();
    }

    private String page() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("title", HtmlPage.escape("Width levels of " + result.model()));
        parts.put("subtitle", HtmlPage.escape(subtitle()));
        parts.put("warnings", warnings());
        parts.put("frontTitle", accuracy ? "Accuracy against latency" : "Latency of each level");
        parts.put(
                "frontText",
                accuracy
                        ? "Each point is one width level. Up is more accurate, left is faster."
                        : "No accuracy was measured: give a labelled data set with --data to see what each level costs"
                                + " in accuracy.");
        parts.put("frontLabel", HtmlPage.escape(spoken()));
        parts.put("table", table());
        parts.put("facts", facts());
        parts.put("environment", environment());
        parts.put("command", HtmlPage.command(result.command()));
        parts.put("data", BenchCharts.data(result).replace("<", "\\u003c"));
        return HtmlPage.fill("bench.html", parts);
    }

    private String subtitle() {
        return Figures.millions(result.parameters()) + " parameters, " + Figures.mega(result.macs()) + " MMAC, batch "
                + result.batch() + ", " + result.precision() + ", " + result.backend() + ", " + result.threads()
                + (result.threads() == 1 ? " thread, " : " threads, ")
                + result.machine().board() + ", "
                + DateTimeFormatter.ofPattern("d MMMM yyyy", Locale.UK)
                        .withZone(ZoneOffset.UTC)
                        .format(result.date());
    }

    private String warnings() {
        StringBuilder out = new StringBuilder();
        if (result.interrupted()) {
            out.append("<p class=\"warning\">The run was interrupted: these are the figures until then.</p>\n");
        }
        result.warnings()
                .forEach(w -> out.append("<p class=\"warning\">")
                        .append(HtmlPage.escape(w))
                        .append("</p>\n"));
        return out.toString();
    }

    private String spoken() {
        StringBuilder out = new StringBuilder(accuracy ? "Accuracy against latency: " : "Latency of each level: ");
        for (BenchResult.Level l : result.levels()) {
            out.append("width ")
                    .append(l.name())
                    .append(' ')
                    .append(Figures.millis(l.latency().p50()))
                    .append(" ms");
            out.append(l.top1() == null ? "; " : ", " + Figures.percent(l.top1()) + "; ");
        }
        return out.toString();
    }

    /** Columns in which no level has a figure are left out. */
    private String table() {
        List<List<String>> rows = new ArrayList<>();
        List<Boolean> others = new ArrayList<>();
        for (BenchResult.Level l : result.levels()) {
            BenchResult.Peer peer = result.peerOf(l);
            Latency latency = l.latency();
            rows.add(List.of(
                    l.name(),
                    Figures.mega(l.macs()),
                    Figures.millions(l.parameters()),
                    Figures.bytes(l.weightBytes()),
                    Figures.millis(latency.p50()),
                    Figures.millis(latency.p90()),
                    Figures.millis(latency.p99()),
                    Figures.rate(l.throughputPerSecond()),
                    Figures.energy(l.energy()),
                    Figures.percent(l.top1()),
                    Figures.ratio(l.ownModelRatio()),
                    Figures.ratio(peer == null ? null : peer.ratioP50())));
            others.add(false);
            if (peer != null) {
                rows.add(peerRow(peer));
                others.add(true);
            }
        }
        StringBuilder out = new StringBuilder("<table>\n<thead><tr>");
        for (int c = 0; c < COLUMNS.size(); c++) {
            if (measured(rows, c)) {
                out.append("<th scope=\"col\">").append(COLUMNS.get(c)).append("</th>");
            }
        }
        out.append("</tr></thead>\n<tbody>\n");
        for (int r = 0; r < rows.size(); r++) {
            out.append(others.get(r) ? "<tr class=\"peer\">" : "<tr>");
            for (int c = 0; c < COLUMNS.size(); c++) {
                if (measured(rows, c)) {
                    String cell = rows.get(r).get(c);
                    String shown = cell.equals(Figures.UNMEASURED) ? "&ndash;" : HtmlPage.escape(cell);
                    out.append(c == 0 ? "<th scope=\"row\">" + shown + "</th>" : "<td>" + shown + "</td>");
                }
            }
            out.append("</tr>\n");
        }
        return out.append("</tbody>\n</table>").toString();
    }

    private static boolean measured(List<List<String>> rows, int column) {
        return rows.stream().map(r -> r.get(column)).anyMatch(c -> !c.isEmpty() && !c.equals(Figures.UNMEASURED));
    }

    private List<String> peerRow(BenchResult.Peer peer) {
        Latency latency = peer.latency();
        return List.of(
                peer.name(),
                "",
                "",
                "",
                Figures.millis(latency.p50()),
                Figures.millis(latency.p90()),
                Figures.millis(latency.p99()),
                Figures.rate(1000.0 * result.batch() / latency.mean()),
                "",
                "",
                "",
                "");
    }

    private String facts() {
        Map<String, String> facts = new LinkedHashMap<>();
        BenchResult.Switches s = result.switches();
        if (s != null) {
            facts.put(
                    "First call after a switch",
                    Figures.ratio(s.firstOverSteadyP50()) + " of a steady call at p50, "
                            + Figures.ratio(s.firstOverSteadyP90()) + " at p90, " + s.pairs() + " switches");
        }
        facts.put("Packed weights held", Figures.bytes(result.weightsHeldBytes()));
        put(
                facts,
                "As separate models",
                result.separateModelsBytes() == null ? null : Figures.bytes(result.separateModelsBytes()));
        facts.put("Activations", Figures.bytes(result.arenaBytes()));
        put(
                facts,
                "Java heap per call",
                result.allocationBytesPerCall() == null ? null : result.allocationBytesPerCall() + " B");
        put(
                facts,
                "Process start to first inference",
                result.startMillis() == null ? null : Math.round(result.startMillis()) + " ms");
        put(facts, "Accuracy measured on", result.accuracyData());
        return HtmlPage.list(facts);
    }

    private String environment() {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("Board", result.machine().board());
        facts.put("Processor", result.machine().cpu() + ", " + result.machine().cores() + " cores");
        facts.put("Instructions", String.join(" ", result.machine().cpuFeatures()));
        put(
                facts,
                "Memory",
                result.machine().memoryBytes() == null
                        ? null
                        : Figures.bytes(result.machine().memoryBytes()));
        facts.put("Power", "no sensor on this machine");
        facts.put("System", result.machine().os());
        facts.put("JDK", result.machine().jdk());
        facts.put("DMS", result.version());
        facts.put("Backend", result.backend());
        facts.put("Date", DateTimeFormatter.ISO_INSTANT.format(result.date()));
        return HtmlPage.list(facts);
    }

    private static void put(Map<String, String> facts, String name, @Nullable String value) {
        if (value != null) {
            facts.put(name, value);
        }
    }
}
