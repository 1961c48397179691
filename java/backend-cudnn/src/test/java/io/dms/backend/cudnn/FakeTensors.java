package io.dms.backend.cudnn;

import io.dms.backend.cudnn.bridge.Packing;
import io.dms.backend.cudnn.bridge.Tensors;
import java.nio.ByteBuffer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.javacpp.Pointer;

/** The bridge's kernels on tensors as their formulas read. */
final class FakeTensors implements Tensors {
    private final Memory memory;

    FakeTensors(Memory memory) {
        this.memory = memory;
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

    @Override
    public void binary(
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
        Recordings.work(stream, () -> {
            Memory.Elements u = memory.elements(a, type == F16);
            Memory.Elements v = memory.elements(b, type == F16);
            Memory.Elements out = memory.elements(y, type == F16);
            each(d, (flat, at) -> out.put(flat, FakeImages.apply(kind, u.get(dot(at, as)), v.get(dot(at, bs)))));
        });
    }

    @Override
    public void reduce(int kind, Lines l, long x, int xType, long y, int yType, long stream) {
        Recordings.work(stream, () -> {
            Memory.Elements in = memory.elements(x, xType == F16);
            Memory.Elements out = memory.elements(y, yType == F16);
            for (long o = 0; o < l.outer(); o++) {
                for (long i = 0; i < l.inner(); i++) {
                    double sum = 0;
                    double most = Double.NEGATIVE_INFINITY;
                    for (long a = 0; a < l.axis(); a++) {
                        float v = in.get(o * l.outerStride() + a * l.axisStride() + i);
                        sum += v;
                        most = Math.max(most, v);
                    }
                    double mean = kind == REDUCE_MEAN ? sum / l.axis() : sum;
                    out.put(o * l.resultStride() + i, kind == REDUCE_MAX ? most : mean);
                }
            }
        });
    }

    @Override
    public void softmax(long x, int xType, long outer, long axis, long inner, long y, int yType, long stream) {
        Recordings.work(stream, () -> {
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

    @Override
    public void copy(
            int rank, long dims, long x, int xType, long xStrides, long y, int yType, long yStrides, long stream) {
        long[] d = longs(dims, rank);
        long[] xs = longs(xStrides, rank);
        long[] ys = longs(yStrides, rank);
        Recordings.work(stream, () -> {
            Memory.Elements in = memory.elements(x, xType == F16);
            Memory.Elements out = memory.elements(y, yType == F16);
            each(d, (flat, at) -> out.put(dot(at, ys), in.get(dot(at, xs))));
        });
    }

    @Override
    public void gather(
            int rank, long dims, long x, long xStrides, long tables, float fill, long y, int type, long stream) {
        long[] d = longs(dims, rank);
        long[] xs = longs(xStrides, rank);
        Recordings.work(stream, () -> {
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
    public void pack(
            Packing p,
            long master,
            long ranges0,
            int count0,
            long ranges1,
            int count1,
            long scale,
            long packed,
            long stream) {
        throw new UnsupportedOperationException();
    }
}
