package io.dms.backend.cudnn;

import io.dms.cuda.DeviceException;
import io.dms.cuda.DeviceMemory;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;

/**
 * Whether cuDNN's graph interface takes a filter that is a strided prefix of a wider one, with which engines, and what
 * it costs against the same engine on a packed filter. Every engine is asked, since the documentation is silent. Used by
 * one thread.
 */
public final class StridedFilterProbe implements AutoCloseable {
    private static final long MOST_WORKSPACE = 512L << 20;
    private static final Long NO_ENGINE = -1L;

    private final Workbench bench = new Workbench();

    /**
     * What one engine does.
     *
     * @param engine its global number
     * @param packedMicros its fastest configuration on a packed filter; NaN where it does not take it
     * @param stridedMicros on the strided one; NaN where it does not take it
     * @param error of the strided result against the packed one of another way to compute; NaN without a strided one
     * @param refusal what the library said of the strided filter, empty where it took it
     */
    public record Engine(long engine, double packedMicros, double stridedMicros, double error, String refusal) {}

    /** One way of an engine: its time and what it computed. */
    private record Way(double micros, float[] result, String refusal) {}

    /**
     * Asks all engines.
     *
     * @param channelsLast layout of tensors and filter, else channels first
     * @param half half precision, else single
     * @param times how often each is run in a row
     * @throws io.dms.model.EnvironmentException if there is no device
     */
    public List<Engine> ask(ConvShape s, boolean channelsLast, boolean half, int times) {
        try {
            long x = bench.upload(Workbench.random(s.inputs(), 1), half);
            float[] master = Workbench.random(s.masters(), 2);
            long y = bench.zeros((half ? 2L : 4L) * s.outputs());
            TreeMap<Long, Way> packed = ways(
                    s, channelsLast, half, false, x, bench.upload(prefix(s, master, channelsLast), half), y, times);
            TreeMap<Long, Way> strided = ways(s, channelsLast, half, true, x, bench.upload(master, half), y, times);
            float[] want = packed.values().stream()
                    .map(Way::result)
                    .filter(r -> r.length > 0)
                    .findFirst()
                    .orElse(new float[0]);
            List<Engine> engines = new ArrayList<>();
            Way none = new Way(Double.NaN, new float[0], "not among its engines");
            // What is refused with the operation itself is refused for every engine.
            Way refused = strided.getOrDefault(NO_ENGINE, none);
            TreeMap<Long, Way> all = new TreeMap<>(packed);
            all.putAll(strided);
            if (all.size() > 1) {
                all.remove(NO_ENGINE);
            }
            for (long engine : all.keySet()) {
                Way p = packed.getOrDefault(engine, none);
                Way t = strided.getOrDefault(engine, refused);
                boolean comparable = t.result.length > 0 && want.length > 0;
                double error = comparable ? Workbench.error(t.result, want) : Double.NaN;
                engines.add(new Engine(engine, p.micros, t.micros, error, t.refusal));
            }
            return engines;
        } finally {
            bench.clear();
        }
    }

    /** The level's filter without gaps, KRSC or KCRS as the master is. */
    static float[] prefix(ConvShape s, float[] master, boolean channelsLast) {
        int area = s.window() * s.window();
        float[] out = new float[s.filters()];
        int at = 0;
        for (int k = 0; k < s.k(); k++) {
            for (int i = 0; i < (channelsLast ? area : s.c()); i++) {
                for (int j = 0; j < (channelsLast ? s.c() : area); j++) {
                    int inner = channelsLast ? i * s.cMax() + j : i * area + j;
                    out[at++] = master[k * s.cMax() * area + inner];
                }
            }
        }
        return out;
    }

    /** Square images without gaps. */
    static CudnnGraph.Described image(long id, long batch, long c, long size, boolean last, boolean half) {
        long[] strides = last
                ? new long[] {size * size * c, 1, size * c, c}
                : new long[] {c * size * size, size * size, size, 1};
        return new CudnnGraph.Described(id, half, new long[] {batch, c, size, size}, strides);
    }

    /** The level's filter: packed, or with gaps, as it lies in the full-width one. */
    static CudnnGraph.Described filter(ConvShape s, boolean last, boolean half, boolean gaps) {
        long area = (long) s.window() * s.window();
        long wide = gaps ? s.cMax() : s.c();
        long[] strides = last
                ? new long[] {area * wide, 1, s.window() * wide, wide}
                : new long[] {area * wide, area, s.window(), 1};
        return new CudnnGraph.Described(CudnnGraph.W, half, new long[] {s.k(), s.c(), s.window(), s.window()}, strides);
    }

    private TreeMap<Long, Way> ways(
            ConvShape s, boolean last, boolean half, boolean gaps, long x, long w, long y, int times) {
        TreeMap<Long, Way> ways = new TreeMap<>();
        try (CudnnGraph graph = new CudnnGraph(bench.gpu.dnn().handle())) {
            cudnnBackendDescriptor_t convolution = graph.convolution(
                    image(CudnnGraph.X, s.batch(), s.c(), s.size(), last, half),
                    filter(s, last, half, gaps),
                    image(CudnnGraph.Y, s.batch(), s.k(), s.out(), last, half),
                    s.pad(),
                    s.stride());
            List<GraphWays.Refusal> refused = new ArrayList<>();
            for (CudnnGraph.Plan plan : GraphWays.plans(graph, convolution, refused)) {
                Way way = run(s, half, graph, plan, x, w, y, times);
                ways.merge(plan.engine(), way, (a, b) -> b.micros < a.micros || Double.isNaN(a.micros) ? b : a);
            }
            refused.forEach(r -> ways.putIfAbsent(r.engine(), new Way(Double.NaN, new float[0], r.why())));
        } catch (DeviceException e) {
            if (e.kind() == DeviceException.Kind.LOST) {
                throw e;
            }
            ways.put(NO_ENGINE, new Way(Double.NaN, new float[0], String.valueOf(e.getMessage())));
        }
        return ways;
    }

    private Way run(
            ConvShape s, boolean half, CudnnGraph graph, CudnnGraph.Plan plan, long x, long w, long y, int times) {
        if (plan.workspace() > MOST_WORKSPACE) {
            return new Way(Double.NaN, new float[0], "wants " + (plan.workspace() >> 20) + " MiB of workspace");
        }
        try (DeviceMemory work = DeviceMemory.device(bench.gpu, plan.workspace())) {
            cudnnBackendDescriptor_t pack = graph.pack(x, w, y, work.address());
            // Every bit set is no number, so what is not written shows.
            bench.gpu.fill(y, 0xff, (half ? 2L : 4L) * s.outputs());
            double micros = bench.micros(() -> graph.execute(plan, pack), times);
            return new Way(micros, bench.download(y, s.outputs(), half), "");
        } catch (DeviceException e) {
            if (e.kind() == DeviceException.Kind.LOST) {
                throw e;
            }
            return new Way(Double.NaN, new float[0], String.valueOf(e.getMessage()));
        }
    }

    @Override
    public void close() {
        bench.close();
    }
}
