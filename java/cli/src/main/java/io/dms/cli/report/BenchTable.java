package io.dms.cli.report;

import io.dms.cli.bench.BenchResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A benchmark as a person reads it in a terminal. */
public final class BenchTable {
    private BenchTable() {}

    /** All lines. */
    public static List<String> lines(BenchResult r) {
        List<String> out = new ArrayList<>();
        String right = "   ";
        String[] first = {
            "model    " + r.model(), "backend  " + withThreads(r.backend(), r.threads()), "power    " + power(r)
        };
        int n = r.levels().size();
        first[0] += right + Figures.millions(r.parameters()) + " parameters, " + Figures.mega(r.macs()) + " MMAC, " + n
                + (n == 1 ? " level" : " levels");
        int width = Math.max(first[0].length(), first[1].length());
        out.add(pad(first[0], width) + right + "batch " + r.batch() + ", " + r.precision()
                + (r.mode() == null ? "" : ", " + r.mode()));
        out.add(pad(first[1], width) + right + "board " + r.machine().board());
        out.add(first[2]);
        out.add("");
        out.addAll(levels(r));
        BenchResult.Switches s = r.switches();
        if (s != null) {
            out.add(String.format(
                    Locale.ROOT,
                    "switch between levels: first call after a switch / steady call   p50 %.2fx  p90 %.2fx  (%d"
                            + " switches)",
                    s.firstOverSteadyP50(),
                    s.firstOverSteadyP90(),
                    s.pairs()));
        }
        out.add(memory(r));
        return out;
    }

    private static String power(BenchResult r) {
        BenchResult.Power power = r.power();
        return (power == null ? "no sensor on this machine" : power.scope() + ", " + power.rule())
                + (r.powerMode() == null ? "" : "; power mode " + r.powerMode());
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private static String withThreads(String backend, int threads) {
        String count = threads + (threads == 1 ? " thread" : " threads");
        return backend.endsWith(")")
                ? backend.substring(0, backend.length() - 1) + ", " + count + ")"
                : backend + " (" + count + ")";
    }

    private static List<String> levels(BenchResult r) {
        boolean peers = !r.peers().isEmpty();
        List<String> head = new ArrayList<>(List.of(
                "<width",
                "MMAC",
                "params",
                "weights",
                "p50 ms",
                "p90 ms",
                "p99 ms",
                "inf/s",
                "mJ/inf",
                "top-1",
                "vs own model"));
        if (peers) {
            head.add("vs " + r.peers().get(0).name().replaceFirst(" .*", ""));
        }
        TextTable table = new TextTable(head.toArray(String[]::new));
        for (BenchResult.Level l : r.levels()) {
            List<String> row = new ArrayList<>(List.of(
                    l.name(),
                    Figures.mega(l.macs()),
                    Figures.millions(l.parameters()),
                    Figures.bytes(l.weightBytes()),
                    Figures.millis(l.latency().p50()),
                    Figures.millis(l.latency().p90()),
                    Figures.millis(l.latency().p99()),
                    Figures.rate(l.throughputPerSecond()),
                    Figures.energy(l.energy()),
                    Figures.percent(l.top1()),
                    Figures.ratio(l.ownModelRatio())));
            if (peers) {
                BenchResult.Peer peer = r.peerOf(l);
                row.add(Figures.ratio(peer == null ? null : peer.ratioP50()));
            }
            table.row(row.toArray(String[]::new));
        }
        return table.lines();
    }

    private static String memory(BenchResult r) {
        StringBuilder line = new StringBuilder("memory: packed weights held " + Figures.bytes(r.weightsHeldBytes()));
        Long separate = r.separateModelsBytes();
        if (separate != null) {
            line.append(" (as separate models ").append(Figures.bytes(separate)).append(")");
        }
        line.append(", activations ").append(Figures.bytes(r.arenaBytes()));
        Long allocated = r.allocationBytesPerCall();
        if (allocated != null) {
            line.append(", Java heap per call ").append(allocated).append(" B");
        }
        return line.toString();
    }
}
