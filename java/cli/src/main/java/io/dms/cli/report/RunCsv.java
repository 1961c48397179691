package io.dms.cli.report;

import io.dms.cli.run.RunResult;
import io.dms.cli.run.RunResult.Pass;
import io.dms.cli.run.RunResult.StreamRun;
import io.dms.robotics.Trace;
import java.util.Locale;

/** Every frame of a run as CSV (RFC 4180), one line each. */
public final class RunCsv {
    private RunCsv() {}

    /** The whole file. */
    public static String of(RunResult r) {
        StringBuilder out =
                new StringBuilder("controller,stream,due_s,wait_ms,call_ms,latency_ms,level,missed,dropped\r\n");
        for (Pass p : r.passes()) {
            for (StreamRun s : p.streams()) {
                Trace t = s.trace();
                for (int i = 0; i < t.size(); i++) {
                    boolean dropped = t.level(i) < 0;
                    out.append(quoted(s.controller())).append(',').append(quoted(s.name()));
                    out.append(String.format(
                            Locale.ROOT,
                            ",%.6f,%.4f,%.4f,%.4f,%s,%d,%d\r\n",
                            s.second(i),
                            (t.startNanos(i) - t.scheduledNanos(i)) / 1e6,
                            (t.endNanos(i) - t.startNanos(i)) / 1e6,
                            t.latencyNanos(i) / 1e6,
                            dropped ? "" : s.levels().get(t.level(i)).name(),
                            t.missed(i) ? 1 : 0,
                            dropped ? 1 : 0));
                }
            }
        }
        return out.toString();
    }

    private static String quoted(String text) {
        return text.matches("[^\",\\r\\n]*") ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
