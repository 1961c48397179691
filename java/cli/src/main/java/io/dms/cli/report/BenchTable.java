package io.dms.cli.report;

import io.dms.cli.bench.BenchResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A benchmark as a person reads it in a terminal. */
public final class BenchTable {
    private BenchTable() {}

    /** All lines, within {@code room} characters where that is 80 or more and names are no longer than usual. */
    public static List<String> lines(BenchResult r, int room) {
        List<String> out = new ArrayList<>();
        int n = r.levels().size();
        out.add("model    " + r.model() + "   " + Figures.millions(r.parameters()) + " parameters, "
                + Figures.mega(r.macs()) + " MMAC" + (n == 0 ? "" : ", " + n + (n == 1 ? " level" : " levels")));
        out.add("backend  " + withThreads(r.backend(), r.threads()) + "   batch " + r.batch() + ", " + r.precision()
                + (r.mode() == null ? "" : ", " + r.mode()));
        out.add("board    " + r.machine().board());
        out.add("power    " + power(r));
        out.add("");
        if (r.levels().isEmpty()) {
            out.add("no level was measured before the run was stopped");
            return out;
        }
        out.addAll(levels(r).lines(room));
        out.add("");
        BenchResult.Switches s = r.switches();
        if (s != null) {
            out.add(String.format(
                    Locale.ROOT,
                    "switch   first call / steady call: p50 %.2fx, p90 %.2fx, over %d switches",
                    s.firstOverSteadyP50(),
                    s.firstOverSteadyP90(),
                    s.pairs()));
        }
        memory(r, out);
        return out;
    }

    private static String power(BenchResult r) {
        BenchResult.Power power = r.power();
        return (power == null ? "no sensor on this machine" : power.scope() + ", " + power.rule())
                + (r.powerMode() == null ? "" : "; power mode " + r.powerMode());
    }

    private static String withThreads(String backend, int threads) {
        String count = threads + (threads == 1 ? " thread" : " threads");
        return backend.endsWith(")")
                ? backend.substring(0, backend.length() - 1) + ", " + count + ")"
                : backend + " (" + count + ")";
    }

    private static TextTable levels(BenchResult r) {
        boolean peers = !r.peers().isEmpty();
        List<String> head = new ArrayList<>(List.of(
                "<width", "MMAC", "params", "weights", "p50 ms", "p90 ms", "p99 ms", "inf/s", "mJ/inf", "top-1"));
        boolean own = r.levels().stream().anyMatch(l -> l.ownModelRatio() != null);
        if (own) {
            head.add("vs own model");
        }
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
                    Figures.percent(l.top1())));
            if (own) {
                row.add(Figures.ratio(l.ownModelRatio()));
            }
            if (peers) {
                BenchResult.Peer peer = r.peerOf(l);
                row.add(Figures.ratio(peer == null ? null : peer.ratioP50()));
            }
            table.row(row.toArray(String[]::new));
        }
        return table;
    }

    private static void memory(BenchResult r, List<String> out) {
        Long separate = r.separateModelsBytes();
        out.add("memory   packed weights held " + Figures.bytes(r.weightsHeldBytes())
                + (separate == null ? "" : ", as separate models " + Figures.bytes(separate)));
        Long allocated = r.allocationBytesPerCall();
        out.add("         activations " + Figures.bytes(r.arenaBytes())
                + (allocated == null ? "" : ", Java heap per call " + allocated + " B"));
    }
}
