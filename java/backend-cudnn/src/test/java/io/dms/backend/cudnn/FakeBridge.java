package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Bridge;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;
import org.jspecify.annotations.Nullable;

/** The native bridge's kernels as their formulas read, on {@link Memory}; recordings as {@link Recordings} keeps them. */
final class FakeBridge implements Bridge {
    private final Memory memory;

    FakeBridge(Memory memory) {
        this.memory = memory;
    }

    private static void work(long stream, Runnable r) {
        @Nullable List<Runnable> recording = Recordings.of(stream);
        if (recording != null) {
            recording.add(r);
        } else {
            r.run();
        }
    }

    private static long[] longs(long address, int n) {
        long[] v = new long[n];
        new LongPointer(new At(address)).capacity(n).get(v);
        return v;
    }

    /** A bare address. */
    private static final class At extends Pointer {
        At(long where) {
            super((Pointer) null);
            address = where;
        }
    }

    /** A value of each element. */
    private interface Value {
        double of(int n, int c, int p);
    }

    /** A tensor of images. */
    private record Image(Memory.Elements e, boolean nhwc, int pitch, int c, int hw) {
        private long at(int n, int ch, int p) {
            return nhwc ? ((long) n * hw + p) * pitch + ch : ((long) n * pitch + ch) * hw + p;
        }

        float get(int n, int ch, int p) {
            return e.get(at(n, ch, p));
        }

        void fill(int images, Value v) {
            for (int n = 0; n < images; n++) {
                for (int ch = 0; ch < c; ch++) {
                    for (int p = 0; p < hw; p++) {
                        e.put(at(n, ch, p), v.of(n, ch, p));
                    }
                }
            }
        }
    }

    private Image image(long address, int format, int pitch, int c, int hw) {
        if (pitch < c) {
            throw new IllegalArgumentException("pitch " + pitch + " of " + c + " channels");
        }
        return new Image(memory.elements(address, format >= NCHW_F16), (format & 1) != 0, pitch, c, hw);
    }

    private Memory.@Nullable Elements floats(long address) {
        return address == 0 ? null : memory.elements(address, false);
    }

    /** What is done at each index. */
    private interface Index {
        void at(long flat, long[] index);
    }

    private static void each(long[] dims, Index f) {
        long n = 1;
        for (long d : dims) {
            n *= d;
        }
        long[] at = new long[dims.length];
        for (long i = 0; i < n; i++) {
            f.at(i, at);
            for (int a = dims.length - 1; a >= 0 && ++at[a] == dims[a]; a--) {
                at[a] = 0;
            }
        }
    }

    private static long dot(long[] index, long[] strides) {
        long sum = 0;
        for (int i = 0; i < index.length; i++) {
            sum += index[i] * strides[i];
        }
        return sum;
    }

    private static double apply(int kind, double a, double b) {
        return switch (kind) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case SUB_FROM -> b - a;
            default -> b / a;
        };
    }

    private static double activate(int kind, float p, float q, float slope, double x) {
        double gate = Math.min(Math.max(p * x + q, 0), 1);
        return switch (kind) {
            case RELU -> x < 0 ? p * x : x;
            case CLIP -> Math.min(Math.max(x, p), q);
            case SIGMOID -> 1 / (1 + Math.exp(-x));
            case TANH -> Math.tanh(x);
            case HARD_SIGMOID -> gate;
            case HARD_SWISH -> x * gate;
            case SILU -> x / (1 + Math.exp(-x));
            case LINEAR -> p * x + q;
            case POWER -> p * Math.pow(x, q);
            case ELU -> x < 0 ? p * Math.expm1(x) : x;
            case EXP -> Math.exp(x);
            case SQRT -> Math.sqrt(x);
            case ABS -> Math.abs(x);
            case PRELU -> x < 0 ? slope * x : x;
            default -> x;
        };
    }

    @Override
    public String buildInfo() {
        return "dms-bridge in Java";
    }

    @Override
    public boolean isHost() {
        return true;
    }

    @Override
    public void checkDevice(int device) {}

    @Override
    public long attribute(int device, int attribute) {
        return -1;
    }

    @Override
    public void graphBegin(long stream) {
        Recordings.begin(stream);
    }

    @Override
    public boolean graphRecording(long stream) {
        return Recordings.of(stream) != null;
    }

    @Override
    public long graphEnd(long stream) {
        return Recordings.end(stream);
    }

    @Override
    public void graphAbort(long stream) {
        Recordings.abort(stream);
    }

    @Override
    public long graphNodes(long graph) {
        return 0;
    }

    @Override
    public void graphUpload(long graph, long stream) {}

    @Override
    public void graphLaunch(long graph, long stream) {
        Recordings.replay(graph);
    }

    @Override
    public void graphDestroy(long graph) {
        Recordings.destroy(graph);
    }

    @Override
    public void pack(
            long master,
            int size0,
            int size1,
            int kernel,
            long ranges0,
            int count0,
            long ranges1,
            int count1,
            int kAxis,
            long scale,
            int scaleAxis,
            int groups,
            long packed,
            int k,
            int c,
            int order,
            int type,
            long stream) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void epilogue(
            long x,
            int xFormat,
            int xPitch,
            long residual,
            int rFormat,
            int rPitch,
            long y,
            int yFormat,
            int yPitch,
            int n,
            int c,
            int hw,
            long scale,
            long bias,
            long slopes,
            int first,
            float p1,
            float q1,
            int second,
            float p2,
            float q2,
            long stream) {
        work(stream, () -> {
            Image a = image(x, xFormat, xPitch, c, hw);
            @Nullable Image z = residual == 0 ? null : image(residual, rFormat, rPitch, c, hw);
            Image out = image(y, yFormat, yPitch, c, hw);
            Memory.@Nullable Elements s = floats(scale);
            Memory.@Nullable Elements t = floats(bias);
            Memory.@Nullable Elements slope = floats(slopes);
            out.fill(n, (i, ch, p) -> {
                double v = a.get(i, ch, p);
                v = s == null ? v : v * s.get(ch);
                v = t == null ? v : v + t.get(ch);
                float m = slope == null ? 0 : slope.get(ch);
                v = activate(first, p1, q1, m, v);
                v = z == null ? v : v + z.get(i, ch, p);
                return activate(second, p2, q2, m, v);
            });
        });
    }

    @Override
    public void binary(
            int kind,
            long a,
            int aFormat,
            int aPitch,
            long b,
            int bFormat,
            int bPitch,
            int bAxes,
            long y,
            int yFormat,
            int yPitch,
            int n,
            int c,
            int h,
            int w,
            int activation,
            float p,
            float q,
            long stream) {
        float pp = p;
        work(stream, () -> {
            Image u = image(a, aFormat, aPitch, c, h * w);
            int bc = (bAxes & AXIS_C) == 0 ? 1 : c;
            int bh = (bAxes & AXIS_H) == 0 ? 1 : h;
            int bw = (bAxes & AXIS_W) == 0 ? 1 : w;
            Image v = image(b, bFormat, bPitch, bc, bh * bw);
            image(y, yFormat, yPitch, c, h * w).fill(n, (i, ch, at) -> {
                int row = bh == 1 ? 0 : at / w;
                int column = bw == 1 ? 0 : at % w;
                double other = v.get((bAxes & AXIS_N) == 0 ? 0 : i, bc == 1 ? 0 : ch, row * bw + column);
                return activate(activation, pp, q, 0, apply(kind, u.get(i, ch, at), other));
            });
        });
    }

    @Override
    public void ndBinary(
            int kind,
            int rank,
            long dims,
            long a,
            long aStrides,
            long b,
            long bStrides,
            long y,
            int type,
            long stream) {
        long[] d = longs(dims, rank);
        long[] as = longs(aStrides, rank);
        long[] bs = longs(bStrides, rank);
        work(stream, () -> {
            Memory.Elements u = memory.elements(a, type == F16);
            Memory.Elements v = memory.elements(b, type == F16);
            Memory.Elements out = memory.elements(y, type == F16);
            each(d, (flat, at) -> out.put(flat, apply(kind, u.get(dot(at, as)), v.get(dot(at, bs)))));
        });
    }

    @Override
    public void depthwise(
            long x,
            int xFormat,
            int xPitch,
            int n,
            int c,
            int h,
            int w,
            long weights,
            int wType,
            long bias,
            long y,
            int yFormat,
            int yPitch,
            int outH,
            int outW,
            int kh,
            int kw,
            int strideH,
            int strideW,
            int top,
            int left,
            int dilationH,
            int dilationW,
            int activation,
            float p,
            float q,
            long stream) {
        work(stream, () -> {
            Image in = image(x, xFormat, xPitch, c, h * w);
            Memory.Elements f = memory.elements(weights, wType == F16);
            Memory.@Nullable Elements t = floats(bias);
            image(y, yFormat, yPitch, c, outH * outW).fill(n, (i, ch, at) -> {
                double sum = t == null ? 0 : t.get(ch);
                for (int r = 0; r < kh; r++) {
                    for (int s = 0; s < kw; s++) {
                        int row = at / outW * strideH - top + r * dilationH;
                        int column = at % outW * strideW - left + s * dilationW;
                        if (row >= 0 && row < h && column >= 0 && column < w) {
                            sum += (double) in.get(i, ch, row * w + column) * f.get((long) (r * kw + s) * c + ch);
                        }
                    }
                }
                return activate(activation, p, q, 0, sum);
            });
        });
    }

    @Override
    public void pool(
            int kind,
            long x,
            int xFormat,
            int xPitch,
            int n,
            int c,
            int h,
            int w,
            long y,
            int yFormat,
            int yPitch,
            int outH,
            int outW,
            int kh,
            int kw,
            int strideH,
            int strideW,
            int top,
            int left,
            int dilationH,
            int dilationW,
            long stream) {
        work(stream, () -> {
            Image in = image(x, xFormat, xPitch, c, h * w);
            image(y, yFormat, yPitch, c, outH * outW).fill(n, (i, ch, at) -> {
                double sum = 0;
                double most = Double.NEGATIVE_INFINITY;
                int inside = 0;
                for (int r = 0; r < kh; r++) {
                    for (int s = 0; s < kw; s++) {
                        int row = at / outW * strideH - top + r * dilationH;
                        int column = at % outW * strideW - left + s * dilationW;
                        if (row >= 0 && row < h && column >= 0 && column < w) {
                            float v = in.get(i, ch, row * w + column);
                            sum += v;
                            most = Math.max(most, v);
                            inside++;
                        }
                    }
                }
                int count = kind == POOL_AVERAGE_WINDOW ? kh * kw : inside;
                return kind == POOL_MAX ? most : count == 0 ? 0 : sum / count;
            });
        });
    }

    @Override
    public void reduce(
            int kind,
            long x,
            int xType,
            long outer,
            long axis,
            long inner,
            long xOuterStride,
            long xAxisStride,
            long y,
            int yType,
            long yOuterStride,
            long stream) {
        work(stream, () -> {
            Memory.Elements in = memory.elements(x, xType == F16);
            Memory.Elements out = memory.elements(y, yType == F16);
            for (long o = 0; o < outer; o++) {
                for (long i = 0; i < inner; i++) {
                    double sum = 0;
                    double most = Double.NEGATIVE_INFINITY;
                    for (long a = 0; a < axis; a++) {
                        float v = in.get(o * xOuterStride + a * xAxisStride + i);
                        sum += v;
                        most = Math.max(most, v);
                    }
                    double mean = kind == REDUCE_MEAN ? sum / axis : sum;
                    out.put(o * yOuterStride + i, kind == REDUCE_MAX ? most : mean);
                }
            }
        });
    }

    @Override
    public void lrn(
            long x,
            int xFormat,
            int xPitch,
            long y,
            int yFormat,
            int yPitch,
            int n,
            int c,
            int hw,
            int size,
            float alpha,
            float beta,
            float bias,
            long stream) {
        work(stream, () -> {
            Image in = image(x, xFormat, xPitch, c, hw);
            image(y, yFormat, yPitch, c, hw).fill(n, (i, ch, p) -> {
                double sum = 0;
                for (int o = Math.max(0, ch - (size - 1) / 2); o <= Math.min(c - 1, ch + size / 2); o++) {
                    sum += (double) in.get(i, o, p) * in.get(i, o, p);
                }
                return in.get(i, ch, p) / Math.pow(bias + alpha / size * sum, beta);
            });
        });
    }

    @Override
    public void convert(
            long x, int xFormat, int xPitch, long y, int yFormat, int yPitch, int n, int c, int hw, long stream) {
        work(stream, () -> {
            Image in = image(x, xFormat, xPitch, c, hw);
            image(y, yFormat, yPitch, c, hw).fill(n, in::get);
        });
    }

    @Override
    public void shuffle(
            long x,
            int xFormat,
            int xPitch,
            long y,
            int yFormat,
            int yPitch,
            int n,
            int c,
            int hw,
            int groups,
            long stream) {
        work(stream, () -> {
            Image in = image(x, xFormat, xPitch, c, hw);
            image(y, yFormat, yPitch, c, hw)
                    .fill(n, (i, ch, p) -> in.get(i, ch % groups * (c / groups) + ch / groups, p));
        });
    }

    @Override
    public void pad(
            long x,
            int xFormat,
            int xPitch,
            int n,
            int c,
            int h,
            int w,
            long y,
            int yFormat,
            int yPitch,
            int outH,
            int outW,
            int top,
            int left,
            float fill,
            long stream) {
        work(stream, () -> {
            Image in = image(x, xFormat, xPitch, c, h * w);
            image(y, yFormat, yPitch, c, outH * outW).fill(n, (i, ch, p) -> {
                int row = p / outW - top;
                int column = p % outW - left;
                boolean inside = row >= 0 && row < h && column >= 0 && column < w;
                return inside ? in.get(i, ch, row * w + column) : fill;
            });
        });
    }

    @Override
    public void resize(
            long x,
            int xFormat,
            int xPitch,
            int n,
            int c,
            int h,
            int w,
            long y,
            int yFormat,
            int yPitch,
            int outH,
            int outW,
            long rowIndices,
            long rowWeights,
            int rowTaps,
            long columnIndices,
            long columnWeights,
            int columnTaps,
            long stream) {
        work(stream, () -> {
            Image in = image(x, xFormat, xPitch, c, h * w);
            ByteBuffer ri = memory.from(rowIndices);
            ByteBuffer ci = memory.from(columnIndices);
            Memory.Elements rw = Objects.requireNonNull(floats(rowWeights));
            Memory.Elements cw = Objects.requireNonNull(floats(columnWeights));
            image(y, yFormat, yPitch, c, outH * outW).fill(n, (i, ch, p) -> {
                double sum = 0;
                for (int r = p / outW * rowTaps; r < (p / outW + 1) * rowTaps; r++) {
                    for (int s = p % outW * columnTaps; s < (p % outW + 1) * columnTaps; s++) {
                        float v = in.get(i, ch, ri.getInt(4 * r) * w + ci.getInt(4 * s));
                        sum += (double) rw.get(r) * cw.get(s) * v;
                    }
                }
                return sum;
            });
        });
    }

    @Override
    public void ndCopy(
            int rank, long dims, long x, int xType, long xStrides, long y, int yType, long yStrides, long stream) {
        long[] d = longs(dims, rank);
        long[] xs = longs(xStrides, rank);
        long[] ys = longs(yStrides, rank);
        work(stream, () -> {
            Memory.Elements in = memory.elements(x, xType == F16);
            Memory.Elements out = memory.elements(y, yType == F16);
            each(d, (flat, at) -> out.put(dot(at, ys), in.get(dot(at, xs))));
        });
    }

    @Override
    public void ndGather(
            int rank, long dims, long x, long xStrides, long tables, float fill, long y, int type, long stream) {
        long[] d = longs(dims, rank);
        long[] xs = longs(xStrides, rank);
        work(stream, () -> {
            Memory.Elements in = memory.elements(x, type == F16);
            Memory.Elements out = memory.elements(y, type == F16);
            ByteBuffer t = memory.from(tables);
            each(d, (flat, at) -> {
                long from = 0;
                int table = 0;
                boolean outside = false;
                for (int i = 0; i < rank; i++) {
                    int index = t.getInt(4 * (table + (int) at[i]));
                    outside |= index < 0;
                    from += index * xs[i];
                    table += (int) d[i];
                }
                out.put(flat, outside ? fill : in.get(from));
            });
        });
    }

    @Override
    public void preprocess(
            long image,
            long chroma,
            int pixels,
            int colours,
            int height,
            int width,
            int rowBytes,
            int chromaRowBytes,
            long y,
            int yFormat,
            int yPitch,
            int channels,
            int outH,
            int outW,
            int fit,
            float factorR,
            float factorG,
            float factorB,
            float offsetR,
            float offsetG,
            float offsetB,
            long stream) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void softmax(long x, int xType, long outer, long axis, long inner, long y, int yType, long stream) {
        work(stream, () -> {
            Memory.Elements in = memory.elements(x, xType == F16);
            Memory.Elements out = memory.elements(y, yType == F16);
            for (long o = 0; o < outer * inner; o++) {
                long base = o / inner * axis * inner + o % inner;
                double most = Double.NEGATIVE_INFINITY;
                for (long a = 0; a < axis; a++) {
                    most = Math.max(most, in.get(base + a * inner));
                }
                double sum = 0;
                for (long a = 0; a < axis; a++) {
                    sum += Math.exp(in.get(base + a * inner) - most);
                }
                for (long a = 0; a < axis; a++) {
                    out.put(base + a * inner, Math.exp(in.get(base + a * inner) - most) / sum);
                }
            }
        });
    }

    @Override
    public void topK(
            long x, int xType, int rows, int columns, long rowStride, int k, long values, long indices, long stream) {
        throw new UnsupportedOperationException();
    }
}
