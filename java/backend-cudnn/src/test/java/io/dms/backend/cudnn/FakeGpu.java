package io.dms.backend.cudnn;

import io.dms.cuda.DeviceException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * CUDA, cuBLAS and cuDNN that read like their formulas, on {@link Memory}. Checks what the libraries check: that
 * descriptors are set, that extents fit each other, that the workspace is as large as the algorithm says, that everything
 * is destroyed once.
 */
final class FakeGpu implements Gpu {
    /** Bytes of scratch memory that every algorithm wants. */
    static final long WORKSPACE = 1000;

    final Memory memory;
    final List<String> calls = new ArrayList<>();
    boolean fuses = true;
    int architecture = 75;
    /** Fails the next call that computes, where it is set. */
    @Nullable
    DeviceException failure;

    int searches;
    int descriptorsSet;
    private final Map<Long, int[]> descriptors = new HashMap<>();
    private long next = 1;
    private final long stream;
    boolean closed;
    private static long streams = 1;

    FakeGpu(Memory memory) {
        this.memory = memory;
        synchronized (FakeGpu.class) {
            stream = streams++;
        }
    }

    int descriptors() {
        return descriptors.size();
    }

    @Override
    public String deviceName() {
        return "Fake GPU";
    }

    @Override
    public int architecture() {
        return architecture;
    }

    @Override
    public int multiprocessors() {
        return 40;
    }

    @Override
    public int driverVersion() {
        return 13010;
    }

    @Override
    public long cudnnVersion() {
        return 91900;
    }

    @Override
    public int runtimeVersion() {
        return 13010;
    }

    @Override
    public void enter() {}

    @Override
    public long freeBytes() {
        return Math.min(16L << 20, memory.capacity - memory.used());
    }

    @Override
    public long malloc(long bytes) {
        return memory.allocate(bytes);
    }

    @Override
    public void free(long address) {
        memory.free(address);
    }

    @Override
    public long hostAlloc(long bytes) {
        return memory.allocate(bytes);
    }

    @Override
    public void hostFree(long address) {
        memory.free(address);
    }

    @Override
    public ByteBuffer hostBuffer(long address, long bytes) {
        return memory.at(address, bytes);
    }

    /** What is done at once, or recorded. */
    void work(Runnable r) {
        @Nullable List<Runnable> recording = Recordings.of(stream);
        if (recording != null) {
            recording.add(r);
        } else {
            r.run();
        }
    }

    private void copy(long to, long from, long bytes) {
        work(() -> memory.at(to, bytes).put(memory.at(from, bytes)));
    }

    @Override
    public void copyToDevice(long to, long host, long bytes) {
        copy(to, host, bytes);
    }

    @Override
    public void copyToHost(long host, long from, long bytes) {
        copy(host, from, bytes);
    }

    @Override
    public void fill(long address, int value, long bytes) {
        ByteBuffer b = memory.at(address, bytes);
        for (int i = 0; i < bytes; i++) {
            b.put(i, (byte) value);
        }
    }

    @Override
    public long stream() {
        return stream;
    }

    @Override
    public void synchronize() {
        if (Recordings.of(stream) != null) {
            throw new IllegalStateException("waited while recording");
        }
        @Nullable DeviceException e = failure;
        failure = null;
        if (e != null) {
            throw e;
        }
    }

    @Override
    public void gemm(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            long a,
            int lda,
            long strideA,
            long b,
            int ldb,
            long strideB,
            long c,
            int ldc,
            long strideC,
            int count,
            boolean half) {
        if (lda < (transposeA ? k : m) || ldb < (transposeB ? n : k) || ldc < m) {
            throw new DeviceException(DeviceException.Kind.UNSUPPORTED, "leading dimension too small");
        }
        work(() -> {
            Memory.Elements x = memory.elements(a, half);
            Memory.Elements y = memory.elements(b, half);
            Memory.Elements z = memory.elements(c, half);
            for (int p = 0; p < count; p++) {
                for (int j = 0; j < n; j++) {
                    for (int i = 0; i < m; i++) {
                        double sum = 0;
                        for (int l = 0; l < k; l++) {
                            long ia = p * strideA + (transposeA ? l + (long) i * lda : i + (long) l * lda);
                            long ib = p * strideB + (transposeB ? j + (long) l * ldb : l + (long) j * ldb);
                            sum += (double) x.get(ia) * y.get(ib);
                        }
                        z.put(p * strideC + i + (long) j * ldc, sum);
                    }
                }
            }
        });
    }

    // ---- descriptors

    private long make() {
        descriptors.put(++next, new int[0]);
        return next;
    }

    private void set(long desc, int... values) {
        if (!descriptors.containsKey(desc)) {
            throw new IllegalStateException("no such descriptor");
        }
        descriptorsSet++;
        descriptors.put(desc, values);
    }

    private int[] get(long desc) {
        int[] v = descriptors.get(desc);
        if (v == null || v.length == 0) {
            throw new IllegalStateException("a descriptor that was not set");
        }
        return v;
    }

    private void destroy(long desc) {
        if (descriptors.remove(desc) == null) {
            throw new IllegalStateException("destroyed twice");
        }
    }

    @Override
    public long newTensor() {
        return make();
    }

    @Override
    public void setTensor(long d, boolean half, int n, int c, int h, int w, int sn, int sc, int sh, int sw) {
        set(d, half ? 1 : 0, n, c, h, w, sn, sc, sh, sw);
    }

    @Override
    public void destroyTensor(long desc) {
        destroy(desc);
    }

    @Override
    public long newFilter() {
        return make();
    }

    @Override
    public void setFilter(long desc, boolean half, boolean nhwc, int k, int c, int r, int s) {
        set(desc, half ? 1 : 0, nhwc ? 1 : 0, k, c, r, s);
    }

    @Override
    public void destroyFilter(long desc) {
        destroy(desc);
    }

    @Override
    public long newConvolution() {
        return make();
    }

    @Override
    public void setConvolution(long d, int ph, int pw, int sh, int sw, int dh, int dw, int groups, int math) {
        set(d, ph, pw, sh, sw, dh, dw, groups, math);
    }

    @Override
    public void setMath(long desc, int math) {
        int[] v = get(desc).clone();
        v[7] = math;
        set(desc, v);
    }

    @Override
    public void destroyConvolution(long desc) {
        destroy(desc);
    }

    @Override
    public long newActivation() {
        return make();
    }

    @Override
    public void setActivation(long desc, int mode) {
        set(desc, mode);
    }

    @Override
    public void destroyActivation(long desc) {
        destroy(desc);
    }

    // ---- convolutions

    private static void want(boolean condition, String what) {
        if (!condition) {
            throw new DeviceException(DeviceException.Kind.UNSUPPORTED, "CUDNN_STATUS_BAD_PARAM: " + what);
        }
    }

    private void check(int[] x, int[] w, int[] v, int[] y) {
        int groups = v[6];
        want(x[0] == w[0] && y[0] == w[0], "types differ");
        want(x[2] == w[3] * groups, "channels of x: " + x[2] + " against " + w[3] + " x " + groups);
        want(y[2] == w[2] && w[2] % groups == 0, "channels of y");
        want(y[1] == x[1], "batch");
        want(y[3] == (x[3] + 2 * v[0] - ((w[4] - 1) * v[4] + 1)) / v[2] + 1, "rows of y");
        want(y[4] == (x[4] + 2 * v[1] - ((w[5] - 1) * v[5] + 1)) / v[3] + 1, "columns of y");
        if (w[1] == 1) {
            want(x[6] == 1 && x[8] == x[2] && y[6] == 1 && y[8] == y[2], "channels last without gaps");
        }
    }

    private void workspace(long work, long bytes) {
        want(bytes == WORKSPACE, "workspace of " + bytes + " bytes");
        memory.at(work, bytes);
    }

    @Override
    public Algorithm[] search(
            boolean back,
            long xDesc,
            long x,
            long wDesc,
            long w,
            long conv,
            long yDesc,
            long y,
            long work,
            long bytes) {
        check(get(xDesc), get(wDesc), get(conv), get(yDesc));
        memory.at(work, bytes);
        searches++;
        return new Algorithm[] {
            new Algorithm(6, 1, 1L << 40, true, 1), new Algorithm(1, get(conv)[7], WORKSPACE, true, 2)
        };
    }

    @Override
    public Algorithm[] expect(boolean back, long xDesc, long wDesc, long conv, long yDesc) {
        check(get(xDesc), get(wDesc), get(conv), get(yDesc));
        return new Algorithm[] {new Algorithm(1, get(conv)[7], WORKSPACE, true, -1)};
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

    private double[] sums(int[] x, long xAt, int[] w, long wAt, int[] v, int[] y) {
        double[] sum = new double[extent(y)];
        Memory.Elements in = memory.elements(xAt, x[0] == 1);
        Memory.Elements weights = memory.elements(wAt, w[0] == 1);
        taps(x, w, v, y, (ix, iw, iy) -> sum[(int) iy] += (double) in.get(ix) * weights.get(iw));
        return sum;
    }

    private interface Store {
        double of(int channel, long index, double sum);
    }

    private void store(int[] y, long yAt, double[] sum, Store f) {
        Memory.Elements out = memory.elements(yAt, y[0] == 1);
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
    public void convolve(
            long xDesc,
            long x,
            long wDesc,
            long w,
            long conv,
            int algorithm,
            long work,
            long bytes,
            long yDesc,
            long y) {
        int[] dx = get(xDesc);
        int[] dw = get(wDesc);
        int[] dv = get(conv);
        int[] dy = get(yDesc);
        check(dx, dw, dv, dy);
        workspace(work, bytes);
        calls.add("convolve");
        work(() -> store(dy, y, sums(dx, x, dw, w, dv, dy), (k, i, sum) -> sum));
    }

    @Override
    public void convolveFused(
            long xDesc,
            long x,
            long wDesc,
            long w,
            long conv,
            int algorithm,
            long work,
            long bytes,
            long z,
            long biasDesc,
            long bias,
            long activation,
            long yDesc,
            long y) {
        int[] dx = get(xDesc);
        int[] dw = get(wDesc);
        int[] dv = get(conv);
        int[] dy = get(yDesc);
        int[] db = get(biasDesc);
        int mode = get(activation)[0];
        if (!fuses) {
            throw new DeviceException(DeviceException.Kind.UNSUPPORTED, "CUDNN_STATUS_NOT_SUPPORTED");
        }
        want(mode == RELU || algorithm == 1, "identity by another algorithm");
        check(dx, dw, dv, dy);
        want(db[2] == dy[2] && db[0] == dy[0], "bias");
        workspace(work, bytes);
        calls.add("fused");
        work(() -> {
            double[] sum = sums(dx, x, dw, w, dv, dy);
            Memory.Elements b = memory.elements(bias, db[0] == 1);
            Memory.@Nullable Elements more = z == 0 ? null : memory.elements(z, dy[0] == 1);
            store(dy, y, sum, (k, i, s) -> {
                double r = s + b.get(k) + (more == null ? 0 : more.get(i));
                return mode == RELU ? Math.max(0, r) : r;
            });
        });
    }

    @Override
    public void convolveBack(
            long wDesc,
            long w,
            long yDesc,
            long y,
            long conv,
            int algorithm,
            long work,
            long bytes,
            long xDesc,
            long x) {
        int[] dx = get(xDesc);
        int[] dw = get(wDesc);
        int[] dv = get(conv);
        int[] dy = get(yDesc);
        check(dx, dw, dv, dy);
        workspace(work, bytes);
        calls.add("back");
        work(() -> {
            double[] sum = new double[extent(dx)];
            Memory.Elements in = memory.elements(y, dy[0] == 1);
            Memory.Elements weights = memory.elements(w, dw[0] == 1);
            taps(dx, dw, dv, dy, (ix, iw, iy) -> sum[(int) ix] += (double) in.get(iy) * weights.get(iw));
            store(dx, x, sum, (k, i, s) -> s);
        });
    }

    @Override
    public void close() {
        if (closed) {
            throw new IllegalStateException("closed twice");
        }
        closed = true;
        if (!descriptors.isEmpty()) {
            throw new IllegalStateException(descriptors.size() + " descriptors left behind");
        }
    }
}
