package io.dms.runtime;

import io.dms.model.Tensor;

/** What is done to each element of a step's result before it is stored. Immutable. */
public sealed interface PostOp {
    /** An activation function; {@code a} and {@code b} as said at its kind. */
    record Activation(Kind kind, float a, float b) implements PostOp {}

    /** Adds another tensor of the same shape (a residual). */
    record Add(int value) implements PostOp {}

    /** PRelu with one slope for each channel (axis 1); the tensor has as many elements as there are channels. */
    record Slopes(Tensor slopes) implements PostOp {}

    /** Kinds of activation. */
    enum Kind {
        /** {@code x < 0 ? a * x : x}. */
        RELU,
        /** {@code min(max(x, a), b)}. */
        CLIP,
        /** {@code 1 / (1 + exp(-x))}. */
        SIGMOID,
        /** {@code tanh(x)}. */
        TANH,
        /** {@code min(max(a * x + b, 0), 1)}. */
        HARD_SIGMOID,
        /** {@code x * min(max(a * x + b, 0), 1)}. */
        HARD_SWISH,
        /** {@code x / (1 + exp(-x))}. */
        SILU,
        /** {@code a * x + b}. */
        LINEAR,
        /** {@code a * x^b}. */
        POWER,
        /** {@code x < 0 ? a * (exp(x) - 1) : x}. */
        ELU,
        /** {@code exp(x)}. */
        EXP,
        /** {@code sqrt(x)}. */
        SQRT,
        /** {@code |x|}. */
        ABS
    }
}
