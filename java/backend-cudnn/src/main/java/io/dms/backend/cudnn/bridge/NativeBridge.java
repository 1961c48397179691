package io.dms.backend.cudnn.bridge;

/** The bridge of the loaded library. */
final class NativeBridge implements Bridge {
    private final String buildInfo = NativeCalls.buildInfo();
    private final boolean host = NativeCalls.attributeOf(0, TOOLKIT_VERSION) == 0;

    private static void check(int status) {
        if (status != 0) {
            throw failure(status);
        }
    }

    private static BridgeException failure(int status) {
        return new BridgeException(status, NativeCalls.lastCudaError(), NativeCalls.lastError());
    }

    @Override
    public String buildInfo() {
        return buildInfo;
    }

    @Override
    public boolean isHost() {
        return host;
    }

    @Override
    public long attribute(int device, int attribute) {
        return NativeCalls.attributeOf(device, attribute);
    }

    @Override
    public boolean graphRecording(long stream) {
        int state = NativeCalls.graphRecording(stream);
        if (state < 0) {
            throw failure(BridgeException.CAPTURE);
        }
        return state == 1;
    }

    @Override
    public long graphEnd(long stream) {
        long graph = NativeCalls.graphEnd(stream);
        if (graph == 0) {
            throw failure(BridgeException.CAPTURE);
        }
        return graph;
    }

    @Override
    public long graphNodes(long graph) {
        long nodes = NativeCalls.graphNodes(graph);
        if (nodes < 0) {
            throw failure(BridgeException.BAD_ARGUMENT);
        }
        return nodes;
    }

    @Override
    public void checkDevice(int device) {
        check(NativeCalls.checkDevice(device));
    }

    @Override
    public void graphBegin(long stream) {
        check(NativeCalls.graphBegin(stream));
    }

    @Override
    public void graphAbort(long stream) {
        check(NativeCalls.graphAbort(stream));
    }

    @Override
    public void graphUpload(long graph, long stream) {
        check(NativeCalls.graphUpload(graph, stream));
    }

    @Override
    public void graphLaunch(long graph, long stream) {
        check(NativeCalls.graphLaunch(graph, stream));
    }

    @Override
    public void graphDestroy(long graph) {
        check(NativeCalls.graphDestroy(graph));
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
        check(NativeCalls.pack(
                master, size0, size1, kernel, ranges0, count0, ranges1, count1, kAxis, scale, scaleAxis, groups, packed,
                k, c, order, type, stream));
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
        check(NativeCalls.epilogue(
                x, xFormat, xPitch, residual, rFormat, rPitch, y, yFormat, yPitch, n, c, hw, scale, bias, slopes, first,
                p1, q1, second, p2, q2, stream));
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
        check(NativeCalls.binary(
                kind,
                a,
                aFormat,
                aPitch,
                b,
                bFormat,
                bPitch,
                bAxes,
                y,
                yFormat,
                yPitch,
                n,
                c,
                h,
                w,
                activation,
                p,
                q,
                stream));
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
        check(NativeCalls.ndBinary(kind, rank, dims, a, aStrides, b, bStrides, y, type, stream));
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
        check(NativeCalls.depthwise(
                x,
                xFormat,
                xPitch,
                n,
                c,
                h,
                w,
                weights,
                wType,
                bias,
                y,
                yFormat,
                yPitch,
                outH,
                outW,
                kh,
                kw,
                strideH,
                strideW,
                top,
                left,
                dilationH,
                dilationW,
                activation,
                p,
                q,
                stream));
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
        check(NativeCalls.pool(
                kind, x, xFormat, xPitch, n, c, h, w, y, yFormat, yPitch, outH, outW, kh, kw, strideH, strideW, top,
                left, dilationH, dilationW, stream));
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
        check(NativeCalls.reduce(
                kind, x, xType, outer, axis, inner, xOuterStride, xAxisStride, y, yType, yOuterStride, stream));
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
        check(NativeCalls.lrn(x, xFormat, xPitch, y, yFormat, yPitch, n, c, hw, size, alpha, beta, bias, stream));
    }

    @Override
    public void convert(
            long x, int xFormat, int xPitch, long y, int yFormat, int yPitch, int n, int c, int hw, long stream) {
        check(NativeCalls.convert(x, xFormat, xPitch, y, yFormat, yPitch, n, c, hw, stream));
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
        check(NativeCalls.shuffle(x, xFormat, xPitch, y, yFormat, yPitch, n, c, hw, groups, stream));
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
        check(NativeCalls.pad(x, xFormat, xPitch, n, c, h, w, y, yFormat, yPitch, outH, outW, top, left, fill, stream));
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
        check(NativeCalls.resize(
                x,
                xFormat,
                xPitch,
                n,
                c,
                h,
                w,
                y,
                yFormat,
                yPitch,
                outH,
                outW,
                rowIndices,
                rowWeights,
                rowTaps,
                columnIndices,
                columnWeights,
                columnTaps,
                stream));
    }

    @Override
    public void ndCopy(
            int rank, long dims, long x, int xType, long xStrides, long y, int yType, long yStrides, long stream) {
        check(NativeCalls.ndCopy(rank, dims, x, xType, xStrides, y, yType, yStrides, stream));
    }

    @Override
    public void ndGather(
            int rank, long dims, long x, long xStrides, long tables, float fill, long y, int type, long stream) {
        check(NativeCalls.ndGather(rank, dims, x, xStrides, tables, fill, y, type, stream));
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
        check(NativeCalls.preprocess(
                image,
                chroma,
                pixels,
                colours,
                height,
                width,
                rowBytes,
                chromaRowBytes,
                y,
                yFormat,
                yPitch,
                channels,
                outH,
                outW,
                fit,
                factorR,
                factorG,
                factorB,
                offsetR,
                offsetG,
                offsetB,
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
}
