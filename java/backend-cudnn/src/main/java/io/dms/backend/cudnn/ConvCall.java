package io.dms.backend.cudnn;

import io.dms.cuda.DeviceException;
import io.dms.cuda.DeviceMemory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A convolution at one level: what its descriptors are bound to, where its operands lie, and by which algorithm it runs.
 * Where the library has bias, residual and ReLU in the same kernel that is taken, else the steps behind it.
 */
final class ConvCall extends PlannedCall {
    /** Numbers of algorithms that cuDNN has, with room for some more. */
    private static final int MOST_ALGORITHMS = 16;
    /** {@code CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_GEMM}, {@code CUDNN_CONVOLUTION_BWD_DATA_ALGO_0}. */
    private static final int IMPLICIT = 0;

    private static final Logger LOG = LoggerFactory.getLogger(ConvCall.class);

    private final String step;
    private final Device device;
    private final Convolution convolution;
    private final LegacyForm form;
    private final Geometry geometry;
    private final View x;
    private final Buf weights;
    private final View y;
    private @Nullable Algorithm algorithm;
    private boolean fused;
    private boolean remembered;

    /** @param alternatives what the graph interface may do instead; null where it is not asked */
    ConvCall(Device device, String step, LegacyForm form, Buf weights, @Nullable Alternatives alternatives) {
        super(alternatives);
        this.step = step;
        this.device = device;
        this.convolution = device.convolution(step);
        this.form = form;
        this.geometry = form.geometry();
        this.x = form.route().x();
        this.weights = weights;
        this.y = form.route().y();
    }

    /** True where a search is needed before the algorithm is known. */
    boolean isUnknown() {
        return known() == null;
    }

    /** What the cache has, where it can be: its file may come from anywhere. */
    private AlgorithmCache.@Nullable Entry known() {
        AlgorithmCache.Entry e = device.algorithms.get(geometry.key());
        if (e == null) {
            return null;
        }
        Algorithm a = e.algorithm();
        boolean strict = geometry.math() == Dnn.FMA_MATH;
        boolean sound = a.id() >= 0
                && a.id() < MOST_ALGORITHMS
                && a.workspace() <= Device.workspaceLimit()
                && (!strict || a.math() == Dnn.FMA_MATH);
        return sound ? e : null;
    }

    /** Takes a remembered algorithm out of the cache, since the library refuses it; false where it was not remembered. */
    boolean distrust() {
        boolean was = remembered;
        if (was) {
            device.algorithms.remove(geometry.key());
        }
        return was;
    }

    @Override
    long workspace() {
        Algorithm a = algorithm;
        return Math.max(a == null ? 0 : a.workspace(), super.workspace());
    }

    /**
     * Takes the algorithm from the cache, or searches it and keeps it there, or takes what the library expects.
     *
     * @param work scratch memory for the search; null for no search
     */
    void choose(@Nullable DeviceMemory work) {
        AlgorithmCache.Entry known = known();
        remembered = known != null;
        if (known == null) {
            convolution.bind(geometry, geometry.math());
            Algorithm best = Algorithm.best(find(work), geometry.math() == Dnn.FMA_MATH, Device.workspaceLimit());
            if (best == null) {
                throw new DeviceException(
                        DeviceException.Kind.UNSUPPORTED,
                        "node " + step + ": cuDNN has no algorithm for the convolution " + geometry.key());
            }
            known = new AlgorithmCache.Entry(best, null);
            if (work != null) {
                device.algorithms.put(geometry.key(), known);
            }
        }
        take(known);
    }

    private void take(AlgorithmCache.Entry known) {
        algorithm = known.algorithm();
        Boolean proven = known.fused();
        LegacyForm.Fused fusable = form.fusable();
        fused = fusable != null && mayFuse(fusable, known.algorithm()) && (proven == null || proven);
    }

    private Algorithm[] find(@Nullable DeviceMemory work) {
        if (work != null) {
            try {
                return convolution.algorithms(
                        geometry.back(), x.at(), weights.address, y.at(), work.address(), work.bytes());
            } catch (DeviceException e) {
                if (e.kind() != DeviceException.Kind.OUT_OF_MEMORY) {
                    throw e;
                }
            }
        }
        return convolution.algorithms(geometry.back(), 0, 0, 0, 0, 0);
    }

    /** The identity is fused by one algorithm only: CUDNN_CONVOLUTION_FWD_ALGO_IMPLICIT_PRECOMP_GEMM. */
    private static boolean mayFuse(LegacyForm.Fused f, Algorithm a) {
        return f.relu() || a.id() == 1;
    }

    /**
     * Runs once and learns what the library says only when it is called: whether it really fuses here, and whether the
     * algorithm that a search found runs alone. One that does not gives way to the implicit product, which takes every
     * layout and no scratch memory.
     */
    void tryOut() {
        AlgorithmCache.Entry learnt = device.algorithms.get(geometry.key());
        if (learnt != null) {
            // What a layer of the same shape found out a moment ago.
            take(learnt);
        }
        if (fused) {
            try {
                legacy();
                remember(true);
                return;
            } catch (DeviceException e) {
                if (!e.isRefusal()) {
                    throw e;
                }
                fused = false;
                remember(false);
            }
        }
        try {
            legacy();
        } catch (DeviceException e) {
            Algorithm a = algorithm;
            if (!e.isRefusal() || remembered || a == null || a.id() == IMPLICIT) {
                throw e;
            }
            LOG.warn("node {}: {}, found by a search, is refused ({})", step, describeLegacy(), e.getMessage());
            Algorithm simple = new Algorithm(IMPLICIT, a.math(), 0, !geometry.back(), -1);
            algorithm = simple;
            if (device.algorithms.get(geometry.key()) != null) {
                device.algorithms.put(geometry.key(), new AlgorithmCache.Entry(simple, false));
            }
            legacy();
        }
    }

    private void remember(boolean works) {
        AlgorithmCache.Entry known = device.algorithms.get(geometry.key());
        if (known != null && known.fused() == null) {
            device.algorithms.put(geometry.key(), new AlgorithmCache.Entry(known.algorithm(), works));
        }
    }

    // ---- running

    @Override
    void legacy() {
        Algorithm a = algorithm;
        if (a == null) {
            throw new IllegalStateException("no algorithm was chosen");
        }
        long work = a.workspace() == 0 ? 0 : device.workspaceAddress();
        form.route().gather();
        convolution.bind(geometry, a.math());
        LegacyForm.Fused fusable = form.fusable();
        if (geometry.back()) {
            convolution.back(y.at(), weights.address, x.at(), a, work);
        } else if (fused && fusable != null) {
            View z = fusable.residual();
            convolution.fused(
                    x.at(),
                    weights.address,
                    fusable.bias().address,
                    z == null ? 0 : z.at(),
                    fusable.relu(),
                    y.at(),
                    a,
                    work);
        } else {
            convolution.forward(x.at(), weights.address, y.at(), a, work);
        }
        behind().run();
    }

    /** What is behind it; as long as nothing is known, as if the library fused what it may. */
    private Behind behind() {
        boolean all = algorithm == null ? form.fusable() != null : fused;
        return all ? form.behindFused() : form.behind();
    }

    /** Says which copies without gaps it reads or writes, in the order in which convolutions run. */
    void claimCopies() {
        Alternatives planned = planned();
        Route route = planned == null ? form.route() : planned.route();
        Behind last = planned == null ? behind() : planned.behind();
        if (route.gathered() != null) {
            route.gathered().claim();
        }
        if (route.written() != null && last.copyStays()) {
            route.written().claim();
        }
    }

    /** What it does to have images lie otherwise. */
    Copies copies() {
        Alternatives planned = planned();
        Route route = planned == null ? form.route() : planned.route();
        Behind last = planned == null ? behind() : planned.behind();
        DenseCopy.Use gathered = route.gathered();
        return gathered == null ? last.copies() : gathered.copies().and(last.copies());
    }

    @Override
    String describeLegacy() {
        Algorithm a = algorithm;
        if (a == null) {
            return "cudnn, no algorithm yet";
        }
        return "cudnn algorithm " + a.id() + ", math " + a.math() + ", workspace " + a.workspace() + " B"
                + (fused ? ", fused" : "") + behind().describe()
                + (form.route().gathered() == null ? "" : ", image copied");
    }
}
