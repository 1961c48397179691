package io.dms.backend.cpu;

import static org.bytedeco.dnnl.global.dnnl.*;

import io.dms.runtime.PostOp;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.dnnl.dnnl_post_ops;
import org.bytedeco.dnnl.dnnl_primitive_attr;
import org.jspecify.annotations.Nullable;

/** Attributes of a primitive in the making: post-ops with the values that they read, scratchpad given by the user. */
final class PostOps {

    final dnnl_primitive_attr attr = new dnnl_primitive_attr();
    private final dnnl_post_ops ops = new dnnl_post_ops();
    private int count;

    /** Operands, in the order of their post-ops. */
    final List<Operand> operands = new ArrayList<>();

    /**
     * What a post-op reads beside the result.
     *
     * @param argument oneDNN's argument index
     * @param view where it lies, or null where the primitive must be asked for the layout it wants
     * @param value the value to be laid out so, or -1
     */
    record Operand(int argument, @Nullable View view, int value) {}

    PostOps(Scope scope) {
        Dnnl.check(dnnl_primitive_attr_create(attr), "creating attributes");
        scope.own(attr);
        Dnnl.check(dnnl_post_ops_create(ops), "creating post-ops");
        scope.own(ops);
        Dnnl.check(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user), "setting the scratchpad");
    }

    void activation(PostOp.Activation a) {
        Dnnl.check(dnnl_post_ops_append_eltwise(ops, algorithm(a.kind()), alpha(a), beta(a)), "appending " + a.kind());
        count++;
    }

    /** Adds what already lies in the destination. */
    void sum() {
        Dnnl.check(dnnl_post_ops_append_sum(ops, 1, 0, dnnl_f32), "appending a sum");
        count++;
    }

    /** Adds a value of the destination's shape, in whatever layout the destination has. */
    void add(Desc any, int value) {
        Dnnl.check(dnnl_post_ops_append_binary(ops, dnnl_binary_add, any.md()), "appending an addition");
        operands.add(new Operand((DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (count + 1)) | DNNL_ARG_SRC_1, null, value));
        count++;
    }

    /** {@code result op view}, broadcast. */
    void binary(int algorithm, View view) {
        Dnnl.check(dnnl_post_ops_append_binary(ops, algorithm, view.desc().md()), "appending a binary operation");
        operands.add(new Operand((DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (count + 1)) | DNNL_ARG_SRC_1, view, -1));
        count++;
    }

    /** PRelu with slopes per channel. */
    void slopes(View view) {
        Dnnl.check(dnnl_post_ops_append_prelu(ops, 1 << 1), "appending PRelu");
        operands.add(new Operand((DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * (count + 1)) | DNNL_ARG_WEIGHTS, view, -1));
        count++;
    }

    /** The finished attributes. */
    dnnl_primitive_attr finish() {
        Dnnl.check(dnnl_primitive_attr_set_post_ops(attr, ops), "setting post-ops");
        return attr;
    }

    static int algorithm(PostOp.Kind kind) {
        return switch (kind) {
            case RELU -> dnnl_eltwise_relu;
            case CLIP -> dnnl_eltwise_clip;
            case SIGMOID -> dnnl_eltwise_logistic;
            case TANH -> dnnl_eltwise_tanh;
            case HARD_SIGMOID -> dnnl_eltwise_hardsigmoid;
            case HARD_SWISH -> dnnl_eltwise_hardswish;
            case SILU -> dnnl_eltwise_swish;
            case LINEAR -> dnnl_eltwise_linear;
            case POWER -> dnnl_eltwise_pow;
            case ELU -> dnnl_eltwise_elu;
            case EXP -> dnnl_eltwise_exp;
            case SQRT -> dnnl_eltwise_sqrt;
            case ABS -> dnnl_eltwise_abs;
        };
    }

    static float alpha(PostOp.Activation a) {
        return a.kind() == PostOp.Kind.SILU ? 1 : a.a();
    }

    static float beta(PostOp.Activation a) {
        return a.b();
    }
}
