package io.dms.backend.cudnn;

import io.dms.cuda.DeviceException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions that read like their formulas. Checks what cuDNN checks: that descriptors are set, that extents fit each
 * other, that the workspace is as large as the algorithm says.
 */
final class FakeDnn implements Dnn {
    /** Bytes of scratch memory that every algorithm wants. */
    static final long WORKSPACE = 1000;

    /** What was computed, by which of the three. */
    final List<String> calls = new ArrayList<>();

    boolean fuses = true;
    int searches;

    /** Is told of each convolution that is bound, where it is set; then none is computed. */
    @Nullable
    Watcher watcher;

    private final FakeGpu gpu;
    private final FakeDescriptors descriptors = new FakeDescriptors();

    FakeDnn(FakeGpu gpu) {
        this.gpu = gpu;
    }

    @Override
    public long version() {
        return 91900;
    }

    @Override
    public FakeDescriptors descriptors() {
        return descriptors;
    }

    private static void want(boolean condition, String what) {
        if (!condition) {
            throw new DeviceException(DeviceException.Kind.UNSUPPORTED, "CUDNN_STATUS_BAD_PARAM: " + what);
        }
    }

    private static void check(int[] x, int[] w, int[] v, int[] y) {
        int groups = v[6];
        want(x[0] == w[0] && y[0] == w[0], "types differ");
        want(x[2] == w[3] * groups, "channels of x: " + x[2] + " against " + w[3] + " x " + groups);
        want(y[2] == w[2] && w[2] % groups == 0, "channels of y");
        want(y[1] == x[1], "batch");
        int high = x[3] + 2 * v[0] - ((w[4] - 1) * v[4] + 1);
        int wide = x[4] + 2 * v[1] - ((w[5] - 1) * v[5] + 1);
        want(high >= 0 && wide >= 0, "a window larger than the padded image");
        want(y[3] == high / v[2] + 1, "rows of y");
        want(y[4] == wide / v[3] + 1, "columns of y");
        if (w[1] == 1) {
            want(x[6] == 1 && x[8] == x[2] && y[6] == 1 && y[8] == y[2], "channels last without gaps");
        }
    }

    /** Takes what x, weights, convolution and y of a convolution are set to, as {@link FakeDescriptors#get} tells it. */
    interface Watcher {
        void bound(boolean back, int[] x, int[] weights, int[] convolution, int[] y);
    }

    private void tell(boolean back, Described d) {
        if (watcher != null) {
            watcher.bound(
                    back,
                    descriptors.get(d.x()),
                    descriptors.get(d.weights()),
                    descriptors.get(d.convolution()),
                    descriptors.get(d.y()));
        }
    }

    private void check(Described d) {
        check(
                descriptors.get(d.x()),
                descriptors.get(d.weights()),
                descriptors.get(d.convolution()),
                descriptors.get(d.y()));
    }

    /** What a convolution that runs needs. */
    private void check(Described d, Algorithm a, long work) {
        check(d);
        want(a.workspace() == WORKSPACE, "workspace of " + a.workspace() + " bytes");
        gpu.memory.at(work, WORKSPACE);
    }

    @Override
    public Algorithm[] search(boolean back, Described d, long x, long weights, long y, long work, long bytes) {
        check(d);
        tell(back, d);
        gpu.memory.at(work, bytes);
        searches++;
        int math = descriptors.get(d.convolution())[7];
        return new Algorithm[] {new Algorithm(6, 1, 1L << 40, true, 1), new Algorithm(1, math, WORKSPACE, true, 2)};
    }

    @Override
    public Algorithm[] expect(boolean back, Described d) {
        check(d);
        return new Algorithm[] {new Algorithm(1, descriptors.get(d.convolution())[7], WORKSPACE, true, -1)};
    }

    private interface Tap {
        void at(long x, long w, long y);
    }

    /** Every product of a convolution, ordered by element of y. */
    private static void taps(int[] x, int[] w, int[] v, int[] y, Tap tap) {
        int kPerGroup = w[2] / v[6];
        for (int n = 0; n < y[1]; n++) {
            for (int k = 0; k < y[2]; k++) {
                for (int p = 0; p < y[3]; p++) {
                    for (int q = 0; q < y[4]; q++) {
                        long iy = (long) n * y[5] + (long) k * y[6] + (long) p * y[7] + (long) q * y[8];
                        for (int c = 0; c < w[3]; c++) {
                            for (int r = 0; r < w[4]; r++) {
                                for (int s = 0; s < w[5]; s++) {
                                    int h = p * v[2] - v[0] + r * v[4];
                                    int col = q * v[3] - v[1] + s * v[5];
                                    if (h < 0 || h >= x[3] || col < 0 || col >= x[4]) {
                                        continue;
                                    }
                                    int ci = k / kPerGroup * w[3] + c;
                                    long ix = (long) n * x[5] + (long) ci * x[6] + (long) h * x[7] + (long) col * x[8];
                                    long iw = w[1] == 1
                                            ? (((long) k * w[4] + r) * w[5] + s) * w[3] + c
                                            : (((long) k * w[3] + c) * w[4] + r) * w[5] + s;
                                    tap.at(ix, iw, iy);
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private static int extent(int[] t) {
        return 1 + (t[1] - 1) * t[5] + (t[2] - 1) * t[6] + (t[3] - 1) * t[7] + (t[4] - 1) * t[8];
    }

    private void work(Runnable r) {
        if (watcher == null) {
            gpu.work(r);
        }
    }

    private double[] sums(int[] x, long xAt, int[] w, long wAt, int[] v, int[] y) {
        double[] sum = new double[extent(y)];
        Memory.Elements in = gpu.memory.elements(xAt, x[0] == 1);
        Memory.Elements weights = gpu.memory.elements(wAt, w[0] == 1);
        taps(x, w, v, y, (ix, iw, iy) -> sum[(int) iy] += (double) in.get(ix) * weights.get(iw));
        return sum;
    }

    private interface Store {
        double of(int channel, long index, double sum);
    }

    private void store(int[] y, long yAt, double[] sum, Store f) {
        Memory.Elements out = gpu.memory.elements(yAt, y[0] == 1);
        for (int n = 0; n < y[1]; n++) {
            for (int k = 0; k < y[2]; k++) {
                for (int p = 0; p < y[3]; p++) {
                    for (int q = 0; q < y[4]; q++) {
                        int i = n * y[5] + k * y[6] + p * y[7] + q * y[8];
                        out.put(i, f.of(k, i, sum[i]));
                    }
                }
            }
        }
    }

    @Override
    public void forward(Described d, long x, long weights, long y, Algorithm a, long work) {
        check(d, a, work);
        calls.add("convolve");
        int[] dx = descriptors.get(d.x());
        int[] dw = descriptors.get(d.weights());
        int[] dv = descriptors.get(d.convolution());
        int[] dy = descriptors.get(d.y());
        work(() -> store(dy, y, sums(dx, x, dw, weights, dv, dy), (k, i, sum) -> sum));
    }

    @Override
    public void fused(
            Described d, long x, long weights, long bias, long z, boolean relu, long y, Algorithm a, long work) {
        int[] dx = descriptors.get(d.x());
        int[] dw = descriptors.get(d.weights());
        int[] dv = descriptors.get(d.convolution());
        int[] dy = descriptors.get(d.y());
        int[] db = descriptors.get(d.bias());
        int mode = descriptors.get(relu ? d.relu() : d.identity())[0];
        if (!fuses) {
            throw new DeviceException(DeviceException.Kind.UNSUPPORTED, "CUDNN_STATUS_NOT_SUPPORTED");
        }
        want(mode == Descriptors.RELU || a.id() == 1, "identity by another algorithm");
        check(d, a, work);
        want(db[2] == dy[2] && db[0] == dy[0], "bias");
        calls.add("fused");
        work(() -> {
            double[] sum = sums(dx, x, dw, weights, dv, dy);
            Memory.Elements b = gpu.memory.elements(bias, db[0] == 1);
            Memory.@Nullable Elements more = z == 0 ? null : gpu.memory.elements(z, dy[0] == 1);
            store(dy, y, sum, (k, i, s) -> {
                double r = s + b.get(k) + (more == null ? 0 : more.get(i));
                return mode == Descriptors.RELU ? Math.max(0, r) : r;
            });
        });
    }

    @Override
    public void back(Described d, long y, long weights, long x, Algorithm a, long work) {
        check(d, a, work);
        calls.add("back");
        int[] dx = descriptors.get(d.x());
        int[] dw = descriptors.get(d.weights());
        int[] dv = descriptors.get(d.convolution());
        int[] dy = descriptors.get(d.y());
        work(() -> {
            double[] sum = new double[extent(dx)];
            Memory.Elements in = gpu.memory.elements(y, dy[0] == 1);
            Memory.Elements w = gpu.memory.elements(weights, dw[0] == 1);
            taps(dx, dw, dv, dy, (ix, iw, iy) -> sum[(int) ix] += (double) in.get(iy) * w.get(iw));
            store(dx, x, sum, (k, i, s) -> s);
        });
    }
}
