package io.dms.runtime;

import io.dms.model.Node;
import io.dms.model.UserException;
import java.util.Arrays;

/**
 * Where each output index of a Resize reads, by the formulas of ONNX operator set 17. Coordinates are computed in single
 * precision, as ONNX Runtime and the frameworks do: where one falls on the middle between two inputs, a more exact one would
 * read the other. Immutable; shared by backends.
 */
@SuppressWarnings("ArrayRecordComponent")
public final class ResizeTables {
    private final Node node;
    private final long[] in;
    private final long[] out;
    private final float[] scales;
    private final String mode;

    /** Indices and weights for each output index of one axis. */
    public record Taps(int[][] index, float[][] weight) {}

    /**
     * @param node a Resize
     * @param in dimensions of its input
     * @param out dimensions of its output
     */
    public ResizeTables(Node node, long[] in, long[] out) {
        this.node = node;
        this.in = in;
        this.out = out;
        float[] given = node.floatsOrNull("scales");
        this.scales = new float[in.length];
        for (int i = 0; i < in.length; i++) {
            scales[i] = given != null && given.length == in.length ? given[i] : (float) out[i] / in[i];
        }
        this.mode = node.stringAttr("mode", "nearest");
    }

    /** True where each output index reads one input index. */
    public boolean isNearest() {
        return mode.equals("nearest");
    }

    private UserException unsupported(String what) {
        return new UserException("can't run node " + node.name() + " (Resize): " + what
                + " is not supported, export it with another one");
    }

    /** The coordinate in the input, as a real number. */
    private float origin(int axis, int i) {
        float s = scales[axis];
        String how = node.stringAttr("coordinate_transformation_mode", "half_pixel");
        if (out[axis] == in[axis] && scales[axis] == 1) {
            return i;
        }
        return switch (how) {
            case "half_pixel" -> (i + 0.5f) / s - 0.5f;
            case "pytorch_half_pixel" -> out[axis] > 1 ? (i + 0.5f) / s - 0.5f : 0;
            case "asymmetric" -> i / s;
            case "align_corners" -> out[axis] > 1 ? (float) i * (in[axis] - 1) / (out[axis] - 1) : 0;
            case "tf_half_pixel_for_nn" -> (i + 0.5f) / s;
            case "half_pixel_symmetric" -> {
                float adjustment = out[axis] / (s * in[axis]);
                yield in[axis] / 2f * (1 - adjustment) + (i + 0.5f) / s - 0.5f;
            }
            default -> throw unsupported("coordinate_transformation_mode " + how);
        };
    }

    /** For each axis and output index, the input index. */
    public int[][] nearest() {
        String how = node.stringAttr("nearest_mode", "round_prefer_floor");
        int[][] t = new int[in.length][];
        for (int a = 0; a < in.length; a++) {
            t[a] = new int[(int) out[a]];
            for (int i = 0; i < t[a].length; i++) {
                double x = origin(a, i);
                double n = switch (how) {
                    case "floor" -> Math.floor(x);
                    case "ceil" -> Math.ceil(x);
                    case "round_prefer_ceil" -> Math.floor(x + 0.5);
                    default -> Math.ceil(x - 0.5);
                };
                t[a][i] = (int) Math.max(0, Math.min(in[a] - 1.0, n));
            }
        }
        return t;
    }

    /** True where the tables are those of nearest neighbours by half-pixel centres on the spatial axes. */
    public boolean isHalfPixelNearest() {
        int[][] t = nearest();
        for (int a = 0; a < in.length; a++) {
            if (a < 2 && in[a] != out[a]) {
                return false;
            }
            int[] half = new int[t[a].length];
            for (int i = 0; i < half.length; i++) {
                double x = (i + 0.5) * in[a] / out[a];
                // A neighbour that rounding could turn into the next one is left to the tables.
                if (Math.abs(x - Math.rint(x)) < 1e-4 && out[a] != in[a]) {
                    return false;
                }
                half[i] = (int) Math.min(in[a] - 1.0, Math.floor(x));
            }
            if (!Arrays.equals(half, t[a])) {
                return false;
            }
        }
        return true;
    }

    /**
     * Linear or cubic taps of one axis.
     *
     * @throws UserException if the node has a mode that there is no formula for
     */
    public Taps taps(int axis) {
        int n = (int) out[axis];
        int last = (int) in[axis] - 1;
        int[][] index = new int[n][];
        float[][] weight = new float[n][];
        boolean exclude = node.intAttr("exclude_outside", 0) != 0;
        for (int i = 0; i < n; i++) {
            double x = origin(axis, i);
            int low;
            double[] w;
            if (mode.equals("linear")) {
                x = Math.max(0, Math.min(last, x));
                low = (int) Math.floor(x);
                double f = x - low;
                w = new double[] {1 - f, f};
            } else if (mode.equals("cubic")) {
                low = (int) Math.floor(x) - 1;
                w = cubic(x - Math.floor(x), node.floatAttr("cubic_coeff_a", -0.75f));
            } else {
                throw unsupported("mode " + mode);
            }
            index[i] = new int[w.length];
            weight[i] = new float[w.length];
            double sum = 0;
            for (int k = 0; k < w.length; k++) {
                if (exclude && (low + k < 0 || low + k > last)) {
                    w[k] = 0;
                }
                sum += w[k];
                index[i][k] = Math.max(0, Math.min(last, low + k));
            }
            for (int k = 0; k < w.length; k++) {
                weight[i][k] = (float) (exclude ? w[k] / sum : w[k]);
            }
        }
        return new Taps(index, weight);
    }

    /** Weights of the cubic convolution of Keys, "Cubic Convolution Interpolation", 1981, equation 4. */
    private static double[] cubic(double f, double a) {
        double[] w = new double[4];
        for (int k = 0; k < 4; k++) {
            double d = Math.abs(f + 1 - k);
            w[k] = d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : ((a * d - 5 * a) * d + 8 * a) * d - 4 * a;
        }
        return w;
    }
}
