// Elementwise operations, pooling, softmax, reduction and copies between layouts.
#include <algorithm>
#include <cmath>
#include <limits>

#include "cudnn.h"

using namespace standin;

namespace standin {

float activate(const ActivationDescriptor& a, float x) {
    switch (a.mode) {
        case SIGMOID: return 1 / (1 + std::exp(-x));
        case RELU: return std::isnan(x) ? (a.nan ? x : 0) : std::max(0.0f, x);
        case TANH: return std::tanh(x);
        case CLIPPED_RELU: return std::isnan(x) ? (a.nan ? x : 0) : std::min(std::max(0.0f, x), float(a.coefficient));
        case ELU: return x > 0 ? x : float(a.coefficient) * std::expm1(x);
        case SWISH: return x / (1 + std::exp(-float(a.beta) * x));
        default: return x;
    }
}

}  // namespace standin

namespace {

int ready(const char* call, Handle* handle, const Tensor* x, const void* xData, const Tensor* y, const void* yData,
          const void* alpha, const void* beta) {
    if (!lives(handle)) {
        return refuse(DNN_BAD_PARAM, call, "no handle");
    }
    if (!usable(x) || !usable(y)) {
        return refuse(DNN_NULL_POINTER, call, "a descriptor is null, destroyed or was never set");
    }
    if (!xData || !yData || !alpha || !beta) {
        return refuse(DNN_NULL_POINTER, call, "data or a factor is null");
    }
    if (x->type != FLOAT && x->type != HALF) {
        return refuse(DNN_UNSUPPORTED_TYPE, call, "neither float nor half");
    }
    return x->type == y->type ? DNN_OK : refuse(DNN_BAD_PARAM, call, "the tensors are of different types");
}

float factor(const void* pointer) {
    return *static_cast<const float*>(pointer);
}

// True where each dimension of small is that of large or one.
bool broadcasts(const Tensor& small, const Tensor& large) {
    if (small.rank != large.rank || large.rank > 5) {
        return false;
    }
    for (int i = 0; i < large.rank; i++) {
        if (small.dim[i] != large.dim[i] && small.dim[i] != 1) {
            return false;
        }
    }
    return true;
}

// Dense elements of small, repeated to the shape of large.
std::vector<float> spread(const std::vector<float>& values, const Tensor& small, const Tensor& large) {
    std::vector<float> out(large.elements());
    int index[8] = {};
    for (size_t i = 0; i < out.size(); i++) {
        long at = 0;
        for (int d = 0; d < large.rank; d++) {
            at = at * small.dim[d] + (small.dim[d] == 1 ? 0 : index[d]);
        }
        out[i] = values[at];
        for (int d = large.rank - 1; d >= 0 && ++index[d] == large.dim[d]; d--) {
            index[d] = 0;
        }
    }
    return out;
}

float combine(int op, float a, float b) {
    switch (op) {
        case 0: return a + b;
        case 1: return a * b;
        case 2: return std::min(a, b);
        case 3: return std::max(a, b);
        case 4: return std::sqrt(a);
        default: return 1 - a;
    }
}

}  // namespace

extern "C" {

int cudnnActivationForward(Handle* handle, const ActivationDescriptor* activation, const void* alpha, const Tensor* x,
                           const void* xData, const void* beta, const Tensor* y, void* yData) {
    const char* call = "cudnnActivationForward";
    if (int status = ready(call, handle, x, xData, y, yData, alpha, beta)) {
        return status;
    }
    if (!usable(activation) || activation->mode == IDENTITY) {
        return refuse(DNN_BAD_PARAM, call, "no activation, or IDENTITY, which only goes with a convolution");
    }
    if (!x->sameDims(*y) || (xData == yData && !x->sameStrides(*y))) {
        return refuse(DNN_BAD_PARAM, call, "x and y differ in shape, or in strides in place");
    }
    ActivationDescriptor act = *activation;
    Tensor from = *x, to = *y;
    float a = factor(alpha), b = factor(beta);
    return launch(handle, [=]() -> int {
        std::vector<float> v = read("activation, x", from, xData);
        if (v.empty()) {
            return lost();
        }
        for (float& e : v) {
            e = a * activate(act, e);
        }
        return write("activation, y", to, yData, v, b);
    });
}

// C = alpha * A + beta * C.
int cudnnAddTensor(Handle* handle, const void* alpha, const Tensor* a, const void* aData, const void* beta,
                   const Tensor* c, void* cData) {
    const char* call = "cudnnAddTensor";
    if (int status = ready(call, handle, a, aData, c, cData, alpha, beta)) {
        return status;
    }
    if (!broadcasts(*a, *c)) {
        return refuse(DNN_BAD_PARAM, call, "a dimension of A is neither that of C nor one");
    }
    Tensor from = *a, to = *c;
    float f = factor(alpha), g = factor(beta);
    return launch(handle, [=]() -> int {
        std::vector<float> v = read("add, A", from, aData);
        if (v.empty()) {
            return lost();
        }
        v = spread(v, from, to);
        for (float& e : v) {
            e *= f;
        }
        return write("add, C", to, cData, v, g);
    });
}

// C = op(alpha1 * A, alpha2 * B) + beta * C.
int cudnnOpTensor(Handle* handle, const OpTensor* op, const void* alpha1, const Tensor* a, const void* aData,
                  const void* alpha2, const Tensor* b, const void* bData, const void* beta, const Tensor* c,
                  void* cData) {
    const char* call = "cudnnOpTensor";
    if (int status = ready(call, handle, a, aData, c, cData, alpha1, beta)) {
        return status;
    }
    if (!usable(op) || !usable(b) || !bData || !alpha2) {
        return refuse(DNN_NULL_POINTER, call, "a descriptor, data or a factor is null");
    }
    if (!a->sameDims(*c) || !broadcasts(*b, *a) || b->type != a->type) {
        return refuse(DNN_BAD_PARAM, call, "A and C differ, or B does not repeat to them");
    }
    if (bData == cData && aData != cData) {
        return refuse(DNN_BAD_PARAM, call, "where B is C, A must be C, too");
    }
    Tensor ta = *a, tb = *b, tc = *c;
    float f1 = factor(alpha1), f2 = factor(alpha2), g = factor(beta);
    int what = op->op;
    return launch(handle, [=]() -> int {
        std::vector<float> x = read("operation, A", ta, aData), y = read("operation, B", tb, bData);
        if (x.empty() || y.empty()) {
            return lost();
        }
        y = spread(y, tb, ta);
        for (size_t i = 0; i < x.size(); i++) {
            x[i] = combine(what, f1 * x[i], f2 * y[i]);
        }
        return write("operation, C", tc, cData, x, g);
    });
}

int cudnnGetPooling2dForwardOutputDim(const Pooling* p, const Tensor* x, int* n, int* c, int* h, int* w) {
    if (!usable(p) || !usable(x) || x->rank != 4) {
        return DNN_BAD_PARAM;
    }
    if (x->dim[2] + 2 * p->padH < p->h || x->dim[3] + 2 * p->padW < p->w) {
        return refuse(DNN_BAD_PARAM, "cudnnGetPooling2dForwardOutputDim", "the window is larger than the image");
    }
    *n = x->dim[0], *c = x->dim[1];
    *h = 1 + (x->dim[2] + 2 * p->padH - p->h) / p->strideH;
    *w = 1 + (x->dim[3] + 2 * p->padW - p->w) / p->strideW;
    return DNN_OK;
}

int cudnnPoolingForward(Handle* handle, const Pooling* pooling, const void* alpha, const Tensor* x, const void* xData,
                        const void* beta, const Tensor* y, void* yData) {
    const char* call = "cudnnPoolingForward";
    if (int status = ready(call, handle, x, xData, y, yData, alpha, beta)) {
        return status;
    }
    int n, c, h, w;
    if (cudnnGetPooling2dForwardOutputDim(pooling, x, &n, &c, &h, &w)) {
        return refuse(DNN_BAD_PARAM, call, "no pooling, or not 4 dimensions");
    }
    if (y->rank != 4 || y->dim[0] != n || y->dim[1] != c || y->dim[2] != h || y->dim[3] != w || h <= 0 || w <= 0) {
        return refuse(DNN_SHAPE_MISMATCH, call, "y does not have the shape of the result");
    }
    if (pooling->padH >= pooling->h || pooling->padW >= pooling->w) {
        return refuse(DNN_BAD_PARAM, call, "the padding is not smaller than the window");
    }
    Pooling p = *pooling;
    Tensor from = *x, to = *y;
    float f = factor(alpha), g = factor(beta);
    return launch(handle, [=]() -> int {
        std::vector<float> in = read("pooling, x", from, xData), out(to.elements());
        if (in.empty()) {
            return lost();
        }
        int H = from.dim[2], W = from.dim[3];
        size_t at = 0;
        for (long plane = 0; plane < long(n) * c; plane++) {
            const float* image = in.data() + plane * H * W;
            for (int i = 0; i < h; i++) {
                for (int j = 0; j < w; j++, at++) {
                    int top = i * p.strideH - p.padH, left = j * p.strideW - p.padW, seen = 0;
                    float most = -std::numeric_limits<float>::infinity();
                    double sum = 0;
                    for (int r = std::max(0, top); r < std::min(H, top + p.h); r++) {
                        for (int s = std::max(0, left); s < std::min(W, left + p.w); s++, seen++) {
                            most = std::max(most, image[r * W + s]);
                            sum += image[r * W + s];
                        }
                    }
                    int divisor = p.mode == 1 ? p.h * p.w : seen;
                    out[at] = f * (p.mode == 0 || p.mode == 3 ? most : divisor ? float(sum / divisor) : 0.0f);
                }
            }
        }
        return write("pooling, y", to, yData, out, g);
    });
}

// Algorithms: 0 fast, 1 accurate, 2 logarithm. Modes: 0 over c, h and w of an image, 1 over c at each pixel.
int cudnnSoftmaxForward(Handle* handle, int algorithm, int mode, const void* alpha, const Tensor* x, const void* xData,
                        const void* beta, const Tensor* y, void* yData) {
    const char* call = "cudnnSoftmaxForward";
    if (int status = ready(call, handle, x, xData, y, yData, alpha, beta)) {
        return status;
    }
    if (algorithm < 0 || algorithm > 2 || mode < 0 || mode > 1 || x->rank != 4 || !x->sameDims(*y)) {
        return refuse(DNN_BAD_PARAM, call, "a bad algorithm, mode or shape");
    }
    Tensor from = *x, to = *y;
    float f = factor(alpha), g = factor(beta);
    return launch(handle, [=]() -> int {
        std::vector<float> v = read("softmax, x", from, xData);
        if (v.empty()) {
            return lost();
        }
        long pixels = mode == 0 ? 1 : long(from.dim[2]) * from.dim[3], image = v.size() / from.dim[0];
        long classes = image / pixels;
        for (int n = 0; n < from.dim[0]; n++) {
            for (long q = 0; q < pixels; q++) {
                float* row = v.data() + n * image + q;
                float most = algorithm == 0 ? 0 : -std::numeric_limits<float>::infinity();
                double sum = 0;
                for (long i = 0; algorithm != 0 && i < classes; i++) {
                    most = std::max(most, row[i * pixels]);
                }
                for (long i = 0; i < classes; i++) {
                    sum += std::exp(row[i * pixels] - most);
                }
                for (long i = 0; i < classes; i++) {
                    float e = row[i * pixels] - most;
                    row[i * pixels] = f * (algorithm == 2 ? e - float(std::log(sum)) : float(std::exp(e) / sum));
                }
            }
        }
        return write("softmax, y", to, yData, v, g);
    });
}

// y = alpha * x + beta * y between layouts; no other type, no overlap.
int cudnnTransformTensor(Handle* handle, const void* alpha, const Tensor* x, const void* xData, const void* beta,
                         const Tensor* y, void* yData) {
    const char* call = "cudnnTransformTensor";
    if (int status = ready(call, handle, x, xData, y, yData, alpha, beta)) {
        return status;
    }
    if (!x->sameDims(*y) || xData == yData) {
        return refuse(DNN_BAD_PARAM, call, "x and y differ in shape, or overlap");
    }
    Tensor from = *x, to = *y;
    float f = factor(alpha), g = factor(beta);
    return launch(handle, [=]() -> int {
        std::vector<float> v = read("transform, x", from, xData);
        if (v.empty()) {
            return lost();
        }
        for (float& e : v) {
            e *= f;
        }
        return write("transform, y", to, yData, v, g);
    });
}

int cudnnSetTensor(Handle* handle, const Tensor* y, void* yData, const void* value) {
    if (int status = ready("cudnnSetTensor", handle, y, yData, y, yData, value, value)) {
        return status;
    }
    Tensor to = *y;
    float f = factor(value);
    return launch(handle, [=] { return write("set, y", to, yData, std::vector<float>(to.elements(), f)); });
}

int cudnnScaleTensor(Handle* handle, const Tensor* y, void* yData, const void* alpha) {
    if (int status = ready("cudnnScaleTensor", handle, y, yData, y, yData, alpha, alpha)) {
        return status;
    }
    Tensor to = *y;
    float f = factor(alpha);
    return launch(handle, [=] { return write("scale, y", to, yData, std::vector<float>(to.elements(), 0.0f), f); });
}

int cudnnGetReductionWorkspaceSize(Handle*, const Reduce* r, const Tensor* a, const Tensor* c, size_t* bytes) {
    if (!usable(r) || !usable(a) || !usable(c)) {
        return DNN_BAD_PARAM;
    }
    *bytes = 60;
    return DNN_OK;
}

int cudnnGetReductionIndicesSize(Handle*, const Reduce*, const Tensor*, const Tensor*, size_t* bytes) {
    *bytes = 0;
    return DNN_OK;
}

int cudnnReduceTensor(Handle* handle, const Reduce* reduce, void*, size_t, void* space, size_t bytes, const void* alpha,
                      const Tensor* a, const void* aData, const void* beta, const Tensor* c, void* cData) {
    const char* call = "cudnnReduceTensor";
    if (int status = ready(call, handle, a, aData, c, cData, alpha, beta)) {
        return status;
    }
    if (!usable(reduce) || !broadcasts(*c, *a)) {
        return refuse(DNN_BAD_PARAM, call, "no reduction, or a dimension of C is neither that of A nor one");
    }
    if (bytes < 60 || !space) {
        return refuse(DNN_SIZE_INSUFFICIENT, call, "the workspace is too small");
    }
    int op = reduce->op;
    if (op != 0 && op != 2 && op != 3 && op != 5) {
        return refuse(DNN_UNSUPPORTED, call, "only ADD, MIN, MAX and AVG here");
    }
    Tensor from = *a, to = *c;
    float f = factor(alpha), g = factor(beta);
    return launch(handle, [=]() -> int {
        std::vector<float> in = read("reduction, A", from, aData);
        if (in.empty()) {
            return lost();
        }
        std::vector<double> out(to.elements(), op == 2 ? INFINITY : op == 3 ? -INFINITY : 0);
        int index[8] = {};
        for (float e : in) {
            long at = 0;
            for (int d = 0; d < from.rank; d++) {
                at = at * to.dim[d] + (to.dim[d] == 1 ? 0 : index[d]);
            }
            out[at] = op == 2 ? std::min<double>(out[at], e) : op == 3 ? std::max<double>(out[at], e) : out[at] + e;
            for (int d = from.rank - 1; d >= 0 && ++index[d] == from.dim[d]; d--) {
                index[d] = 0;
            }
        }
        std::vector<float> v(out.size());
        double divisor = op == 5 ? double(in.size()) / out.size() : 1;
        for (size_t i = 0; i < v.size(); i++) {
            v[i] = f * float(out[i] / divisor);
        }
        return write("reduction, C", to, cData, v, g);
    });
}

}  // extern "C"
