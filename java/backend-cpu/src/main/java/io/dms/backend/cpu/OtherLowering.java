package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dms.model.Node;
import io.dms.model.UserException;
import io.dms.runtime.Step;
import java.util.List;
import java.util.Set;

/** Nodes that no fused step stands for: pools, means, softmax, resizing, and those that only move elements. */
final class OtherLowering {
    /** Operators that reach this class and that it can run. */
    static final Set<String> OPERATORS = Set.of(
            "AveragePool",
            "Concat",
            "Dropout",
            "Flatten",
            "GlobalAveragePool",
            "GlobalMaxPool",
            "Identity",
            "LRN",
            "MatMul",
            "MaxPool",
            "Pad",
            "PRelu",
            "ReduceMean",
            "Reshape",
            "Resize",
            "Slice",
            "Softmax",
            "Split",
            "Squeeze",
            "Transpose",
            "Unsqueeze");

    private OtherLowering() {}

    static void lower(PlanBuilder b, Step.Other s) {
        switch (s.node().op()) {
            case "MaxPool", "AveragePool" -> PoolLowering.pool(b, s);
            case "GlobalAveragePool", "GlobalMaxPool" -> PoolLowering.global(b, s);
            case "ReduceMean" -> PoolLowering.mean(b, s);
            case "Softmax" -> softmax(b, s);
            case "LRN" -> lrn(b, s);
            case "MatMul" -> matmul(b, s);
            case "Resize" -> ResizeLowering.lower(b, s);
            case "Concat" -> MoveLowering.concat(b, s);
            case "Split" -> MoveLowering.split(b, s);
            case "Slice" -> MoveLowering.slice(b, s);
            case "Transpose" -> MoveLowering.transpose(b, s);
            case "Pad" -> MoveLowering.pad(b, s);
            case "Flatten", "Reshape", "Squeeze", "Unsqueeze" -> MoveLowering.reshape(b, s);
            case "Identity", "Dropout" -> MoveLowering.alias(b, s);
            default -> throw unsupported(s.node(), "the operator");
        }
    }

    static UserException unsupported(Node n, String what) {
        return new UserException(
                "the cpu backend can't run node " + n.name() + " (" + n.op() + "): " + what + " is not supported");
    }

    private static void softmax(PlanBuilder b, Step.Other s) {
        View x = b.plain(s.inputs()[0]);
        int axis = MoveLowering.axis(s.node().intAttr("axis", -1), x.desc().rank());
        View y = b.place(s.outputs()[0], x.desc());
        PostOps attr = new PostOps(b.scope);
        Primitive p = Primitive.make(
                b.scope,
                pd -> dnnl_softmax_forward_primitive_desc_create(
                        pd,
                        Dnnl.get().engine(),
                        dnnl_forward_inference,
                        dnnl_softmax_accurate,
                        x.desc().md(),
                        y.desc().md(),
                        axis,
                        attr.finish()),
                "planning " + s.name());
        b.run(p, List.of(DNNL_ARG_SRC, DNNL_ARG_DST), List.of(x, y));
    }

    private static void lrn(PlanBuilder b, Step.Other s) {
        Node n = s.node();
        int size = n.intAttr("size", 1);
        if (size % 2 == 0) {
            throw unsupported(n, "an even size");
        }
        View v = b.view(s.inputs()[0]);
        View x = v.desc().isDense() ? v : b.plain(s.inputs()[0]);
        PostOps attr = new PostOps(b.scope);
        Primitive p = Primitive.make(
                b.scope,
                pd -> dnnl_lrn_forward_primitive_desc_create(
                        pd,
                        Dnnl.get().engine(),
                        dnnl_forward_inference,
                        dnnl_lrn_across_channels,
                        x.desc().md(),
                        x.desc().md(),
                        size,
                        n.floatAttr("alpha", 0.0001f),
                        n.floatAttr("beta", 0.75f),
                        n.floatAttr("bias", 1),
                        attr.finish()),
                "planning " + s.name());
        View y = b.place(s.outputs()[0], x.desc());
        b.run(p, List.of(DNNL_ARG_SRC, DNNL_ARG_DST), List.of(x, y));
    }

    private static void matmul(PlanBuilder b, Step.Other s) {
        long[] da = b.dims(s.inputs()[0]);
        long[] db = b.dims(s.inputs()[1]);
        if (da.length != db.length || da.length < 2) {
            throw unsupported(s.node(), "a product of tensors of different rank");
        }
        View x = b.plain(s.inputs()[0]);
        View w = b.plain(s.inputs()[1]);
        View y = b.place(s.outputs()[0], Desc.plain(b.scope, b.dims(s.outputs()[0])));
        PostOps attr = new PostOps(b.scope);
        Primitive p = Primitive.make(
                b.scope,
                pd -> dnnl_matmul_primitive_desc_create(
                        pd,
                        Dnnl.get().engine(),
                        x.desc().md(),
                        w.desc().md(),
                        null,
                        y.desc().md(),
                        attr.finish()),
                "planning " + s.name());
        b.run(p, List.of(DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_DST), List.of(x, w, y));
    }
}
