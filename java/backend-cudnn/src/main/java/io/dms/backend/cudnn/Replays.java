package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.BridgeException;
import io.dms.backend.cudnn.bridge.Graphs;
import io.dms.cuda.CudaDevice;
import io.dms.cuda.DeviceException;

/**
 * Times work by replays of a graph that has it many times over, so that the host's share does not count: the shortest of
 * several.
 */
final class Replays implements Stopwatch {
    private static final int ROUNDS = 5;
    private static final int TIMES = 8;

    private final CudaDevice gpu;
    private final Graphs graphs;

    Replays(CudaDevice gpu, Graphs graphs) {
        this.gpu = gpu;
        this.graphs = graphs;
    }

    @Override
    public double micros(Runnable work) {
        return micros(work, TIMES, false);
    }

    /** @param anyway where the work can't be recorded, to enqueue it as often instead, which counts the host's share */
    double micros(Runnable work, int times, boolean anyway) {
        work.run();
        gpu.synchronize();
        long graph = record(work, times);
        if (graph == 0 && !anyway) {
            return Double.NaN;
        }
        double best = Double.POSITIVE_INFINITY;
        try {
            for (int round = 0; round < ROUNDS; round++) {
                long start = System.nanoTime();
                if (graph != 0) {
                    graphs.launch(graph, gpu.stream());
                } else {
                    repeat(work, times);
                }
                gpu.synchronize();
                best = Math.min(best, (System.nanoTime() - start) / 1e3 / times);
            }
        } finally {
            if (graph != 0) {
                graphs.destroy(graph);
            }
        }
        return best;
    }

    private static void repeat(Runnable work, int times) {
        for (int i = 0; i < times; i++) {
            work.run();
        }
    }

    /** 0 where the work can't be recorded. */
    private long record(Runnable work, int times) {
        long stream = gpu.stream();
        try {
            graphs.begin(stream);
            repeat(work, times);
            return graphs.end(stream);
        } catch (DeviceException | BridgeException e) {
            if (graphs.isRecording(stream)) {
                graphs.abort(stream);
            }
            return 0;
        }
    }
}
