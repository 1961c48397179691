package io.dms.backend.cudnn.bridge;

/**
 * How a cut of master weights [size0][size1][kernel] is packed, apart from what is kept.
 *
 * @param kAxis which axis of the master becomes K, 0 or 1; the other becomes C
 * @param scaleAxis which axis of the master carries the scale
 * @param groups how many parts of axis 0 have scales of their own, where axis 1 carries it
 * @param k extent of K in the result, at least what is kept; what is more is 0
 * @param c the same of C
 * @param order one of the four below
 * @param type {@link Tensors#F32} or {@link Tensors#F16}
 */
public record Packing(
        int size0, int size1, int kernel, int kAxis, int scaleAxis, int groups, int k, int c, int order, int type) {
    /** Orders of packed weights. */
    public static final int KCRS = 0, KRSC = 1, CRSK = 2, RSCK = 3;
}
