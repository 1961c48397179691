package io.dms.monitor;

import com.sun.management.ThreadMXBean;
import io.dms.monitor.jetson.JetsonProvider;
import io.dms.testkit.FakeSysfs;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/**
 * What does watching a board cost? Prints a table in Markdown. Not run by default:
 *
 * <pre>mvn -pl java/monitor -am test -Dtest=MonitorCostBenchmark -Dsurefire.failIfNoSpecifiedTests=false</pre>
 *
 * <p>For a recorded tree of each board and for this machine: processor time and Java heap of one sample of every source,
 * asked in a row; and the processor time of all the monitor's threads as a share of one core while they sample at 10 Hz
 * by themselves. A tree's files are on a disk or in memory: a device behind a real file costs its own time on top.
 */
class MonitorCostBenchmark {
    private static final int SAMPLES = Integer.getInteger("samples", 3000);
    private static final int SECONDS = Integer.getInteger("seconds", 10);
    private static final List<String> BOARDS = List.of(
            "tx2-jetpack4",
            "agx-xavier-jetpack5",
            "xavier-nx-jetpack5",
            "agx-orin-jetpack6",
            "orin-nano-jetpack6",
            "agx-thor-jetpack7");
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void table() throws InterruptedException {
        System.out.println("| tree | sources | sensors | µs of processor a sample | bytes a sample | share of a core at"
                + " 10 Hz |");
        System.out.println("| --- | --- | --- | --- | --- | --- |");
        for (String board : BOARDS) {
            try (FakeSysfs tree = FakeSysfs.resource(JetsonProvider.class, board + ".txt")) {
                row(board, tree.root());
            }
        }
        row("this machine", Path.of("/"));
    }

    private static void row(String name, Path root) throws InterruptedException {
        MonitorOptions options = MonitorOptions.DEFAULT.withRoot(root);
        double micros = Double.POSITIVE_INFINITY;
        long bytes = Long.MAX_VALUE;
        String sources;
        int sensors;
        try (BoardMonitor m = BoardMonitor.open(options)) {
            Snapshot snapshot = m.snapshot();
            sources = String.join(", ", m.sources());
            sensors = m.sensors().size();
            for (int round = 0; round < 6; round++) {
                long cpu = THREADS.getCurrentThreadCpuTime();
                long heap = THREADS.getCurrentThreadAllocatedBytes();
                for (int i = 0; i < SAMPLES; i++) {
                    m.sampleNow();
                    m.latest(snapshot);
                }
                bytes = Math.min(bytes, (THREADS.getCurrentThreadAllocatedBytes() - heap) / SAMPLES);
                micros = Math.min(micros, (THREADS.getCurrentThreadCpuTime() - cpu) * 1e-3 / SAMPLES);
            }
        }
        System.out.printf(
                Locale.ROOT,
                "| %s | %s | %d | %.1f | %d | %.3f %% |%n",
                name,
                sources,
                sensors,
                micros,
                bytes,
                100 * share(options));
    }

    private static double share(MonitorOptions options) throws InterruptedException {
        try (BoardMonitor m = BoardMonitor.open(options)) {
            m.start();
            Thread.sleep(2000);
            long cpu = cpuOfMonitor();
            long start = System.nanoTime();
            Thread.sleep(Duration.ofSeconds(SECONDS).toMillis());
            return (cpuOfMonitor() - cpu) / (double) (System.nanoTime() - start);
        }
    }

    private static long cpuOfMonitor() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("dms-monitor"))
                .mapToLong(t -> Math.max(0, THREADS.getThreadCpuTime(t.getId())))
                .sum();
    }
}
