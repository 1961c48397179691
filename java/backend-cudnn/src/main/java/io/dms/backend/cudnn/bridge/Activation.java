package io.dms.backend.cudnn.bridge;

/**
 * A function of one element; {@code io.dms.runtime.PostOp.Kind} has the same formulas.
 *
 * @param kind one of the numbers below
 * @param p its first parameter, in the header's formula
 * @param q its second
 */
public record Activation(int kind, float p, float q) {
    /** Kinds. The last one has a slope for each channel. */
    public static final int NONE = 0,
            RELU = 1,
            CLIP = 2,
            SIGMOID = 3,
            TANH = 4,
            HARD_SIGMOID = 5,
            HARD_SWISH = 6,
            SILU = 7,
            LINEAR = 8,
            POWER = 9,
            ELU = 10,
            EXP = 11,
            SQRT = 12,
            ABS = 13,
            PRELU = 14;

    /** The element itself. */
    public static final Activation IDENTITY = new Activation(NONE, 0, 0);
}
