package io.dms.backend.cudnn.bridge;

/**
 * The calls of {@code native/include/dms_bridge.h}, which says what each does and what its arguments mean; the names
 * here are those without {@code dms_}. Addresses, streams and graphs are {@code long} (0 is null), floats and ints are
 * those of the header, nothing is allocated by a call that succeeds.
 *
 * <p>A call that fails throws {@link BridgeException} with the status and one line of text. Calls enqueue on the stream
 * and return at once, except in the host build, where they have done their work. Thread-safe; one stream from one thread
 * at a time.
 *
 * <p>There is one instance of a process, from {@link Bridges}.
 */
public interface Bridge {
    /** What Java was written for: {@code DMS_ABI_VERSION} of the header. */
    int ABI_VERSION = 1;

    /** Formats of images. */
    int NCHW_F32 = 0, NHWC_F32 = 1, NCHW_F16 = 2, NHWC_F16 = 3;

    /** Types of elements. */
    int F32 = 0, F16 = 1;

    /** Activations; {@code io.dms.runtime.PostOp.Kind} has the same formulas. */
    int NONE = 0,
            RELU = 1,
            CLIP = 2,
            SIGMOID = 3,
            TANH = 4,
            HARD_SIGMOID = 5,
            HARD_SWISH = 6,
            SILU = 7,
            LINEAR = 8,
            POWER = 9,
            ELU = 10,
            EXP = 11,
            SQRT = 12,
            ABS = 13,
            PRELU = 14;

    /** Kinds of {@link #binary}. */
    int ADD = 0, SUB = 1, MUL = 2, DIV = 3, SUB_FROM = 4, DIV_INTO = 5;

    /** Axes of {@link #binary} on which b varies. */
    int AXIS_N = 1, AXIS_C = 2, AXIS_H = 4, AXIS_W = 8, ALL_AXES = 15;

    /** Kinds of {@link #reduce}. */
    int REDUCE_SUM = 0, REDUCE_MEAN = 1, REDUCE_MAX = 2;

    /** Kinds of {@link #pool}. */
    int POOL_MAX = 0, POOL_AVERAGE = 1, POOL_AVERAGE_WINDOW = 2;

    /** Orders of packed weights. */
    int KCRS = 0, KRSC = 1, CRSK = 2, RSCK = 3;

    /** Pixels of images. */
    int RGB = 0, BGR = 1, RGBA = 2, BGRA = 3, NV12 = 4, YUYV = 5;

    /** How Y, U, V become R, G, B. */
    int BT601_LIMITED = 0, BT601_FULL = 1, BT709_LIMITED = 2, BT709_FULL = 3;

    /** How an image fits a tensor of another aspect ratio. */
    int STRETCH = 0, LETTERBOX = 1;

    /** What {@link #attribute} tells. */
    int TOOLKIT_VERSION = 0,
            RUNTIME_VERSION = 1,
            DRIVER_VERSION = 2,
            DEVICES = 3,
            ARCHITECTURE = 4,
            MULTIPROCESSORS = 5,
            INTEGRATED = 6,
            FREE_MEMORY = 7,
            TOTAL_MEMORY = 8;

    /** Limits of the header. */
    int MAX_RANGES = 128, MAX_RANK = 8, MAX_TOP_K = 1024;

    /** One line: flavour, CUDA toolkit, architectures. */
    String buildInfo();

    /** True for the build without CUDA, whose "device" addresses are ordinary ones. */
    boolean isHost();

    /** Throws where toolkit, driver, runtime library and the device's architecture do not fit, saying the cure. */
    void checkDevice(int device);

    /** An attribute, -1 where it is not known. */
    long attribute(int device, int attribute);

    // ---- graphs

    void graphBegin(long stream);

    boolean graphRecording(long stream);

    /** Ends a recording; the graph's handle, to be given to {@link #graphDestroy} once. */
    long graphEnd(long stream);

    void graphAbort(long stream);

    long graphNodes(long graph);

    void graphUpload(long graph, long stream);

    void graphLaunch(long graph, long stream);

    void graphDestroy(long graph);

    // ---- weights

    void pack(
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
            long stream);

    // ---- arithmetic

    void epilogue(
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
            long stream);

    void binary(
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
            long stream);

    void ndBinary(
            int kind, int rank, long dims, long a, long aStrides, long b, long bStrides, long y, int type, long stream);

    void depthwise(
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
            long stream);

    void pool(
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
            long stream);

    void reduce(
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
            long stream);

    void lrn(
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
            long stream);

    // ---- moves

    void convert(long x, int xFormat, int xPitch, long y, int yFormat, int yPitch, int n, int c, int hw, long stream);

    void shuffle(
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
            long stream);

    void pad(
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
            long stream);

    void resize(
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
            long stream);

    void ndCopy(int rank, long dims, long x, int xType, long xStrides, long y, int yType, long yStrides, long stream);

    void ndGather(int rank, long dims, long x, long xStrides, long tables, float fill, long y, int type, long stream);

    // ---- before and behind a network

    void preprocess(
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
            long stream);

    void softmax(long x, int xType, long outer, long axis, long inner, long y, int yType, long stream);

    void topK(long x, int xType, int rows, int columns, long rowStride, int k, long values, long indices, long stream);
}
