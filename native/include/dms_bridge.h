/*
 * The native bridge of DMS: what JavaCPP's presets cannot give on every generation of CUDA (graph capture and replay)
 * and the kernels that cuDNN has not (weight packing, fused epilogues, pre- and post-processing, moves of elements).
 *
 * One flat C interface, the same for every CUDA generation and for the host build, in which a "device" address is an
 * ordinary one and every call has done its work when it returns.
 *
 * Conventions
 *   Status     Functions that return int32_t return a dms_status; dms_last_error() then has one line of text for the
 *              calling thread. Nothing is allocated by a call except where said, and none waits for the device.
 *   Stream     A cudaStream_t as void*; null is the default stream. A call enqueues on it, also while it is captured.
 *   Tensors    Images are given as address, format and pitch. The pitch is the number of channels of the buffer that
 *              holds the tensor, at least its own c, so that the first channels of a wider buffer (pitch > c) or a range
 *              of them (address moved) are tensors as well. Element (n, c, h, w) lies at
 *                NCHW  ((n * pitch + c) * H + h) * W + w          range that begins at channel k: address + k * H * W
 *                NHWC  ((n * H + h) * W + w) * pitch + c          range that begins at channel k: address + k
 *              elements. Half precision is IEEE binary16. Sums are made in float whatever is stored.
 *   Aliasing   A result may lie over an input of the same address, format and pitch where "in place" is said.
 *   Threads    All functions may be called from any thread; one stream from one thread at a time.
 *   Device     Calls work on the calling thread's current CUDA device.
 */
#ifndef DMS_BRIDGE_H
#define DMS_BRIDGE_H

#include <stdint.h>

/* Changes with every change of a signature or of a meaning here. (A test builds it with another number.) */
#ifndef DMS_ABI_VERSION
#define DMS_ABI_VERSION 1
#endif

#if defined(__GNUC__)
#define DMS_API __attribute__((visibility("default")))
#else
#define DMS_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum dms_status {
    DMS_OK = 0,
    DMS_BAD_ARGUMENT = 1,    /* the caller's fault: the text names the argument */
    DMS_UNSUPPORTED = 2,     /* this build or this device has not what was asked for */
    DMS_NO_DEVICE = 3,       /* no driver or no device */
    DMS_DRIVER_TOO_OLD = 4,  /* the driver is older than the toolkit that this was built with */
    DMS_NO_KERNEL_IMAGE = 5, /* no code in this build for the device's architecture */
    DMS_OUT_OF_MEMORY = 6,   /* of the device */
    DMS_DEVICE_LOST = 7,     /* a fault that the device's context does not survive: the process must start anew */
    DMS_CAPTURE = 8,         /* the capture is not possible, or was broken */
    DMS_CUDA = 9             /* any other error of CUDA */
};

/* Bit 0: channels last; bit 1: half precision. */
enum dms_format { DMS_NCHW_F32 = 0, DMS_NHWC_F32 = 1, DMS_NCHW_F16 = 2, DMS_NHWC_F16 = 3 };

enum dms_type { DMS_F32 = 0, DMS_F16 = 1 };

/* p and q are the parameters of an activation. */
enum dms_activation {
    DMS_NONE = 0,
    DMS_RELU = 1,         /* x < 0 ? p * x : x */
    DMS_CLIP = 2,         /* min(max(x, p), q) */
    DMS_SIGMOID = 3,      /* 1 / (1 + exp(-x)) */
    DMS_TANH = 4,         /* tanh(x) */
    DMS_HARD_SIGMOID = 5, /* min(max(p * x + q, 0), 1) */
    DMS_HARD_SWISH = 6,   /* x * min(max(p * x + q, 0), 1) */
    DMS_SILU = 7,         /* x / (1 + exp(-x)) */
    DMS_LINEAR = 8,       /* p * x + q */
    DMS_POWER = 9,        /* p * x^q */
    DMS_ELU = 10,         /* x < 0 ? p * (exp(x) - 1) : x */
    DMS_EXP = 11,         /* exp(x) */
    DMS_SQRT = 12,        /* sqrt(x) */
    DMS_ABS = 13,         /* |x| */
    DMS_PRELU = 14        /* x < 0 ? slopes[c] * x : x */
};

enum dms_binary_kind { DMS_ADD = 0, DMS_SUB = 1, DMS_MUL = 2, DMS_DIV = 3, DMS_SUB_FROM = 4, DMS_DIV_INTO = 5 };

enum dms_reduce_kind { DMS_REDUCE_SUM = 0, DMS_REDUCE_MEAN = 1, DMS_REDUCE_MAX = 2 };

/* An average divides by the elements inside the image, or by the size of the window. */
enum dms_pool_kind { DMS_POOL_MAX = 0, DMS_POOL_AVERAGE = 1, DMS_POOL_AVERAGE_WINDOW = 2 };

/* Order of the axes of packed weights: K output channels, C input channels, R S the kernel. */
enum dms_weight_order { DMS_KCRS = 0, DMS_KRSC = 1, DMS_CRSK = 2, DMS_RSCK = 3 };

/*
 * Pixels of images. NV12: a plane of Y and a plane of UV pairs at half the height and half the width (rounded up).
 * YUYV: Y U Y V for two pixels, of one plane; an odd width has a whole last group.
 */
enum dms_pixels { DMS_RGB = 0, DMS_BGR = 1, DMS_RGBA = 2, DMS_BGRA = 3, DMS_NV12 = 4, DMS_YUYV = 5 };

/* How Y, U, V become R, G, B: matrix and range of the numbers. Limited: Y 16..235, U V 16..240. Full: 0..255. */
enum dms_colours { DMS_BT601_LIMITED = 0, DMS_BT601_FULL = 1, DMS_BT709_LIMITED = 2, DMS_BT709_FULL = 3 };

/* Each axis has a scale of its own; or one scale, the image centred, and around it the tensor is 0. */
enum dms_fit { DMS_STRETCH = 0, DMS_LETTERBOX = 1 };

enum dms_attribute {
    DMS_TOOLKIT_VERSION = 0,      /* as CUDART_VERSION, 1000 * major + 10 * minor; 0 for the host build */
    DMS_RUNTIME_VERSION = 1,      /* of libcudart at hand */
    DMS_DRIVER_VERSION = 2,       /* the newest CUDA that the driver knows; 0 without a driver */
    DMS_DEVICES = 3,              /* number of devices */
    DMS_ARCHITECTURE = 4,         /* of the device: 10 * major + minor */
    DMS_MULTIPROCESSORS = 5,      /* of the device */
    DMS_INTEGRATED = 6,           /* 1 where device and host share memory */
    DMS_FREE_MEMORY = 7,          /* bytes, of the current device */
    DMS_TOTAL_MEMORY = 8          /* bytes, of the current device */
};

enum { DMS_MAX_RANGES = 128, DMS_MAX_RANK = 8, DMS_MAX_TOP_K = 1024 };

/* ---- the handshake ------------------------------------------------------------------------------------------------ */

/* DMS_ABI_VERSION of this build: another number than the caller's means that nothing else may be called. */
DMS_API int32_t dms_abi_version(void);

/* One line, as "dms-bridge abi=1 cuda=13.0 arch=75;87;90 ptx=75" or "dms-bridge abi=1 host". Never null. */
DMS_API const char *dms_build_info(void);

/* What went wrong in this thread's last call that failed; "" where none did. Never null; valid until the next call. */
DMS_API const char *dms_last_error(void);

/* The cudaError_t behind it; 0 where CUDA had no part in it. */
DMS_API int32_t dms_last_cuda_error(void);

/* DMS_OK where toolkit, driver, library and the architecture of the device fit; else the text says what and the cure. */
DMS_API int32_t dms_check_device(int32_t device);

/* A dms_attribute, -1 where it is not known. */
DMS_API int64_t dms_attribute_of(int32_t device, int32_t attribute);

/* ---- graphs ------------------------------------------------------------------------------------------------------- */

/*
 * Begins to record what is enqueued on a stream (not the default stream), from this thread alone. Until the end,
 * nothing may be allocated, searched or waited for.
 */
DMS_API int32_t dms_graph_begin(void *stream);

/* 1 while a stream records, 0 while it does not, -1 on an error. */
DMS_API int32_t dms_graph_recording(void *stream);

/* Ends the recording and makes it ready to run: its handle, null on an error. Allocates. */
DMS_API void *dms_graph_end(void *stream);

/* Ends a recording and throws it away; also one that was broken. */
DMS_API int32_t dms_graph_abort(void *stream);

/* Number of recorded operations, -1 on an error. */
DMS_API int64_t dms_graph_nodes(void *graph);

/* Brings a graph to the device ahead of its first launch, where CUDA can (11.1 and newer); else does nothing. */
DMS_API int32_t dms_graph_upload(void *graph, void *stream);

DMS_API int32_t dms_graph_launch(void *graph, void *stream);

/* Frees a graph that no stream runs any more; null is allowed. */
DMS_API int32_t dms_graph_destroy(void *graph);

/*
 * Host build only, for the libraries that stand in for CUDA's in tests. While the stream records, keeps work(data) for
 * each replay and returns DMS_OK (release(data) is called once with the graph's end); else returns DMS_CAPTURE and does
 * nothing. Other builds: DMS_UNSUPPORTED.
 */
DMS_API int32_t dms_host_record(void *stream, void (*work)(void *), void *data, void (*release)(void *));

/* ---- weights ------------------------------------------------------------------------------------------------------ */

/*
 * Packs a cut of master weights [size0][size1][kernel] in float.
 *   ranges0, ranges1  what is kept of axis 0 and axis 1: count0 and count1 pairs (start, length), ascending, host
 *                     memory, read during the call; at most DMS_MAX_RANGES pairs each
 *   k_axis            which axis of the master becomes K (0 or 1); the other becomes C
 *   scale             null, or device memory: the factor of each output channel of the cut
 *   scale_axis        which axis of the master carries scale; on axis 1 of weights with groups, scale has
 *                     groups * kept1 entries and axis 0 is split evenly between them
 *   k, c              extent of K and C in the result, at least what is kept; what is more is filled with 0
 */
DMS_API int32_t dms_pack(const float *master, int32_t size0, int32_t size1, int32_t kernel, const int32_t *ranges0,
                         int32_t count0, const int32_t *ranges1, int32_t count1, int32_t k_axis, const float *scale,
                         int32_t scale_axis, int32_t groups, void *packed, int32_t k, int32_t c, int32_t order,
                         int32_t type, void *stream);

/* ---- arithmetic --------------------------------------------------------------------------------------------------- */

/*
 * y = second(first(scale[ch] * x + bias[ch]) + residual). scale, bias, residual and slopes may be null (1, 0, 0, none);
 * scale, bias and slopes are floats. In place over x or over the residual. slopes serve DMS_PRELU as first or second.
 */
DMS_API int32_t dms_epilogue(const void *x, int32_t x_format, int32_t x_pitch, const void *residual, int32_t r_format,
                             int32_t r_pitch, void *y, int32_t y_format, int32_t y_pitch, int32_t n, int32_t c,
                             int32_t hw, const float *scale, const float *bias, const float *slopes, int32_t first,
                             float p1, float q1, int32_t second, float p2, float q2, void *stream);

/*
 * y = activation(a kind b), where b has extent 1 on the axes whose bit is not set in b_axes (1: n, 2: c, 4: h, 8: w; 15:
 * the same shape as a). DMS_SUB_FROM is b - a, DMS_DIV_INTO is b / a. In place over a, and over b where b_axes is 15.
 */
DMS_API int32_t dms_binary(int32_t kind, const void *a, int32_t a_format, int32_t a_pitch, const void *b,
                           int32_t b_format, int32_t b_pitch, int32_t b_axes, void *y, int32_t y_format,
                           int32_t y_pitch, int32_t n, int32_t c, int32_t h, int32_t w, int32_t activation, float p,
                           float q, void *stream);

/*
 * y = a kind b for tensors of any rank up to DMS_MAX_RANK; y is dense and row-major. Strides count elements, 0 on axes
 * that are broadcast. dims and strides are host memory, read during the call.
 */
DMS_API int32_t dms_nd_binary(int32_t kind, int32_t rank, const int64_t *dims, const void *a, const int64_t *a_strides,
                              const void *b, const int64_t *b_strides, void *y, int32_t type, void *stream);

/*
 * A depthwise convolution, one filter for each channel: y = activation(sum + bias[ch]). Weights [kh][kw][c] of w_type
 * (DMS_RSCK by dms_pack), bias floats or null. Padding below and to the right follows from out_h and out_w.
 */
DMS_API int32_t dms_depthwise(const void *x, int32_t x_format, int32_t x_pitch, int32_t n, int32_t c, int32_t h,
                              int32_t w, const void *weights, int32_t w_type, const float *bias, void *y,
                              int32_t y_format, int32_t y_pitch, int32_t out_h, int32_t out_w, int32_t kh, int32_t kw,
                              int32_t stride_h, int32_t stride_w, int32_t top, int32_t left, int32_t dilation_h,
                              int32_t dilation_w, int32_t activation, float p, float q, void *stream);

/* Pools of any geometry; dilations count from 1; a window wholly outside gives 0 (average) or -infinity (max). */
DMS_API int32_t dms_pool(int32_t kind, const void *x, int32_t x_format, int32_t x_pitch, int32_t n, int32_t c,
                         int32_t h, int32_t w, void *y, int32_t y_format, int32_t y_pitch, int32_t out_h,
                         int32_t out_w, int32_t kh, int32_t kw, int32_t stride_h, int32_t stride_w, int32_t top,
                         int32_t left, int32_t dilation_h, int32_t dilation_w, void *stream);

/*
 * Reduces the middle axis: y[o * y_outer_stride + i] over x[o * x_outer_stride + a * x_axis_stride + i] for i < inner.
 * A global pool of NCHW is outer n * c, axis h * w, inner 1; of NHWC outer n, axis h * w, inner c.
 */
DMS_API int32_t dms_reduce(int32_t kind, const void *x, int32_t x_type, int64_t outer, int64_t axis, int64_t inner,
                           int64_t x_outer_stride, int64_t x_axis_stride, void *y, int32_t y_type,
                           int64_t y_outer_stride, void *stream);

/* Local response normalisation across channels as in ONNX: window floor((size - 1) / 2) before, ceil behind. */
DMS_API int32_t dms_lrn(const void *x, int32_t x_format, int32_t x_pitch, void *y, int32_t y_format, int32_t y_pitch,
                        int32_t n, int32_t c, int32_t hw, int32_t size, float alpha, float beta, float bias,
                        void *stream);

/* ---- moves -------------------------------------------------------------------------------------------------------- */

/*
 * Copies between formats and pitches: layout and type conversion, concat (moved and wider y), split and slice of channels
 * (moved and wider x).
 */
DMS_API int32_t dms_convert(const void *x, int32_t x_format, int32_t x_pitch, void *y, int32_t y_format,
                            int32_t y_pitch, int32_t n, int32_t c, int32_t hw, void *stream);

/* As dms_convert, output channel j * groups + i being input channel i * (c / groups) + j. */
DMS_API int32_t dms_shuffle(const void *x, int32_t x_format, int32_t x_pitch, void *y, int32_t y_format,
                            int32_t y_pitch, int32_t n, int32_t c, int32_t hw, int32_t groups, void *stream);

/* y(h, w) = x(h - top, w - left), and fill where that lies outside; negative top and left cut. */
DMS_API int32_t dms_pad(const void *x, int32_t x_format, int32_t x_pitch, int32_t n, int32_t c, int32_t h, int32_t w,
                        void *y, int32_t y_format, int32_t y_pitch, int32_t out_h, int32_t out_w, int32_t top,
                        int32_t left, float fill, void *stream);

/*
 * Separable resize by tables in device memory: output row i is the sum of row_weights[i * row_taps + k] times input row
 * row_indices[i * row_taps + k], columns likewise. Nearest is one tap of weight 1, linear two, cubic four.
 */
DMS_API int32_t dms_resize(const void *x, int32_t x_format, int32_t x_pitch, int32_t n, int32_t c, int32_t h, int32_t w,
                           void *y, int32_t y_format, int32_t y_pitch, int32_t out_h, int32_t out_w,
                           const int32_t *row_indices, const float *row_weights, int32_t row_taps,
                           const int32_t *column_indices, const float *column_weights, int32_t column_taps,
                           void *stream);

/*
 * Copies dims elements between strided tensors of any rank up to DMS_MAX_RANK (transposes, slices with steps, splits on
 * any axis). Strides count elements; those of the source may be negative or 0. Host memory, read during the call.
 */
DMS_API int32_t dms_nd_copy(int32_t rank, const int64_t *dims, const void *x, int32_t x_type, const int64_t *x_strides,
                            void *y, int32_t y_type, const int64_t *y_strides, void *stream);

/*
 * Index i of axis a of the dense, row-major result reads index tables[offset of a + i] of that axis of x, or is fill
 * where that is negative. tables is device memory, the axes one behind the other.
 */
DMS_API int32_t dms_nd_gather(int32_t rank, const int64_t *dims, const void *x, const int64_t *x_strides,
                              const int32_t *tables, float fill, void *y, int32_t type, void *stream);

/* ---- before and behind a network ---------------------------------------------------------------------------------- */

/*
 * One image to one tensor of three channels R, G, B, value * factor + offset, resized bilinearly: pixel centres at
 * half-integer coordinates, border repeated, no smoothing. Y, U, V are resized first (chroma sited at the centre of its
 * pixels), then become R, G, B, clamped to 0..255.
 *   image, chroma     device memory; chroma is the UV plane of NV12, else null
 *   row_bytes         from one row to the next, of image and of chroma
 *   y, y_format       place of this image in the batch; y_pitch >= channels
 *   channels          3, or more: the channels behind the third are set to 0 (alignment of NHWC)
 *   factors           1 / (255 * deviation) and -mean / deviation for R, G, B
 */
DMS_API int32_t dms_preprocess(const void *image, const void *chroma, int32_t pixels, int32_t colours, int32_t height,
                               int32_t width, int32_t row_bytes, int32_t chroma_row_bytes, void *y, int32_t y_format,
                               int32_t y_pitch, int32_t channels, int32_t out_h, int32_t out_w, int32_t fit,
                               float factor_r, float factor_g, float factor_b, float offset_r, float offset_g,
                               float offset_b, void *stream);

/* Softmax over the middle axis of a dense [outer][axis][inner]; in place. */
DMS_API int32_t dms_softmax(const void *x, int32_t x_type, int64_t outer, int64_t axis, int64_t inner, void *y,
                            int32_t y_type, void *stream);

/*
 * The k largest of each row, largest first; of equal ones the lower index first; NaN counts as less than everything.
 * values floats [rows][k], indices [rows][k]. k at most DMS_MAX_TOP_K and at most columns.
 */
DMS_API int32_t dms_top_k(const void *x, int32_t x_type, int32_t rows, int32_t columns, int64_t row_stride, int32_t k,
                          float *values, int32_t *indices, void *stream);

#ifdef __cplusplus
}
#endif

#endif
