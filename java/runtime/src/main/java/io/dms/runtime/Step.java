package io.dms.runtime;

import io.dms.model.Node;
import io.dms.model.Tensor;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One step of a {@link FusedPlan}. Values are given by their index in the plan. Immutable. */
@SuppressWarnings("ArrayRecordComponent")
public sealed interface Step {
    /** Name of the node that it stands for (the first one where several were fused). */
    String name();

    /** What is done to its result, in this order; empty where nothing is fused. */
    default List<PostOp> after() {
        return List.of();
    }

    /** The values that it reads itself, without those of its post-ops. */
    int[] operands();

    /** The values that it writes; -1 for an output left out. */
    int[] results();

    /** All values that it reads, post-ops included. */
    default int[] reads() {
        int[] own = Arrays.stream(operands()).filter(v -> v >= 0).toArray();
        int[] added = after().stream()
                .filter(PostOp.Add.class::isInstance)
                .mapToInt(p -> ((PostOp.Add) p).value())
                .toArray();
        int[] all = Arrays.copyOf(own, own.length + added.length);
        System.arraycopy(added, 0, all, own.length, added.length);
        return all;
    }

    /** Kinds of {@link Linear} step. */
    enum LinearKind {
        /** Conv: weights [out, in / group, kernel...]. */
        CONV,
        /** ConvTranspose: weights [in, out / group, kernel...]. */
        CONV_TRANSPOSE,
        /** Gemm, or MatMul with a constant on the right: weights [out, in], or [in, out] where {@code inputMajor}. */
        GEMM
    }

    /** Geometry of a convolution or a pool: one entry per spatial axis. {@code dilations} counts from 1 as in ONNX. */
    record Window(int[] kernel, int[] strides, int[] padsBegin, int[] padsEnd, int[] dilations) {}

    /**
     * {@code after(scale[o] * linear(input, weights) + bias[o])}.
     *
     * @param inputMajor only for {@link LinearKind#GEMM}: the weights are [in, out]
     * @param window null for {@link LinearKind#GEMM}
     * @param scale one for each output channel, to be folded into the packed weights; null where it is 1
     * @param bias one for each output channel; null where it is 0
     */
    record Linear(
            String name,
            LinearKind kind,
            int input,
            int output,
            Tensor weights,
            boolean inputMajor,
            @Nullable Window window,
            int group,
            float @Nullable [] scale,
            float @Nullable [] bias,
            List<PostOp> after)
            implements Step {
        @Override
        public int[] operands() {
            return new int[] {input};
        }

        @Override
        public int[] results() {
            return new int[] {output};
        }
    }

    /** {@code after(scale[c] * input + shift[c])} with c on axis 1: a normalisation on its own. */
    record ScaleShift(String name, int input, int output, float[] scale, float[] shift, List<PostOp> after)
            implements Step {
        @Override
        public int[] operands() {
            return new int[] {input};
        }

        @Override
        public int[] results() {
            return new int[] {output};
        }
    }

    /** Only post-ops, at least one. */
    record Elementwise(String name, int input, int output, List<PostOp> after) implements Step {
        @Override
        public int[] operands() {
            return new int[] {input};
        }

        @Override
        public int[] results() {
            return new int[] {output};
        }
    }

    /** Kinds of {@link Binary} step. */
    enum BinaryKind {
        /** a + b. */
        ADD,
        /** a - b. */
        SUB,
        /** a * b. */
        MUL,
        /** a / b. */
        DIV
    }

    /** {@code after(a op b)} with NumPy broadcasting; at most one of the two is a constant. */
    record Binary(String name, BinaryKind kind, int a, int b, int output, List<PostOp> after) implements Step {
        @Override
        public int[] operands() {
            return new int[] {a, b};
        }

        @Override
        public int[] results() {
            return new int[] {output};
        }
    }

    /** Mixes channels: output channel {@code j * groups + i} is input channel {@code i * (C / groups) + j}. */
    record ChannelShuffle(String name, int input, int output, int groups) implements Step {
        @Override
        public int[] operands() {
            return new int[] {input};
        }

        @Override
        public int[] results() {
            return new int[] {output};
        }
    }

    /** Any other node as it is. Inputs and outputs that are left out are -1. */
    record Other(Node node, int[] inputs, int[] outputs) implements Step {
        @Override
        public String name() {
            return node.name();
        }

        @Override
        public int[] operands() {
            return inputs;
        }

        @Override
        public int[] results() {
            return outputs;
        }
    }
}
