package io.dms.backend.cudnn.bridge;

import org.bytedeco.javacpp.annotation.Cast;
import org.bytedeco.javacpp.annotation.Name;
import org.bytedeco.javacpp.annotation.NoException;
import org.bytedeco.javacpp.annotation.Platform;

/**
 * The functions of {@code dms_bridge.h} for JavaCPP's generator, address for address. The build compiles what it
 * generates into the bridge itself, so that one library holds both.
 */
@Platform(include = "dms_bridge.h", library = "dms_bridge")
@NoException
final class NativeCalls {
    private NativeCalls() {}

    @Name("dms_abi_version")
    static native int abiVersion();

    @Name("dms_build_info")
    static native String buildInfo();

    @Name("dms_last_error")
    static native String lastError();

    @Name("dms_last_cuda_error")
    static native int lastCudaError();

    @Name("dms_check_device")
    static native int checkDevice(int device);

    @Name("dms_attribute_of")
    static native long attributeOf(int device, int attribute);

    @Name("dms_graph_begin")
    static native int graphBegin(@Cast("void*") long stream);

    @Name("dms_graph_recording")
    static native int graphRecording(@Cast("void*") long stream);

    @Name("dms_graph_end")
    static native @Cast("void*") long graphEnd(@Cast("void*") long stream);

    @Name("dms_graph_abort")
    static native int graphAbort(@Cast("void*") long stream);

    @Name("dms_graph_nodes")
    static native long graphNodes(@Cast("void*") long graph);

    @Name("dms_graph_upload")
    static native int graphUpload(@Cast("void*") long graph, @Cast("void*") long stream);

    @Name("dms_graph_launch")
    static native int graphLaunch(@Cast("void*") long graph, @Cast("void*") long stream);

    @Name("dms_graph_destroy")
    static native int graphDestroy(@Cast("void*") long graph);

    @Name("dms_pack")
    static native int pack(
            @Cast("const float*") long master,
            int size0,
            int size1,
            int kernel,
            @Cast("const int32_t*") long ranges0,
            int count0,
            @Cast("const int32_t*") long ranges1,
            int count1,
            int kAxis,
            @Cast("const float*") long scale,
            int scaleAxis,
            int groups,
            @Cast("void*") long packed,
            int k,
            int c,
            int order,
            int type,
            @Cast("void*") long stream);

    @Name("dms_epilogue")
    static native int epilogue(
            @Cast("const void*") long x,
            int xFormat,
            int xPitch,
            @Cast("const void*") long residual,
            int rFormat,
            int rPitch,
            @Cast("void*") long y,
            int yFormat,
            int yPitch,
            int n,
            int c,
            int hw,
            @Cast("const float*") long scale,
            @Cast("const float*") long bias,
            @Cast("const float*") long slopes,
            int first,
            float p1,
            float q1,
            int second,
            float p2,
            float q2,
            @Cast("void*") long stream);

    @Name("dms_binary")
    static native int binary(
            int kind,
            @Cast("const void*") long a,
            int aFormat,
            int aPitch,
            @Cast("const void*") long b,
            int bFormat,
            int bPitch,
            int bAxes,
            @Cast("void*") long y,
            int yFormat,
            int yPitch,
            int n,
            int c,
            int h,
            int w,
            int activation,
            float p,
            float q,
            @Cast("void*") long stream);

    @Name("dms_nd_binary")
    static native int ndBinary(
            int kind,
            int rank,
            @Cast("const int64_t*") long dims,
            @Cast("const void*") long a,
            @Cast("const int64_t*") long aStrides,
            @Cast("const void*") long b,
            @Cast("const int64_t*") long bStrides,
            @Cast("void*") long y,
            int type,
            @Cast("void*") long stream);

    @Name("dms_depthwise")
    static native int depthwise(
            @Cast("const void*") long x,
            int xFormat,
            int xPitch,
            int n,
            int c,
            int h,
            int w,
            @Cast("const void*") long weights,
            int wType,
            @Cast("const float*") long bias,
            @Cast("void*") long y,
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
            @Cast("void*") long stream);

    @Name("dms_pool")
    static native int pool(
            int kind,
            @Cast("const void*") long x,
            int xFormat,
            int xPitch,
            int n,
            int c,
            int h,
            int w,
            @Cast("void*") long y,
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
            @Cast("void*") long stream);

    @Name("dms_reduce")
    static native int reduce(
            int kind,
            @Cast("const void*") long x,
            int xType,
            long outer,
            long axis,
            long inner,
            long xOuterStride,
            long xAxisStride,
            @Cast("void*") long y,
            int yType,
            long yOuterStride,
            @Cast("void*") long stream);

    @Name("dms_lrn")
    static native int lrn(
            @Cast("const void*") long x,
            int xFormat,
            int xPitch,
            @Cast("void*") long y,
            int yFormat,
            int yPitch,
            int n,
            int c,
            int hw,
            int size,
            float alpha,
            float beta,
            float bias,
            @Cast("void*") long stream);

    @Name("dms_convert")
    static native int convert(
            @Cast("const void*") long x,
            int xFormat,
            int xPitch,
            @Cast("void*") long y,
            int yFormat,
            int yPitch,
            int n,
            int c,
            int hw,
            @Cast("void*") long stream);

    @Name("dms_shuffle")
    static native int shuffle(
            @Cast("const void*") long x,
            int xFormat,
            int xPitch,
            @Cast("void*") long y,
            int yFormat,
            int yPitch,
            int n,
            int c,
            int hw,
            int groups,
            @Cast("void*") long stream);

    @Name("dms_pad")
    static native int pad(
            @Cast("const void*") long x,
            int xFormat,
            int xPitch,
            int n,
            int c,
            int h,
            int w,
            @Cast("void*") long y,
            int yFormat,
            int yPitch,
            int outH,
            int outW,
            int top,
            int left,
            float fill,
            @Cast("void*") long stream);

    @Name("dms_resize")
    static native int resize(
            @Cast("const void*") long x,
            int xFormat,
            int xPitch,
            int n,
            int c,
            int h,
            int w,
            @Cast("void*") long y,
            int yFormat,
            int yPitch,
            int outH,
            int outW,
            @Cast("const int32_t*") long rowIndices,
            @Cast("const float*") long rowWeights,
            int rowTaps,
            @Cast("const int32_t*") long columnIndices,
            @Cast("const float*") long columnWeights,
            int columnTaps,
            @Cast("void*") long stream);

    @Name("dms_nd_copy")
    static native int ndCopy(
            int rank,
            @Cast("const int64_t*") long dims,
            @Cast("const void*") long x,
            int xType,
            @Cast("const int64_t*") long xStrides,
            @Cast("void*") long y,
            int yType,
            @Cast("const int64_t*") long yStrides,
            @Cast("void*") long stream);

    @Name("dms_nd_gather")
    static native int ndGather(
            int rank,
            @Cast("const int64_t*") long dims,
            @Cast("const void*") long x,
            @Cast("const int64_t*") long xStrides,
            @Cast("const int32_t*") long tables,
            float fill,
            @Cast("void*") long y,
            int type,
            @Cast("void*") long stream);

    @Name("dms_preprocess")
    static native int preprocess(
            @Cast("const void*") long image,
            @Cast("const void*") long chroma,
            int pixels,
            int colours,
            int height,
            int width,
            int rowBytes,
            int chromaRowBytes,
            @Cast("void*") long y,
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
            @Cast("void*") long stream);

    @Name("dms_softmax")
    static native int softmax(
            @Cast("const void*") long x,
            int xType,
            long outer,
            long axis,
            long inner,
            @Cast("void*") long y,
            int yType,
            @Cast("void*") long stream);

    @Name("dms_top_k")
    static native int topK(
            @Cast("const void*") long x,
            int xType,
            int rows,
            int columns,
            long rowStride,
            int k,
            @Cast("float*") long values,
            @Cast("int32_t*") long indices,
            @Cast("void*") long stream);
}
