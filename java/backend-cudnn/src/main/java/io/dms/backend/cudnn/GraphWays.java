package io.dms.backend.cudnn;

import static io.dms.backend.cudnn.GraphAttributes.*;
import static org.bytedeco.cuda.global.cudnn.*;

import io.dms.cuda.DeviceException;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;

/** All ways that cuDNN has for a graph, with what it says of those that it refuses: for probes, which leave nothing out. */
final class GraphWays {
    private GraphWays() {}

    /** A way that was not taken, and what the library says. */
    record Refusal(long engine, String why) {}

    /**
     * Every way that the library's heuristics propose for a graph, and then every engine with its own defaults.
     *
     * @param refused takes those that can't run the graph
     */
    static List<CudnnGraph.Plan> plans(CudnnGraph graph, cudnnBackendDescriptor_t operations, List<Refusal> refused) {
        List<CudnnGraph.Plan> plans = proposals(graph, operations, refused);
        long engines = number(operations, CUDNN_ATTR_OPERATIONGRAPH_ENGINE_GLOBAL_COUNT);
        for (long index = 0; index < engines; index++) {
            try {
                plan(graph, graph.configuration(graph.engine(operations, index)), index, plans, refused);
            } catch (DeviceException e) {
                refused.add(new Refusal(index, String.valueOf(e.getMessage())));
            }
        }
        return plans;
    }

    /** Every way that the library's heuristics propose for a graph, fallbacks last. */
    static List<CudnnGraph.Plan> proposals(
            CudnnGraph graph, cudnnBackendDescriptor_t operations, List<Refusal> refused) {
        List<CudnnGraph.Plan> plans = new ArrayList<>();
        for (int mode : new int[] {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
            for (cudnnBackendDescriptor_t configuration : graph.proposed(operations, mode)) {
                plan(graph, configuration, engineOf(graph, configuration), plans, refused);
            }
        }
        return plans;
    }

    private static void plan(
            CudnnGraph graph,
            cudnnBackendDescriptor_t configuration,
            long engine,
            List<CudnnGraph.Plan> plans,
            List<Refusal> refused) {
        try {
            plans.add(graph.plan(configuration, engine));
        } catch (DeviceException e) {
            refused.add(new Refusal(engine, String.valueOf(e.getMessage())));
        }
    }

    private static long engineOf(CudnnGraph graph, cudnnBackendDescriptor_t configuration) {
        try {
            return number(graph.engineIn(configuration), CUDNN_ATTR_ENGINE_GLOBAL_INDEX);
        } catch (DeviceException e) {
            return -1;
        }
    }
}
