package io.dms.backend.cudnn;

import static io.dms.backend.cudnn.GraphAttributes.*;
import static org.bytedeco.cuda.global.cudnn.*;

import io.dms.cuda.DeviceException;
import io.dms.cuda.MemoryRef;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.cuda.cudnn.cudnnContext;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/**
 * cuDNN's graph interface through JavaCPP's preset. Each plan has a graph of its own, made of its {@link Way} alone, whether
 * it was proposed a moment ago or is remembered from another process: so what is timed is what will be made again.
 */
final class PresetPlans implements Plans {
    private static final int OLDEST = 90000;
    /** What heuristics know of the shape, and what runs everywhere. */
    private static final int[] MODES = {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_B, CUDNN_HEUR_MODE_FALLBACK};

    private final cudnnContext handle;
    private final boolean compiled;

    private PresetPlans(cudnnContext handle, boolean compiled) {
        this.handle = handle;
        this.compiled = compiled;
    }

    /**
     * Null where preset or library have no graph interface.
     *
     * @param compiled whether engines may be taken that are compiled when a plan is made, which takes seconds for each
     */
    static @Nullable Plans of(cudnnContext handle, boolean compiled) {
        if (cudnnGetVersion() < OLDEST) {
            return null;
        }
        try (CudnnGraph graph = new CudnnGraph(handle)) {
            graph.make(CUDNN_BACKEND_TENSOR_DESCRIPTOR);
            return new PresetPlans(handle, compiled);
        } catch (DeviceException | LinkageError none) {
            return null;
        }
    }

    @Override
    public List<Way> propose(Fusion f, int most) {
        Set<Way> ways = new LinkedHashSet<>();
        try (CudnnGraph graph = new CudnnGraph(handle)) {
            cudnnBackendDescriptor_t operations = FusionGraph.of(graph, f);
            for (int mode : MODES) {
                for (cudnnBackendDescriptor_t configuration : graph.proposed(operations, mode)) {
                    if (ways.size() >= most) {
                        return new ArrayList<>(ways);
                    }
                    if (allowed(graph, configuration, f)) {
                        ways.add(Engines.way(graph, configuration));
                    }
                }
            }
        } catch (DeviceException e) {
            if (!e.isRefusal()) {
                throw e;
            }
        }
        return new ArrayList<>(ways);
    }

    private boolean allowed(CudnnGraph graph, cudnnBackendDescriptor_t configuration, Fusion f) {
        Geometry g = f.geometry();
        return Engines.allowed(Engines.notes(graph, configuration), g.half(), g.math())
                && (compiled || !Engines.isCompiled(graph, configuration));
    }

    @Override
    public ConvPlan plan(Fusion f, Way way) {
        CudnnGraph graph = new CudnnGraph(handle);
        try {
            cudnnBackendDescriptor_t operations = FusionGraph.of(graph, f);
            cudnnBackendDescriptor_t configuration = Engines.configuration(graph, operations, way);
            // A way may come from a file.
            if (!allowed(graph, configuration, f)) {
                throw new DeviceException(DeviceException.Kind.UNSUPPORTED, way + " rounds otherwise than it may");
            }
            return new Planned(graph, graph.plan(configuration, way.engine()), f);
        } catch (RuntimeException | Error e) {
            graph.close();
            throw e;
        }
    }

    /** A plan with the descriptors that it is made of, and the memory that it is bound to. */
    private static final class Planned implements ConvPlan {
        private final CudnnGraph graph;
        private final CudnnGraph.Plan plan;
        private final long[] ids;
        private final long[] at;
        private @Nullable cudnnBackendDescriptor_t pack;
        private long workAt;

        Planned(CudnnGraph graph, CudnnGraph.Plan plan, Fusion f) {
            this.graph = graph;
            this.plan = plan;
            boolean bias = f.has(Fusion.Op.BIAS);
            boolean addend = f.has(Fusion.Op.ADD);
            ids = new long[3 + (bias ? 1 : 0) + (addend ? 1 : 0)];
            at = new long[ids.length];
            ids[0] = CudnnGraph.X;
            ids[1] = CudnnGraph.W;
            ids[2] = CudnnGraph.Y;
            if (bias) {
                ids[3] = FusionGraph.BIAS;
            }
            if (addend) {
                ids[ids.length - 1] = FusionGraph.ADDEND;
            }
        }

        @Override
        public long workspace() {
            return plan.workspace();
        }

        @Override
        public void run(long x, long weights, long bias, long z, long y, long work) {
            boolean moved = put(0, x) | put(1, weights) | put(2, y) | work != workAt;
            for (int i = 3; i < ids.length; i++) {
                moved |= put(i, ids[i] == FusionGraph.BIAS ? bias : z);
            }
            cudnnBackendDescriptor_t bound = pack;
            if (moved || bound == null) {
                bound = bind(work);
            }
            graph.execute(plan, bound);
        }

        private boolean put(int i, long address) {
            boolean other = at[i] != address;
            at[i] = address;
            return other;
        }

        /** Names the memory anew: where it moved, which it does only while a level is prepared. */
        private cudnnBackendDescriptor_t bind(long work) {
            cudnnBackendDescriptor_t old = pack;
            pack = null;
            if (old != null) {
                graph.discard(old);
            }
            cudnnBackendDescriptor_t d = graph.make(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
            longs(d, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, ids);
            Pointer[] all = new Pointer[at.length];
            for (int i = 0; i < all.length; i++) {
                all[i] = new MemoryRef().to(at[i]);
            }
            pointers(d, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, all);
            pointers(d, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, new MemoryRef().to(work));
            ready(d, "naming the memory");
            pack = d;
            workAt = work;
            return d;
        }

        @Override
        public void close() {
            graph.close();
        }
    }
}
