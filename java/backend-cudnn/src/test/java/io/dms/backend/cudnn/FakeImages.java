package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Activation;
import io.dms.backend.cudnn.bridge.Frame;
import io.dms.backend.cudnn.bridge.Images;
import io.dms.backend.cudnn.bridge.Layout;
import io.dms.backend.cudnn.bridge.Tensors;
import io.dms.backend.cudnn.bridge.Window;
import java.nio.ByteBuffer;
import java.util.DoubleSummaryStatistics;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The bridge's kernels on images as their formulas read. */
final class FakeImages implements Images {
    private final Memory memory;

    FakeImages(Memory memory) {
        this.memory = memory;
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

    private Image image(Layout l, long address) {
        return image(l, address, l.c(), l.hw());
    }

    /** Of other extents than those that the layout says. */
    private Image image(Layout l, long address, int c, int hw) {
        if (l.pitch() < c) {
            throw new IllegalArgumentException("pitch " + l.pitch() + " of " + c + " channels");
        }
        boolean half = l.format() >= Layout.NCHW_F16;
        return new Image(memory.elements(address, half), (l.format() & 1) != 0, l.pitch(), c, hw);
    }

    private Memory.@Nullable Elements floats(long address) {
        return address == 0 ? null : memory.elements(address, false);
    }

    static double apply(int kind, double a, double b) {
        return switch (kind) {
            case ADD -> a + b;
            case SUB -> a - b;
            case MUL -> a * b;
            case DIV -> a / b;
            case SUB_FROM -> b - a;
            default -> b / a;
        };
    }

    private static double activate(Activation a, float slope, double x) {
        float p = a.p();
        float q = a.q();
        double gate = Math.min(Math.max(p * x + q, 0), 1);
        return switch (a.kind()) {
            case Activation.RELU -> x < 0 ? p * x : x;
            case Activation.CLIP -> Math.min(Math.max(x, p), q);
            case Activation.SIGMOID -> 1 / (1 + Math.exp(-x));
            case Activation.TANH -> Math.tanh(x);
            case Activation.HARD_SIGMOID -> gate;
            case Activation.HARD_SWISH -> x * gate;
            case Activation.SILU -> x / (1 + Math.exp(-x));
            case Activation.LINEAR -> p * x + q;
            case Activation.POWER -> p * Math.pow(x, q);
            case Activation.ELU -> x < 0 ? p * Math.expm1(x) : x;
            case Activation.EXP -> Math.exp(x);
            case Activation.SQRT -> Math.sqrt(x);
            case Activation.ABS -> Math.abs(x);
            case Activation.PRELU -> x < 0 ? slope * x : x;
            default -> x;
        };
    }

    @Override
    public void epilogue(
            Layout x,
            long xAt,
            Layout z,
            long zAt,
            Layout y,
            long yAt,
            long scale,
            long bias,
            long slopes,
            Activation first,
            Activation second,
            long stream) {
        Recordings.work(stream, () -> {
            Image a = image(x, xAt, y.c(), y.hw());
            @Nullable Image more = zAt == 0 ? null : image(z, zAt, y.c(), y.hw());
            Memory.@Nullable Elements s = floats(scale);
            Memory.@Nullable Elements t = floats(bias);
            Memory.@Nullable Elements slope = floats(slopes);
            image(y, yAt).fill(y.n(), (i, ch, p) -> {
                double v = a.get(i, ch, p);
                v = s == null ? v : v * s.get(ch);
                v = t == null ? v : v + t.get(ch);
                float m = slope == null ? 0 : slope.get(ch);
                v = activate(first, m, v);
                v = more == null ? v : v + more.get(i, ch, p);
                return activate(second, m, v);
            });
        });
    }

    @Override
    public void binary(
            int kind,
            Layout a,
            long aAt,
            Layout b,
            long bAt,
            int bAxes,
            Layout y,
            long yAt,
            Activation activation,
            long stream) {
        Recordings.work(stream, () -> {
            Image u = image(a, aAt, y.c(), y.hw());
            int bc = (bAxes & AXIS_C) == 0 ? 1 : y.c();
            int bh = (bAxes & AXIS_H) == 0 ? 1 : y.h();
            int bw = (bAxes & AXIS_W) == 0 ? 1 : y.w();
            Image v = image(b, bAt, bc, bh * bw);
            image(y, yAt).fill(y.n(), (i, ch, at) -> {
                int row = bh == 1 ? 0 : at / y.w();
                int column = bw == 1 ? 0 : at % y.w();
                double other = v.get((bAxes & AXIS_N) == 0 ? 0 : i, bc == 1 ? 0 : ch, row * bw + column);
                return activate(activation, 0, apply(kind, u.get(i, ch, at), other));
            });
        });
    }

    /** A place of a window inside the image. */
    private interface Place {
        void at(int tap, int pixel);
    }

    /** Every place that the window covers for one pixel of the result. */
    private static void places(Window v, Layout x, Layout y, int pixel, Place f) {
        for (int r = 0; r < v.rows(); r++) {
            for (int s = 0; s < v.columns(); s++) {
                int row = pixel / y.w() * v.strideH() - v.top() + r * v.dilationH();
                int column = pixel % y.w() * v.strideW() - v.left() + s * v.dilationW();
                if (row >= 0 && row < x.h() && column >= 0 && column < x.w()) {
                    f.at(r * v.columns() + s, row * x.w() + column);
                }
            }
        }
    }

    @Override
    public void depthwise(
            Layout x,
            long xAt,
            long weights,
            int weightType,
            long bias,
            Layout y,
            long yAt,
            Window window,
            Activation activation,
            long stream) {
        Recordings.work(stream, () -> {
            Image in = image(x, xAt);
            Memory.Elements f = memory.elements(weights, weightType == Tensors.F16);
            Memory.@Nullable Elements t = floats(bias);
            image(y, yAt).fill(y.n(), (i, ch, at) -> {
                double[] sum = {t == null ? 0 : t.get(ch)};
                places(
                        window,
                        x,
                        y,
                        at,
                        (tap, pixel) -> sum[0] += (double) in.get(i, ch, pixel) * f.get((long) tap * y.c() + ch));
                return activate(activation, 0, sum[0]);
            });
        });
    }

    @Override
    public void pool(int kind, Layout x, long xAt, Layout y, long yAt, Window window, long stream) {
        Recordings.work(stream, () -> {
            Image in = image(x, xAt);
            image(y, yAt).fill(y.n(), (i, ch, at) -> {
                DoubleSummaryStatistics seen = new DoubleSummaryStatistics();
                places(window, x, y, at, (tap, pixel) -> seen.accept(in.get(i, ch, pixel)));
                long count = kind == POOL_AVERAGE_WINDOW ? (long) window.rows() * window.columns() : seen.getCount();
                return kind == POOL_MAX ? seen.getMax() : count == 0 ? 0 : seen.getSum() / count;
            });
        });
    }

    @Override
    public void lrn(
            Layout x, long xAt, Layout y, long yAt, int size, float alpha, float beta, float bias, long stream) {
        Recordings.work(stream, () -> {
            Image in = image(x, xAt, y.c(), y.hw());
            image(y, yAt).fill(y.n(), (i, ch, p) -> {
                double sum = 0;
                for (int o = Math.max(0, ch - (size - 1) / 2); o <= Math.min(y.c() - 1, ch + size / 2); o++) {
                    sum += (double) in.get(i, o, p) * in.get(i, o, p);
                }
                return in.get(i, ch, p) / Math.pow(bias + alpha / size * sum, beta);
            });
        });
    }

    @Override
    public void convert(Layout x, long xAt, Layout y, long yAt, long stream) {
        Recordings.work(stream, () -> {
            Image in = image(x, xAt, y.c(), y.hw());
            image(y, yAt).fill(y.n(), in::get);
        });
    }

    @Override
    public void shuffle(Layout x, long xAt, Layout y, long yAt, int groups, long stream) {
        Recordings.work(stream, () -> {
            Image in = image(x, xAt, y.c(), y.hw());
            int size = y.c() / groups;
            image(y, yAt).fill(y.n(), (i, ch, p) -> in.get(i, ch % groups * size + ch / groups, p));
        });
    }

    @Override
    public void pad(Layout x, long xAt, Layout y, long yAt, int top, int left, float fill, long stream) {
        Recordings.work(stream, () -> {
            Image in = image(x, xAt);
            image(y, yAt).fill(y.n(), (i, ch, p) -> {
                int row = p / y.w() - top;
                int column = p % y.w() - left;
                boolean inside = row >= 0 && row < x.h() && column >= 0 && column < x.w();
                return inside ? in.get(i, ch, row * x.w() + column) : fill;
            });
        });
    }

    @Override
    public void resize(
            Layout x,
            long xAt,
            Layout y,
            long yAt,
            long rowIndices,
            long rowWeights,
            int rowTaps,
            long columnIndices,
            long columnWeights,
            int columnTaps,
            long stream) {
        Recordings.work(stream, () -> {
            Image in = image(x, xAt);
            ByteBuffer ri = memory.from(rowIndices);
            ByteBuffer ci = memory.from(columnIndices);
            Memory.Elements rw = Objects.requireNonNull(floats(rowWeights));
            Memory.Elements cw = Objects.requireNonNull(floats(columnWeights));
            image(y, yAt).fill(y.n(), (i, ch, p) -> {
                double sum = 0;
                for (int r = p / y.w() * rowTaps; r < (p / y.w() + 1) * rowTaps; r++) {
                    for (int s = p % y.w() * columnTaps; s < (p % y.w() + 1) * columnTaps; s++) {
                        float v = in.get(i, ch, ri.getInt(4 * r) * x.w() + ci.getInt(4 * s));
                        sum += (double) rw.get(r) * cw.get(s) * v;
                    }
                }
                return sum;
            });
        });
    }

    @Override
    public void preprocess(Frame frame, long image, long chroma, Layout y, long yAt, long stream) {
        throw new UnsupportedOperationException();
    }
}
