package io.dms.backend.cudnn.bridge;

/**
 * Kernels on image tensors, each given by its {@link Layout} and its address; the result's layout says how large the
 * result is. The header says of each what it computes and which may be done in place.
 */
public interface Images {
    /** Kinds of {@link #binary} and {@link Tensors#binary}. */
    int ADD = 0, SUB = 1, MUL = 2, DIV = 3, SUB_FROM = 4, DIV_INTO = 5;

    /** Axes of {@link #binary} on which b varies. */
    int AXIS_N = 1, AXIS_C = 2, AXIS_H = 4, AXIS_W = 8, ALL_AXES = 15;

    /** Kinds of {@link #pool}. */
    int POOL_MAX = 0, POOL_AVERAGE = 1, POOL_AVERAGE_WINDOW = 2;

    // ---- arithmetic

    /**
     * {@code y = second(first(scale[c] * x + bias[c]) + z)}; scale, bias, slopes and {@code zAt} may be 0.
     *
     * @param z layout of the residual; any where there is none
     */
    void epilogue(
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
            long stream);

    /** {@code y = activation(a kind b)}, where b has extent 1 on the axes that {@code bAxes} lacks. */
    void binary(
            int kind,
            Layout a,
            long aAt,
            Layout b,
            long bAt,
            int bAxes,
            Layout y,
            long yAt,
            Activation activation,
            long stream);

    /** A filter for each channel: weights [rows][columns][c] of this type, bias 0 for none. */
    void depthwise(
            Layout x,
            long xAt,
            long weights,
            int weightType,
            long bias,
            Layout y,
            long yAt,
            Window window,
            Activation activation,
            long stream);

    /** The largest or the mean of each window. */
    void pool(int kind, Layout x, long xAt, Layout y, long yAt, Window window, long stream);

    /** Local response normalisation across channels, as in ONNX. */
    void lrn(Layout x, long xAt, Layout y, long yAt, int size, float alpha, float beta, float bias, long stream);

    // ---- moves

    /** Copies between formats and pitches. */
    void convert(Layout x, long xAt, Layout y, long yAt, long stream);

    /** Copies, output channel {@code j * groups + i} being input channel {@code i * (c / groups) + j}. */
    void shuffle(Layout x, long xAt, Layout y, long yAt, int groups, long stream);

    /** {@code y(h, w) = x(h - top, w - left)}, and fill where that lies outside. */
    void pad(Layout x, long xAt, Layout y, long yAt, int top, int left, float fill, long stream);

    /** Separable resizing by tables in device memory. */
    void resize(
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
            long stream);

    // ---- before a network

    /** One camera image to one tensor, y's c channels of which those behind the third are 0. */
    void preprocess(Frame frame, long image, long chroma, Layout y, long yAt, long stream);
}
