package io.dms.compiler;

import io.dms.model.Graph;
import io.dms.model.ScalableModel;
import io.dms.model.Shape;
import io.dms.model.WidthLevel;
import io.dms.runtime.Backend;
import io.dms.runtime.Session;
import io.dms.runtime.SessionOptions;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Times levels on a backend, one image a call. All levels of one measurement take turns, so that what else the machine
 * does meets them alike; what is told is each one's lower quartile, which a neighbour's bursts don't reach. In its turn a
 * level runs twice and the second call counts: the first one finds the caches full of another level's weights, which a
 * level that is kept does not. Not thread-safe.
 */
final class LevelTimer {
    private static final int WARM_UP = 3;
    private static final int LEAST = 5;
    private static final long MOST_NANOS = 10_000_000_000L;

    private final ScalableModel model;
    private final Backend backend;
    private final SessionOptions options;

    /** @param threads of a call, 0 for one on each core */
    LevelTimer(ScalableModel model, Backend backend, int threads) {
        this.model = model;
        this.backend = backend;
        this.options = SessionOptions.DEFAULT.withThreads(threads);
    }

    /**
     * Milliseconds of one image at each level.
     *
     * @param levels of the model; their normalisation is left out: backends fold it into what they compute anyway
     * @param rounds calls of each; fewer where a round takes so long that all would take over ten seconds
     */
    double[] millis(List<WidthLevel> levels, int rounds) {
        List<WidthLevel> bare = new ArrayList<>();
        levels.forEach(l -> bare.add(l.withNormalization(Map.of())));
        Graph graph = model.graph();
        FloatBuffer[] in = buffers(graph.inputs());
        FloatBuffer[] out = buffers(graph.outputs());
        double[][] times = new double[levels.size()][rounds];
        int done = 0;
        try (Session session = backend.open(model, options)) {
            for (WidthLevel level : bare) {
                session.prepare(level);
                for (int i = 0; i < WARM_UP; i++) {
                    session.run(level, in, out);
                }
            }
            long begun = System.nanoTime();
            for (int r = 0; r < rounds && (r < LEAST || System.nanoTime() - begun < MOST_NANOS); r++) {
                for (int l = 0; l < bare.size(); l++) {
                    session.run(bare.get(l), in, out);
                    long start = System.nanoTime();
                    session.run(bare.get(l), in, out);
                    times[l][r] = (System.nanoTime() - start) / 1e6;
                }
                done = r + 1;
            }
        }
        int measured = done;
        return Arrays.stream(times).mapToDouble(t -> lowerQuartile(t, measured)).toArray();
    }

    private static double lowerQuartile(double[] values, int count) {
        double[] sorted = Arrays.copyOf(values, count);
        Arrays.sort(sorted);
        return sorted[count / 4];
    }

    private static FloatBuffer[] buffers(List<Graph.Value> values) {
        return values.stream()
                .map(v -> {
                    Shape one = v.shape().withBatch(1);
                    return ByteBuffer.allocateDirect(Math.toIntExact(4 * one.elements()))
                            .order(ByteOrder.nativeOrder())
                            .asFloatBuffer();
                })
                .toArray(FloatBuffer[]::new);
    }
}
