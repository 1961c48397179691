package io.dms.backend.cudnn;

import static io.dms.backend.cudnn.GraphAttributes.*;
import static org.bytedeco.cuda.global.cudnn.*;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.cuda.cudnn.cudnnBackendDescriptor_t;
import org.bytedeco.javacpp.Pointer;

/** A {@link Fusion} as a graph of cuDNN's operations: a convolution, and one pointwise operation for each stage. */
final class FusionGraph {
    /** Identifiers of bias and addend; what lies between two operations counts from {@link #BETWEEN}. */
    static final long BIAS = 'b', ADDEND = 'z', BETWEEN = 1000;

    private final CudnnGraph graph;
    private final Fusion fusion;
    private final Geometry g;

    private FusionGraph(CudnnGraph graph, Fusion fusion) {
        this.graph = graph;
        this.fusion = fusion;
        this.g = fusion.geometry();
    }

    /** The operation graph; its descriptors belong to {@code graph}. */
    static cudnnBackendDescriptor_t of(CudnnGraph graph, Fusion fusion) {
        return new FusionGraph(graph, fusion).build();
    }

    private cudnnBackendDescriptor_t build() {
        List<Pointer> operations = new ArrayList<>();
        int n = fusion.stages().size();
        cudnnBackendDescriptor_t value = n == 0 ? y() : between(0);
        operations.add(graph.operation(
                graph.tensor(image(CudnnGraph.X, g.c(), g.h(), g.w(), g.xPitch(), fusion.alignX())),
                graph.tensor(filter()),
                value,
                new int[] {g.padH(), g.padW()},
                new int[] {g.strideH(), g.strideW()},
                new int[] {g.dilationH(), g.dilationW()}));
        for (int i = 0; i < n; i++) {
            cudnnBackendDescriptor_t next = i == n - 1 ? y() : between(i + 1);
            operations.add(pointwise(fusion.stages().get(i), value, next));
            value = next;
        }
        return graph.graph(operations.toArray(new Pointer[0]));
    }

    private CudnnGraph.Described image(long id, long c, long h, long w, long pitch, int alignment) {
        // One image has no stride between images; the plain one lets more engines take it.
        long held = g.n() == 1 && !g.nhwc() ? c : pitch;
        long[] strides =
                g.nhwc() ? new long[] {held * h * w, 1, held * w, held} : new long[] {held * h * w, h * w, w, 1};
        return new CudnnGraph.Described(id, g.half(), new long[] {g.n(), c, h, w}, strides, alignment);
    }

    private CudnnGraph.Described filter() {
        long c = g.c() / g.groups();
        long r = g.r();
        long s = g.s();
        long[] strides = g.nhwc() ? new long[] {r * s * c, 1, s * c, c} : new long[] {c * r * s, r * s, s, 1};
        return new CudnnGraph.Described(CudnnGraph.W, g.half(), new long[] {g.k(), c, r, s}, strides);
    }

    private cudnnBackendDescriptor_t y() {
        return graph.tensor(image(CudnnGraph.Y, g.k(), g.p(), g.q(), g.yPitch(), fusion.alignY()));
    }

    /** In single precision, whatever the images are in. */
    private cudnnBackendDescriptor_t between(int i) {
        CudnnGraph.Described like = image(BETWEEN + i, g.k(), g.p(), g.q(), g.k(), 16);
        return graph.tensor(new CudnnGraph.Described(like.id(), false, like.dims(), like.strides()), true);
    }

    private cudnnBackendDescriptor_t pointwise(
            Fusion.Stage s, cudnnBackendDescriptor_t from, cudnnBackendDescriptor_t to) {
        cudnnBackendDescriptor_t what = make(s);
        cudnnBackendDescriptor_t op = graph.make(CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR);
        pointers(op, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, CUDNN_TYPE_BACKEND_DESCRIPTOR, what);
        pointers(op, CUDNN_ATTR_OPERATION_POINTWISE_XDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, from);
        if (s.op() == Fusion.Op.BIAS) {
            long[] one = {1, g.k(), 1, 1};
            long[] strides = {g.k(), 1, g.k(), g.k()};
            CudnnGraph.Described bias = new CudnnGraph.Described(BIAS, g.half(), one, strides);
            pointers(op, CUDNN_ATTR_OPERATION_POINTWISE_BDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, graph.tensor(bias));
        } else if (s.op() == Fusion.Op.ADD) {
            long[] strides = fusion.z().stream().mapToLong(Long::longValue).toArray();
            long[] dims = {g.n(), g.k(), g.p(), g.q()};
            CudnnGraph.Described z = new CudnnGraph.Described(ADDEND, g.half(), dims, strides, fusion.alignZ());
            pointers(op, CUDNN_ATTR_OPERATION_POINTWISE_BDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, graph.tensor(z));
        }
        pointers(op, CUDNN_ATTR_OPERATION_POINTWISE_YDESC, CUDNN_TYPE_BACKEND_DESCRIPTOR, to);
        return ready(op, "describing an operation");
    }

    private cudnnBackendDescriptor_t make(Fusion.Stage s) {
        cudnnBackendDescriptor_t d = graph.make(CUDNN_BACKEND_POINTWISE_DESCRIPTOR);
        int mode = switch (s.op()) {
            case BIAS, ADD -> CUDNN_POINTWISE_ADD;
            case RELU, CLIP -> CUDNN_POINTWISE_RELU_FWD;
            case SIGMOID -> CUDNN_POINTWISE_SIGMOID_FWD;
            case TANH -> CUDNN_POINTWISE_TANH_FWD;
            case SWISH -> CUDNN_POINTWISE_SWISH_FWD;
            case ELU -> CUDNN_POINTWISE_ELU_FWD;
            case EXP -> CUDNN_POINTWISE_EXP;
            case SQRT -> CUDNN_POINTWISE_SQRT;
            case ABS -> CUDNN_POINTWISE_ABS;
        };
        number(d, CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, mode);
        number(d, CUDNN_ATTR_POINTWISE_MATH_PREC, CUDNN_TYPE_DATA_TYPE, CUDNN_DATA_FLOAT);
        switch (s.op()) {
            case RELU -> {
                if (s.a() != 0) {
                    real(d, CUDNN_ATTR_POINTWISE_RELU_LOWER_CLIP_SLOPE, s.a());
                }
            }
            case CLIP -> real(d, CUDNN_ATTR_POINTWISE_RELU_UPPER_CLIP, s.b());
            case ELU -> real(d, CUDNN_ATTR_POINTWISE_ELU_ALPHA, s.a());
            case SWISH -> real(d, CUDNN_ATTR_POINTWISE_SWISH_BETA, 1);
            default -> {
                // Nothing more to say.
            }
        }
        return ready(d, "describing what is done to each element");
    }
}
