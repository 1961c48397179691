// Convolution forward: which algorithm takes which layout, as the documentation's tables say, and the sum itself.
#include <algorithm>
#include <cstring>

#include "cudnn.h"

using namespace standin;

namespace {

// Numbers of cudnnConvolutionFwdAlgo_t.
enum Algorithm {
    IMPLICIT_GEMM = 0,
    PRECOMP_GEMM = 1,
    GEMM = 2,
    DIRECT = 3,
    FFT = 4,
    FFT_TILING = 5,
    WINOGRAD = 6,
    WINOGRAD_NONFUSED = 7,
    ALGORITHMS = 8,
};

struct Problem {
    Tensor x, y;
    Filter w;
    Convolution conv;
};

// cudnnConvolutionFwdAlgoPerf_t.
struct Performance {
    int algorithm, status;
    float time;
    size_t memory;
    int deterministic, math, reserved[3];
};

// None where the window is larger than the image with its padding.
int output(int in, int pad, int window, int stride, int dilation) {
    int room = in + 2 * pad - ((window - 1) * dilation + 1);
    return room < 0 ? 0 : 1 + room / stride;
}

// What makes no sense whatever the algorithm.
int check(const char* call, const Problem& p) {
    const Tensor &x = p.x, &y = p.y;
    const Filter& w = p.w;
    const Convolution& v = p.conv;
    if (x.rank != 4 || y.rank != 4) {
        return refuse(DNN_BAD_PARAM, call, "x and y have 4 dimensions");
    }
    if (x.type != y.type || x.type != w.type) {
        return refuse(DNN_BAD_PARAM, call, "x, w and y are of different types");
    }
    if (x.dim[1] != w.c * v.groups || w.k % v.groups != 0) {
        return refuse(DNN_SHAPE_MISMATCH, call, "channels of x are not those of w times the groups");
    }
    int h = output(x.dim[2], v.padH, w.h, v.strideH, v.dilationH);
    int wide = output(x.dim[3], v.padW, w.w, v.strideW, v.dilationW);
    if (y.dim[0] != x.dim[0] || y.dim[1] != w.k || y.dim[2] != h || y.dim[3] != wide || h <= 0 || wide <= 0) {
        return refuse(DNN_SHAPE_MISMATCH, call, "y does not have the shape of the result");
    }
    bool compute = x.type == FLOAT ? v.compute == FLOAT : x.type == HALF && (v.compute == FLOAT || v.compute == HALF);
    return compute ? DNN_OK : refuse(DNN_UNSUPPORTED_TYPE, call, "no such configuration of types");
}

// The documentation's table of algorithms for two dimensions.
int supports(const Problem& p, int algorithm) {
    if (refusedConvolutions() == 1) {
        return DNN_UNSUPPORTED;
    }
    const Filter& w = p.w;
    const Convolution& v = p.conv;
    bool unit = v.strideH == 1 && v.strideW == 1, dense = v.dilationH == 1 && v.dilationW == 1;
    bool planes = p.x.hwPacked() && p.y.hwPacked() && p.x.stride[1] >= p.x.dim[2] * p.x.dim[3];
    if (w.format == NHWC) {
        // A filter with channels innermost wants tensors of that kind, without gaps, and one of the two GEMMs.
        if (!p.x.hwcPacked() || !p.y.hwcPacked()) {
            return DNN_UNSUPPORTED_LAYOUT;
        }
        if (algorithm != IMPLICIT_GEMM && algorithm != PRECOMP_GEMM) {
            return DNN_UNSUPPORTED_LAYOUT;
        }
    }
    switch (algorithm) {
        case IMPLICIT_GEMM: return DNN_OK;
        case PRECOMP_GEMM:
        case GEMM: return dense ? DNN_OK : DNN_UNSUPPORTED_SHAPE;
        case FFT:
            return planes && unit && dense && w.h > v.padH && w.w > v.padW && p.x.dim[2] + 2 * v.padH <= 256
                           && p.x.dim[3] + 2 * v.padW <= 256
                       ? DNN_OK
                       : DNN_UNSUPPORTED_SHAPE;
        case FFT_TILING:
            return planes && unit && dense && w.h > v.padH && w.w > v.padW && w.h <= 32 && w.w <= 32
                       ? DNN_OK
                       : DNN_UNSUPPORTED_SHAPE;
        case WINOGRAD: return unit && dense && w.h == 3 && w.w == 3 ? DNN_OK : DNN_UNSUPPORTED_SHAPE;
        case WINOGRAD_NONFUSED:
            return unit && dense && w.h == w.w && (w.h == 3 || w.h == 5) ? DNN_OK : DNN_UNSUPPORTED_SHAPE;
        default: return DNN_UNSUPPORTED;
    }
}

Rounding rounding(const Problem& p, int math);

// Bytes that the algorithm scribbles over: odd, so that nobody can do without asking, and not the same for each kind of
// mathematics.
size_t workspace(const Problem& p, int algorithm, int math) {
    size_t column = size_t(p.w.c) * p.w.h * p.w.w * 4;
    switch (algorithm) {
        case PRECOMP_GEMM: return 68 + column + (math == FMA_MATH ? 64 : 0);
        case GEMM: return column * p.y.dim[2] * p.y.dim[3];
        case FFT:
        case FFT_TILING: return 4 * column + size_t(8) * p.x.dim[1] * p.x.dim[2] * p.x.dim[3];
        case WINOGRAD_NONFUSED: return size_t(16) * p.w.k * p.w.c * 4 + 52;
        default: return 0;
    }
}

Rounding rounding(const Problem& p, int math) {
    if (p.x.type != FLOAT) {
        return EXACT;
    }
    bool ampere = deviceModel().major >= 8, volta = deviceModel().major >= 7;
    // The default allows TF32 on Ampere and newer; only FMA forbids it.
    if (math == FMA_MATH || (math == DEFAULT_MATH && !ampere)) {
        return EXACT;
    }
    if (math == ALLOW_CONVERSION && volta) {
        return THROUGH_HALF;
    }
    return ampere ? TF32 : EXACT;
}

// Columns [c * h * w][outH * outW] of one image and group.
void columns(const Problem& p, const float* image, std::vector<float>& out) {
    const Convolution& v = p.conv;
    int H = p.x.dim[2], W = p.x.dim[3], oh = p.y.dim[2], ow = p.y.dim[3];
    size_t at = 0;
    for (int c = 0; c < p.w.c; c++) {
        const float* plane = image + size_t(c) * H * W;
        for (int r = 0; r < p.w.h; r++) {
            for (int s = 0; s < p.w.w; s++) {
                for (int i = 0; i < oh; i++) {
                    int row = i * v.strideH - v.padH + r * v.dilationH;
                    for (int j = 0; j < ow; j++, at++) {
                        int column = j * v.strideW - v.padW + s * v.dilationW;
                        bool inside = row >= 0 && row < H && column >= 0 && column < W;
                        out[at] = inside ? plane[size_t(row) * W + column] : 0;
                    }
                }
            }
        }
    }
}

// conv(x, w), dense; empty where memory was not the device's.
std::vector<float> convolve(const Problem& p, const void* x, const void* w, Rounding how) {
    std::vector<float> in = read("convolution, x", p.x, x), weights = read("convolution, w", p.w.tensor(), w);
    if (in.empty() || weights.empty()) {
        return {};
    }
    roundAll(in, how);
    roundAll(weights, how);
    if (p.conv.mode == 0) {  // true convolution: the window mirrored
        long area = long(p.w.h) * p.w.w;
        for (size_t i = 0; i < weights.size(); i += area) {
            std::reverse(weights.begin() + i, weights.begin() + i + area);
        }
    }
    int groups = p.conv.groups, k = p.w.k / groups;
    long depth = long(p.w.c) * p.w.h * p.w.w, pixels = long(p.y.dim[2]) * p.y.dim[3];
    long image = long(p.x.dim[1]) * p.x.dim[2] * p.x.dim[3], plane = long(p.x.dim[2]) * p.x.dim[3];
    bool pointwise = p.w.h == 1 && p.w.w == 1 && p.conv.strideH == 1 && p.conv.strideW == 1 && p.conv.padH == 0
                     && p.conv.padW == 0;
    std::vector<float> column(pointwise ? 0 : depth * pixels), out(p.y.elements());
    for (int n = 0; n < p.x.dim[0]; n++) {
        for (int g = 0; g < groups; g++) {
            const float* part = in.data() + n * image + long(g) * p.w.c * plane;
            if (!pointwise) {
                columns(p, part, column);
            }
            multiply(weights.data() + long(g) * k * depth, pointwise ? part : column.data(),
                     out.data() + (long(n) * p.w.k + long(g) * k) * pixels, k, pixels, depth);
        }
    }
    return out;
}

// dx of a convolution whose result is dy: the transposed convolution. p.x describes dx, p.y describes dy.
std::vector<float> transposed(const Problem& p, const void* w, const void* dy, Rounding how) {
    std::vector<float> in = read("backward data, dy", p.y, dy), weights = read("backward data, w", p.w.tensor(), w);
    if (in.empty() || weights.empty()) {
        return {};
    }
    roundAll(in, how);
    roundAll(weights, how);
    const Convolution& v = p.conv;
    int groups = v.groups, k = p.w.k / groups, oh = p.y.dim[2], ow = p.y.dim[3], H = p.x.dim[2], W = p.x.dim[3];
    std::vector<float> out(p.x.elements());
    for (int n = 0; n < p.x.dim[0]; n++) {
        for (int o = 0; o < p.w.k; o++) {
            const float* from = in.data() + (long(n) * p.w.k + o) * oh * ow;
            for (int c = 0; c < p.w.c; c++) {
                float* to = out.data() + (long(n) * p.x.dim[1] + long(o / k) * p.w.c + c) * H * W;
                const float* window = weights.data() + (long(o) * p.w.c + c) * p.w.h * p.w.w;
                for (int r = 0; r < p.w.h; r++) {
                    for (int s = 0; s < p.w.w; s++) {
                        bool mirrored = v.mode == 0;
                        float f = mirrored ? window[(p.w.h - 1 - r) * p.w.w + p.w.w - 1 - s] : window[r * p.w.w + s];
                        for (int i = 0; i < oh; i++) {
                            int row = i * v.strideH - v.padH + r * v.dilationH;
                            for (int j = 0; row >= 0 && row < H && j < ow; j++) {
                                int column = j * v.strideW - v.padW + s * v.dilationW;
                                if (column >= 0 && column < W) {
                                    to[row * W + column] += f * from[i * ow + j];
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    return out;
}

// Algorithms of backward data: 0 (any order of sums), 1 (deterministic), 2 and 3 (FFT), 4 and 5 (Winograd). The stand-in
// has the first two; channels last and dilation as the documentation's table allows them.
int supportsBackward(const Problem& p, int algorithm) {
    if (algorithm > 1) {
        return DNN_UNSUPPORTED;
    }
    if (p.w.format == NHWC && (!p.x.hwcPacked() || !p.y.hwcPacked())) {
        return DNN_UNSUPPORTED_LAYOUT;
    }
    bool dense = p.conv.dilationH == 1 && p.conv.dilationW == 1;
    return algorithm == 1 && !dense ? DNN_UNSUPPORTED_SHAPE : DNN_OK;
}

size_t workspaceBackward(const Problem& p, int algorithm) {
    return algorithm == 1 ? size_t(p.w.c) * p.w.h * p.w.w * 4 + 36 : 0;
}

int scribble(void* pointer, size_t bytes) {
    if (bytes == 0) {
        return SUCCESS;
    }
    void* memory = require("convolution, workspace", pointer, bytes);
    if (!memory) {
        return ILLEGAL_ADDRESS;
    }
    auto* words = static_cast<uint16_t*>(memory);
    std::fill(words, words + bytes / 2, POISON);
    return SUCCESS;
}

int ready(const char* call, Handle* handle, const Tensor* x, const Filter* w, const Convolution* v, const Tensor* y,
          Problem* p) {
    if (!lives(handle)) {
        return refuse(DNN_BAD_PARAM, call, "no handle");
    }
    if (!usable(x) || !usable(w) || !usable(v) || !usable(y)) {
        return refuse(DNN_NULL_POINTER, call, "a descriptor is null, destroyed or was never set");
    }
    *p = Problem{*x, *y, *w, *v};
    return check(call, *p);
}

bool overlap(const Tensor& a, const void* pa, const Tensor& b, const void* pb) {
    auto* x = static_cast<const char*>(pa);
    auto* y = static_cast<const char*>(pb);
    bool gaps = long(a.bytes()) != a.elements() * long(sizeOf(a.type))
                || long(b.bytes()) != b.elements() * long(sizeOf(b.type));
    return !gaps && x < y + b.bytes() && y < x + a.bytes();
}

int enough(const char* call, const Problem& p, int algorithm, const void* space, size_t bytes) {
    if (algorithm < 0 || algorithm >= ALGORITHMS) {
        return refuse(DNN_BAD_PARAM, call, "unknown algorithm");
    }
    if (int status = supports(p, algorithm)) {
        return refuse(status, call, "the algorithm does not take this layout, stride or dilation");
    }
    if (refusedConvolutions() == 2 && algorithm != IMPLICIT_GEMM) {
        return refuse(DNN_EXECUTION_FAILED, call, "not this algorithm, as the test wants it");
    }
    size_t need = workspace(p, algorithm, p.conv.math);
    if (bytes < need || (need && !space)) {
        return refuse(DNN_SIZE_INSUFFICIENT, call, "the workspace is too small");
    }
    return DNN_OK;
}

// Best first, then those that can't, as both ways to ask do. Beside the descriptor's math each is tried with the
// default, which rounds to TF32 on devices that can and is faster there.
std::vector<Performance> ranking(const Problem& p) {
    std::vector<Performance> list;
    std::vector<int> maths;
    if (p.x.type == FLOAT && rounding(p, p.conv.math) == EXACT) {
        maths = {DEFAULT_MATH};
        if (p.conv.math == FMA_MATH) {
            maths.push_back(FMA_MATH);
        }
    } else {
        maths = {p.conv.math == DEFAULT_MATH ? TENSOR_OP_MATH : p.conv.math, FMA_MATH};
    }
    const int order[] = {PRECOMP_GEMM, WINOGRAD_NONFUSED, IMPLICIT_GEMM, WINOGRAD, GEMM, FFT_TILING, FFT, DIRECT};
    float time = 0.01f;
    for (int math : maths) {
        for (int a : order) {
            int status = supports(p, a);
            bool good = status == DNN_OK;
            // Only these two run on tensor cores.
            if (math != FMA_MATH && math != DEFAULT_MATH && a != PRECOMP_GEMM && a != WINOGRAD_NONFUSED) {
                continue;
            }
            list.push_back({a, status, good ? time : -1.0f, good ? workspace(p, a, math) : 0, 1, math, {0, 0, 0}});
            time += 0.01f;
        }
    }
    std::stable_sort(list.begin(), list.end(), [](auto& a, auto& b) { return !a.status && b.status; });
    return list;
}

int answer(const Problem& p, int requested, int* returned, Performance* results) {
    if (requested <= 0 || !returned || !results) {
        return DNN_BAD_PARAM;
    }
    std::vector<Performance> list = ranking(p);
    *returned = int(std::min<size_t>(requested, list.size()));
    std::copy(list.begin(), list.begin() + *returned, results);
    return DNN_OK;
}

}  // namespace

extern "C" {

int cudnnCnnVersionCheck() {
    return DNN_OK;
}

int cudnnCreateConvolutionDescriptor(Convolution** v) {
    return create(v);
}

int cudnnDestroyConvolutionDescriptor(Convolution* v) {
    return destroy(v);
}

int cudnnSetConvolution2dDescriptor(Convolution* v, int padH, int padW, int strideH, int strideW, int dilationH,
                                    int dilationW, int mode, int compute) {
    if (lives(v)) {
        v->strideH = 0;  // not set, where this is refused
    }
    if (!lives(v) || padH < 0 || padW < 0 || strideH <= 0 || strideW <= 0 || dilationH <= 0 || dilationW <= 0 || mode < 0
        || mode > 1 || compute < FLOAT || compute > INT32 || compute == INT8) {
        return refuse(DNN_BAD_PARAM, "cudnnSetConvolution2dDescriptor", "a bad pad, stride, dilation, mode or type");
    }
    v->padH = padH, v->padW = padW, v->strideH = strideH, v->strideW = strideW;
    v->dilationH = dilationH, v->dilationW = dilationW, v->mode = mode, v->compute = compute;
    return DNN_OK;
}

int cudnnGetConvolution2dDescriptor(const Convolution* v, int* padH, int* padW, int* strideH, int* strideW,
                                    int* dilationH, int* dilationW, int* mode, int* compute) {
    if (!lives(v)) {
        return DNN_BAD_PARAM;
    }
    *padH = v->padH, *padW = v->padW, *strideH = v->strideH, *strideW = v->strideW;
    *dilationH = v->dilationH, *dilationW = v->dilationW, *mode = v->mode, *compute = v->compute;
    return DNN_OK;
}

int cudnnSetConvolutionNdDescriptor(Convolution* v, int rank, const int* pad, const int* stride, const int* dilation,
                                    int mode, int compute) {
    if (rank != 2) {
        return refuse(DNN_UNSUPPORTED, "cudnnSetConvolutionNdDescriptor", "2 dimensions here");
    }
    return cudnnSetConvolution2dDescriptor(v, pad[0], pad[1], stride[0], stride[1], dilation[0], dilation[1], mode,
                                           compute);
}

int cudnnSetConvolutionMathType(Convolution* v, int math) {
    if (!lives(v) || math < 0 || math > 3) {
        return refuse(DNN_BAD_PARAM, "cudnnSetConvolutionMathType", "unknown math");
    }
    v->math = math;
    return DNN_OK;
}

int cudnnGetConvolutionMathType(const Convolution* v, int* math) {
    *math = v->math;
    return DNN_OK;
}

int cudnnSetConvolutionGroupCount(Convolution* v, int groups) {
    if (!lives(v) || groups <= 0) {
        return refuse(DNN_BAD_PARAM, "cudnnSetConvolutionGroupCount", "groups must be positive");
    }
    v->groups = groups;
    return DNN_OK;
}

int cudnnGetConvolutionGroupCount(const Convolution* v, int* groups) {
    *groups = v->groups;
    return DNN_OK;
}

int cudnnGetConvolution2dForwardOutputDim(const Convolution* v, const Tensor* x, const Filter* w, int* n, int* c, int* h,
                                          int* wide) {
    if (!usable(v) || !usable(x) || !usable(w) || x->rank != 4 || x->dim[1] != w->c * v->groups) {
        return DNN_BAD_PARAM;
    }
    *n = x->dim[0];
    *c = w->k;
    *h = output(x->dim[2], v->padH, w->h, v->strideH, v->dilationH);
    *wide = output(x->dim[3], v->padW, w->w, v->strideW, v->dilationW);
    return *h > 0 && *wide > 0 ? DNN_OK : refuse(DNN_BAD_PARAM, "cudnnGetConvolution2dForwardOutputDim", "no output");
}

int cudnnGetConvolutionForwardAlgorithmMaxCount(Handle*, int* n) {
    *n = 2 * ALGORITHMS;
    return DNN_OK;
}

int cudnnGetConvolutionForwardWorkspaceSize(Handle* handle, const Tensor* x, const Filter* w, const Convolution* v,
                                            const Tensor* y, int algorithm, size_t* bytes) {
    const char* call = "cudnnGetConvolutionForwardWorkspaceSize";
    Problem p;
    if (int status = ready(call, handle, x, w, v, y, &p)) {
        return status;
    }
    if (algorithm < 0 || algorithm >= ALGORITHMS) {
        return DNN_BAD_PARAM;
    }
    *bytes = 0;
    if (int status = supports(p, algorithm)) {
        return refuse(status, call, "the algorithm does not take this layout, stride or dilation");
    }
    *bytes = workspace(p, algorithm, v->math);
    return DNN_OK;
}

int cudnnGetConvolutionForwardAlgorithm_v7(Handle* handle, const Tensor* x, const Filter* w, const Convolution* v,
                                           const Tensor* y, int requested, int* returned, Performance* results) {
    Problem p;
    int status = ready("cudnnGetConvolutionForwardAlgorithm_v7", handle, x, w, v, y, &p);
    return status ? status : answer(p, requested, returned, results);
}

// Runs them all for their times, with device memory of its own.
int cudnnFindConvolutionForwardAlgorithm(Handle* handle, const Tensor* x, const Filter* w, const Convolution* v,
                                         const Tensor* y, int requested, int* returned, Performance* results) {
    Problem p;
    if (int status = ready("cudnnFindConvolutionForwardAlgorithm", handle, x, w, v, y, &p)) {
        return status;
    }
    count("searches", 1);
    void* memory = nullptr;
    if (forbiddenInCapture("a search") || allocate(&memory, x->bytes() + y->bytes() + w->tensor().bytes())) {
        return DNN_DEVICE_ALLOCATION;
    }
    release(memory);
    return answer(p, requested, returned, results);
}

// The same in memory of the caller; what was in y is lost.
int cudnnFindConvolutionForwardAlgorithmEx(Handle* handle, const Tensor* x, const void* xData, const Filter* w,
                                           const void* wData, const Convolution* v, const Tensor* y, void* yData,
                                           int requested, int* returned, Performance* results, void* space,
                                           size_t bytes) {
    const char* call = "cudnnFindConvolutionForwardAlgorithmEx";
    Problem p;
    if (int status = ready(call, handle, x, w, v, y, &p)) {
        return status;
    }
    if (!xData || !wData || !yData) {
        return refuse(DNN_NULL_POINTER, call, "data is null");
    }
    if (forbiddenInCapture("a search")) {
        return DNN_EXECUTION_FAILED;
    }
    count("searches", 1);
    // It runs them on x and w as they are: both were written, then.
    if (synchronize(handle->stream) || read("search, x", *x, xData).empty()
        || read("search, w", w->tensor(), wData).empty() || !require("search, y", yData, y->bytes())
        || scribble(space, bytes)) {
        return DNN_EXECUTION_FAILED;
    }
    write("search, y", *y, yData, std::vector<float>(y->elements(), NAN));
    int status = answer(p, requested, returned, results);
    for (int i = 0; !status && i < *returned; i++) {
        if (!results[i].status && results[i].memory > bytes) {
            results[i].status = DNN_DEVICE_ALLOCATION;
        }
    }
    std::stable_sort(results, results + *returned, [](auto& a, auto& b) { return !a.status && b.status; });
    return status;
}

int cudnnGetConvolutionBackwardDataAlgorithmMaxCount(Handle*, int* n) {
    *n = 2;
    return DNN_OK;
}

int cudnnGetConvolutionBackwardDataAlgorithm_v7(Handle* handle, const Filter* w, const Tensor* dy, const Convolution* v,
                                                const Tensor* dx, int requested, int* returned, Performance* results) {
    Problem p;
    if (int status = ready("cudnnGetConvolutionBackwardDataAlgorithm_v7", handle, dx, w, v, dy, &p)) {
        return status;
    }
    if (requested <= 0 || !returned || !results) {
        return DNN_BAD_PARAM;
    }
    *returned = 0;
    int math = v->math == DEFAULT_MATH && rounding(p, v->math) != EXACT ? int(TENSOR_OP_MATH) : v->math;
    for (int a : {1, 0}) {
        int status = supportsBackward(p, a);
        if (*returned < requested) {
            results[(*returned)++] = {a, status, status ? -1 : 0.02f, status ? 0 : workspaceBackward(p, a), a, math, {}};
        }
    }
    std::stable_sort(results, results + *returned, [](auto& a, auto& b) { return !a.status && b.status; });
    return DNN_OK;
}

int cudnnFindConvolutionBackwardDataAlgorithmEx(Handle* handle, const Filter* w, const void* wData, const Tensor* dy,
                                                const void* dyData, const Convolution* v, const Tensor* dx, void* dxData,
                                                int requested, int* returned, Performance* results, void* space,
                                                size_t bytes) {
    const char* call = "cudnnFindConvolutionBackwardDataAlgorithmEx";
    if (int status = cudnnGetConvolutionBackwardDataAlgorithm_v7(handle, w, dy, v, dx, requested, returned, results)) {
        return status;
    }
    if (!wData || !dyData || !dxData) {
        return refuse(DNN_NULL_POINTER, call, "data is null");
    }
    if (forbiddenInCapture("a search")) {
        return DNN_EXECUTION_FAILED;
    }
    count("searches", 1);
    if (synchronize(handle->stream) || !require("search, w", wData, w->tensor().bytes())
        || !require("search, dy", dyData, dy->bytes()) || !require("search, dx", dxData, dx->bytes())
        || scribble(space, bytes)) {
        return DNN_EXECUTION_FAILED;
    }
    write("search, dx", *dx, dxData, std::vector<float>(dx->elements(), NAN));
    for (int i = 0; i < *returned; i++) {
        if (!results[i].status && results[i].memory > bytes) {
            results[i].status = DNN_DEVICE_ALLOCATION;
        }
    }
    std::stable_sort(results, results + *returned, [](auto& a, auto& b) { return !a.status && b.status; });
    return DNN_OK;
}

int cudnnGetConvolutionBackwardDataWorkspaceSize(Handle* handle, const Filter* w, const Tensor* dy, const Convolution* v,
                                                 const Tensor* dx, int algorithm, size_t* bytes) {
    const char* call = "cudnnGetConvolutionBackwardDataWorkspaceSize";
    Problem p;
    if (int status = ready(call, handle, dx, w, v, dy, &p)) {
        return status;
    }
    *bytes = 0;
    if (int status = supportsBackward(p, algorithm)) {
        return refuse(status, call, "the algorithm does not take this");
    }
    *bytes = workspaceBackward(p, algorithm);
    return DNN_OK;
}

int cudnnConvolutionBackwardData(Handle* handle, const void* alpha, const Filter* w, const void* wData, const Tensor* dy,
                                 const void* dyData, const Convolution* v, int algorithm, void* space, size_t bytes,
                                 const void* beta, const Tensor* dx, void* dxData) {
    const char* call = "cudnnConvolutionBackwardData";
    Problem p;
    if (int status = ready(call, handle, dx, w, v, dy, &p)) {
        return status;
    }
    if (!alpha || !beta || !wData || !dyData || !dxData) {
        return refuse(DNN_NULL_POINTER, call, "data or a factor is null");
    }
    if (int status = supportsBackward(p, algorithm)) {
        return refuse(status, call, "the algorithm does not take this");
    }
    size_t used = workspaceBackward(p, algorithm);
    if (bytes < used || (used && !space)) {
        return refuse(DNN_SIZE_INSUFFICIENT, call, "the workspace is too small");
    }
    if (overlap(p.x, dxData, p.y, dyData)) {
        return refuse(DNN_BAD_PARAM, call, "dx and dy overlap");
    }
    float a = *static_cast<const float*>(alpha), b = *static_cast<const float*>(beta);
    Rounding how = rounding(p, v->math);
    return launch(handle, [=]() -> int {
        if (scribble(space, used)) {
            return ILLEGAL_ADDRESS;
        }
        std::vector<float> out = transposed(p, wData, dyData, how);
        if (out.empty()) {
            return lost();
        }
        for (float& value : out) {
            value *= a;
        }
        return write("backward data, dx", p.x, dxData, out, b);
    });
}

int cudnnConvolutionForward(Handle* handle, const void* alpha, const Tensor* x, const void* xData, const Filter* w,
                            const void* wData, const Convolution* v, int algorithm, void* space, size_t bytes,
                            const void* beta, const Tensor* y, void* yData) {
    const char* call = "cudnnConvolutionForward";
    Problem p;
    if (int status = ready(call, handle, x, w, v, y, &p)) {
        return status;
    }
    if (!alpha || !beta || !xData || !wData || !yData) {
        return refuse(DNN_NULL_POINTER, call, "data or a factor is null");
    }
    if (overlap(p.x, xData, p.y, yData)) {
        return refuse(DNN_BAD_PARAM, call, "x and y overlap");
    }
    if (int status = enough(call, p, algorithm, space, bytes)) {
        return status;
    }
    float a = *static_cast<const float*>(alpha), b = *static_cast<const float*>(beta);
    size_t used = workspace(p, algorithm, v->math);
    Rounding how = rounding(p, v->math);
    return launch(handle, [=]() -> int {
        if (scribble(space, used)) {
            return ILLEGAL_ADDRESS;
        }
        std::vector<float> out = convolve(p, xData, wData, how);
        if (out.empty()) {
            return lost();
        }
        for (float& value : out) {
            value *= a;
        }
        return write("convolution, y", p.y, yData, out, b);
    });
}

// y = activation(alpha1 * conv(x) + alpha2 * z + bias).
int cudnnConvolutionBiasActivationForward(Handle* handle, const void* alpha1, const Tensor* x, const void* xData,
                                          const Filter* w, const void* wData, const Convolution* v, int algorithm,
                                          void* space, size_t bytes, const void* alpha2, const Tensor* z,
                                          const void* zData, const Tensor* bias, const void* biasData,
                                          const ActivationDescriptor* activation, const Tensor* y, void* yData) {
    const char* call = "cudnnConvolutionBiasActivationForward";
    Problem p;
    if (int status = ready(call, handle, x, w, v, y, &p)) {
        return status;
    }
    if (!usable(z) || !usable(bias) || !usable(activation)) {
        return refuse(DNN_NULL_POINTER, call, "a descriptor is null, destroyed or was never set");
    }
    if (!alpha1 || !alpha2 || !xData || !wData || !yData || !zData || !biasData) {
        return refuse(DNN_NULL_POINTER, call, "data or a factor is null");
    }
    if (activation->mode != RELU && activation->mode != IDENTITY) {
        return refuse(DNN_UNSUPPORTED, call, "only RELU and IDENTITY are fused");
    }
    if (activation->mode == IDENTITY && algorithm != PRECOMP_GEMM) {
        return refuse(DNN_UNSUPPORTED, call, "IDENTITY goes with IMPLICIT_PRECOMP_GEMM only");
    }
    if (activation->mode == RELU && activation->nan != 0) {
        return refuse(DNN_UNSUPPORTED, call, "RELU that propagates NaN is not fused");
    }
    if (bias->rank != 4 || bias->dim[0] != 1 || bias->dim[1] != w->k || bias->dim[2] != 1 || bias->dim[3] != 1) {
        return refuse(DNN_SHAPE_MISMATCH, call, "bias is not [1, k, 1, 1]");
    }
    if (bias->type != y->type || z->type != y->type) {
        return refuse(DNN_UNSUPPORTED_TYPE, call, "bias or z is of another type than y");
    }
    if (bias->stride[1] != 1) {
        return refuse(DNN_UNSUPPORTED_LAYOUT, call, "the second stride of bias is not one");
    }
    if (!z->sameDims(*y) || !z->sameStrides(*y)) {
        return refuse(DNN_UNSUPPORTED, call, "z and y differ");
    }
    if (overlap(p.x, xData, p.y, yData) || (zData != yData && overlap(*z, zData, p.y, yData))) {
        return refuse(DNN_BAD_PARAM, call, "x and y overlap, or z and y in part");
    }
    if (int status = enough(call, p, algorithm, space, bytes)) {
        return status;
    }
    float a1 = *static_cast<const float*>(alpha1), a2 = *static_cast<const float*>(alpha2);
    size_t used = workspace(p, algorithm, v->math);
    Rounding how = rounding(p, v->math);
    Tensor zt = *z, bt = *bias;
    ActivationDescriptor act = *activation;
    return launch(handle, [=]() -> int {
        if (scribble(space, used)) {
            return ILLEGAL_ADDRESS;
        }
        std::vector<float> out = convolve(p, xData, wData, how), b = read("convolution, bias", bt, biasData), add;
        if (out.empty() || b.empty()) {
            return lost();
        }
        if (a2 != 0) {
            add = read("convolution, z", zt, zData);
            if (add.empty()) {
                return lost();
            }
        }
        long plane = long(p.y.dim[2]) * p.y.dim[3];
        for (size_t i = 0; i < out.size(); i++) {
            float sum = a1 * out[i] + b[i / plane % p.w.k] + (a2 != 0 ? a2 * add[i] : 0);
            out[i] = activate(act, sum);
        }
        return write("convolution, y", p.y, yData, out);
    });
}

}  // extern "C"
