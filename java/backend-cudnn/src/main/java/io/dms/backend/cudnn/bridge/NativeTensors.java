package io.dms.backend.cudnn.bridge;

import static io.dms.backend.cudnn.bridge.NativeStatus.check;

/** Kernels on tensors of the loaded library. */
final class NativeTensors implements Tensors {
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
        check(NativeCalls.ndBinary(kind, rank, dims, a, aStrides, b, bStrides, y, type, stream));
    }

    @Override
    public void reduce(int kind, Lines l, long x, int xType, long y, int yType, long stream) {
        check(NativeCalls.reduce(
                kind,
                x,
                xType,
                l.outer(),
                l.axis(),
                l.inner(),
                l.outerStride(),
                l.axisStride(),
                y,
                yType,
                l.resultStride(),
                stream));
    }

    @Override
    public void softmax(long x, int xType, long outer, long axis, long inner, long y, int yType, long stream) {
        check(NativeCalls.softmax(x, xType, outer, axis, inner, y, yType, stream));
    }

    @Override
    public void topK(
            long x, int xType, int rows, int columns, long rowStride, int k, long values, long indices, long stream) {
        check(NativeCalls.topK(x, xType, rows, columns, rowStride, k, values, indices, stream));
    }

    @Override
    public void copy(
            int rank, long dims, long x, int xType, long xStrides, long y, int yType, long yStrides, long stream) {
        check(NativeCalls.ndCopy(rank, dims, x, xType, xStrides, y, yType, yStrides, stream));
    }

    @Override
    public void gather(
            int rank, long dims, long x, long xStrides, long tables, float fill, long y, int type, long stream) {
        check(NativeCalls.ndGather(rank, dims, x, xStrides, tables, fill, y, type, stream));
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
        check(NativeCalls.pack(
                master,
                p.size0(),
                p.size1(),
                p.kernel(),
                ranges0,
                count0,
                ranges1,
                count1,
                p.kAxis(),
                scale,
                p.scaleAxis(),
                p.groups(),
                packed,
                p.k(),
                p.c(),
                p.order(),
                p.type(),
                stream));
    }
}
