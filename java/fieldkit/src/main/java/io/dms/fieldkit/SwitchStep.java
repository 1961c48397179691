package io.dms.fieldkit;

import com.sun.management.ThreadMXBean;
import io.dms.backend.cudnn.GpuProbe;
import io.dms.model.ScalableModel;
import io.dms.model.WidthLevel;
import io.dms.runtime.SessionOptions;
import io.dms.runtime.SessionOptions.Launch;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Random;

/** The first call after a switch over a steady call at the same level, over random pairs of levels. */
final class SwitchStep implements Step {
    private static final int STEADY_CALLS = 2;

    @Override
    public String name() {
        return "switch";
    }

    @Override
    public String shows() {
        return "first call after a switch over a steady call: graph 1.02, rebind 1.10; no allocation";
    }

    @Override
    public void run(Kit kit) {
        kit.gpu();
        for (ScalableModel model : kit.models()) {
            for (Launch launch : Launch.values()) {
                String name = model.name() + " " + launch.word();
                kit.result().attempt(name, () -> measure(kit, name, model, launch));
            }
        }
    }

    private static void measure(Kit kit, String name, ScalableModel model, Launch launch) {
        SessionOptions options = Kit.PLAIN.withLaunch(launch);
        try (Runner all = new Runner(kit.gpu(), model, options);
                GpuProbe probe = GpuProbe.open()) {
            all.feed(Runner.gaussian(all.inputs(), new Random(kit.seed())));
            List<WidthLevel> levels = model.levels();
            levels.forEach(all.session::prepare);
            int n = kit.count(40, 1000);
            int[] to = new int[n];
            long[] first = new long[n];
            long[] steady = new long[n * STEADY_CALLS];
            Random random = new Random(kit.seed());
            ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
            long me = Thread.currentThread().getId();
            long heap = 0;
            long free = 0;
            for (int i = -20; i < n; i++) {
                if (i == 0) {
                    free = probe.freeBytes();
                    heap = threads.getThreadAllocatedBytes(me);
                }
                int at = Math.max(0, i);
                int from = random.nextInt(levels.size());
                to[at] = (from + 1 + random.nextInt(levels.size() - 1)) % levels.size();
                WidthLevel target = levels.get(to[at]);
                all.call(levels.get(from));
                all.call(levels.get(from));
                first[at] = all.call(target);
                for (int s = 0; s < STEADY_CALLS; s++) {
                    steady[at * STEADY_CALLS + s] = all.call(target);
                }
            }
            double allocated = (double) (threads.getThreadAllocatedBytes(me) - heap) / (n * (3 + STEADY_CALLS));
            double taken = (double) (free - probe.freeBytes());
            double ratio = ratio(levels.size(), to, first, steady);
            Result result = kit.result();
            result.row(name)
                    .with("switches", n)
                    .with("steady ms", Kit.median(steady) / 1e6)
                    .judged("first over steady", ratio, launch == Launch.GRAPH ? 1.02 : 1.10);
            result.row(name + ", Java heap").judged("bytes a call", allocated, 0);
            result.row(name + ", device memory").judged("bytes taken", taken, 0);
        }
    }

    /** Each time as a multiple of its level's median steady one; then the medians of both kinds. */
    static double ratio(int levels, int[] to, long[] first, long[] steady) {
        double[] median = new double[levels];
        for (int l = 0; l < levels; l++) {
            long[] mine = new long[steady.length];
            int count = 0;
            for (int i = 0; i < steady.length; i++) {
                if (to[i / STEADY_CALLS] == l) {
                    mine[count++] = steady[i];
                }
            }
            median[l] = count == 0 ? Double.NaN : Kit.median(java.util.Arrays.copyOf(mine, count));
        }
        double[] relative = new double[first.length];
        for (int i = 0; i < first.length; i++) {
            relative[i] = first[i] / median[to[i]];
        }
        java.util.Arrays.sort(relative);
        return relative[(relative.length - 1) / 2];
    }
}
