package io.dms.backend.cpu;

import io.dms.runtime.Step;
import java.nio.FloatBuffer;

/** Kernels in Java for the few things that oneDNN lacks or does slowly. */
final class Kernels {
    private Kernels() {}

    /** {@code a op b} with NumPy broadcasting. */
    static Kernel broadcast(Step.BinaryKind kind, long[] a, long[] b, long[] out) {
        int rank = out.length;
        int[] sa = strides(a, rank);
        int[] sb = strides(b, rank);
        int[] dims = ints(out);
        int[] at = new int[rank];
        return (in, result) -> {
            FloatBuffer x = in[0];
            FloatBuffer z = in[1];
            int total = 1;
            for (int i = 0; i < rank; i++) {
                at[i] = 0;
                total *= dims[i];
            }
            int ia = 0;
            int ib = 0;
            for (int o = 0; o < total; o++) {
                float p = x.get(ia);
                float q = z.get(ib);
                float v = switch (kind) {
                    case ADD -> p + q;
                    case SUB -> p - q;
                    case MUL -> p * q;
                    case DIV -> p / q;
                };
                result.put(o, v);
                for (int i = rank - 1; i >= 0; i--) {
                    ia += sa[i];
                    ib += sb[i];
                    if (++at[i] < dims[i]) {
                        break;
                    }
                    at[i] = 0;
                    ia -= sa[i] * dims[i];
                    ib -= sb[i] * dims[i];
                }
            }
        };
    }

    /** Row-major strides, 0 on axes that are broadcast, aligned at the last axis. */
    private static int[] strides(long[] dims, int rank) {
        int[] s = new int[rank];
        int stride = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            s[i + rank - dims.length] = dims[i] == 1 ? 0 : stride;
            stride *= (int) dims[i];
        }
        return s;
    }

    static int[] ints(long[] dims) {
        int[] d = new int[dims.length];
        for (int i = 0; i < d.length; i++) {
            d[i] = Math.toIntExact(dims[i]);
        }
        return d;
    }

    /** Element {@code [i, j, ...]} of the result is {@code [tables[0][i], tables[1][j], ...]}, or {@code fill} at -1. */
    static Kernel gather(long[] in, int[][] tables, float fill) {
        int rank = in.length;
        int[] strides = new int[rank];
        int s = 1;
        for (int i = rank - 1; i >= 0; i--) {
            strides[i] = s;
            s *= (int) in[i];
        }
        int[] at = new int[rank];
        int[] last = tables[rank - 1];
        int rows = 1;
        for (int i = 0; i < rank - 1; i++) {
            rows *= tables[i].length;
        }
        int count = rows;
        return (x, result) -> {
            FloatBuffer from = x[0];
            for (int i = 0; i < rank; i++) {
                at[i] = 0;
            }
            int o = 0;
            for (int r = 0; r < count; r++) {
                int base = 0;
                boolean outside = false;
                for (int i = 0; i < rank - 1; i++) {
                    int t = tables[i][at[i]];
                    outside |= t < 0;
                    base += t * strides[i];
                }
                for (int t : last) {
                    result.put(o++, outside || t < 0 ? fill : from.get(base + t));
                }
                for (int i = rank - 2; i >= 0; i--) {
                    if (++at[i] < tables[i].length) {
                        break;
                    }
                    at[i] = 0;
                }
            }
        };
    }

    /**
     * Weighted gather over the last two axes: output row i is the sum of {@code rowWeights[i][k]} times input row
     * {@code rows[i][k]}, and the same for columns.
     */
    static Kernel taps(
            int planes,
            int height,
            int width,
            int[][] rows,
            float[][] rowWeights,
            int[][] columns,
            float[][] columnWeights) {
        return (in, result) -> {
            FloatBuffer x = in[0];
            int o = 0;
            for (int p = 0; p < planes; p++) {
                int plane = p * height * width;
                for (int i = 0; i < rows.length; i++) {
                    for (int j = 0; j < columns.length; j++) {
                        float sum = 0;
                        for (int k = 0; k < rows[i].length; k++) {
                            int row = plane + rows[i][k] * width;
                            float line = 0;
                            for (int m = 0; m < columns[j].length; m++) {
                                line += columnWeights[j][m] * x.get(row + columns[j][m]);
                            }
                            sum += rowWeights[i][k] * line;
                        }
                        result.put(o++, sum);
                    }
                }
            }
        };
    }

    /**
     * Max or average over windows of the last two axes, for geometries that the library refuses.
     *
     * @param max max, else average
     * @param withPadding an average divides by the size of the whole window, as ONNX Runtime does also where ceil_mode
     *     lets it reach beyond the padding
     */
    static Kernel pool(int planes, int[] in, int[] out, Step.Window w, boolean max, boolean withPadding) {
        int[] k = w.kernel();
        int[] s = w.strides();
        int[] d = w.dilations();
        int[] lo = w.padsBegin();
        return (x, result) -> {
            FloatBuffer from = x[0];
            int o = 0;
            for (int p = 0; p < planes; p++) {
                for (int oy = 0; oy < out[0]; oy++) {
                    for (int ox = 0; ox < out[1]; ox++) {
                        float best = Float.NEGATIVE_INFINITY;
                        float sum = 0;
                        int n = 0;
                        for (int ky = 0; ky < k[0]; ky++) {
                            int y = oy * s[0] - lo[0] + ky * d[0];
                            for (int kx = 0; kx < k[1]; kx++) {
                                int c = ox * s[1] - lo[1] + kx * d[1];
                                boolean inside = y >= 0 && y < in[0] && c >= 0 && c < in[1];
                                if (inside) {
                                    float v = from.get((p * in[0] + y) * in[1] + c);
                                    best = Math.max(best, v);
                                    sum += v;
                                }
                                if (inside || withPadding) {
                                    n++;
                                }
                            }
                        }
                        result.put(o++, max ? best : n == 0 ? 0 : sum / n);
                    }
                }
            }
        };
    }
}
