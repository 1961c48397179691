// Descriptors of tensors, filters and elementwise operations: checked when they are set, as the documentation says.
#include <mutex>
#include <set>

#include "cudnn.h"

using namespace standin;

namespace standin {

namespace {
std::mutex lock;
std::set<const void*>& alive() {
    static auto* s = new std::set<const void*>;
    return *s;
}
}  // namespace

void born(const void* descriptor) {
    std::lock_guard<std::mutex> hold(lock);
    alive().insert(descriptor);
}

bool dies(const void* descriptor) {
    std::lock_guard<std::mutex> hold(lock);
    return alive().erase(descriptor) > 0;
}

bool lives(const void* descriptor) {
    std::lock_guard<std::mutex> hold(lock);
    return alive().count(descriptor) > 0;
}

Tensor Filter::tensor() const {
    Tensor t;
    t.type = type;
    t.rank = 4;
    int dims[] = {k, c, h, w};
    int nchw[] = {c * h * w, h * w, w, 1};
    int nhwc[] = {c * h * w, 1, w * c, c};
    for (int i = 0; i < 4; i++) {
        t.dim[i] = dims[i];
        t.stride[i] = format == NHWC ? nhwc[i] : nchw[i];
    }
    return t;
}

}  // namespace standin

namespace {

bool knownType(int type) {
    return type >= FLOAT && type <= INT32;
}

int fill(Tensor* t, const char* call, int type, int rank, const int* dim, const int* stride) {
    if (!lives(t)) {
        return refuse(DNN_BAD_PARAM, call, "no descriptor");
    }
    t->rank = 0;  // what a refused call leaves behind is of no use: the real library has written a part of it
    if (!knownType(type)) {
        return refuse(DNN_BAD_PARAM, call, "unknown type of elements");
    }
    if (rank < 1 || rank > 8) {
        return refuse(DNN_UNSUPPORTED, call, "from 1 to 8 dimensions");
    }
    Tensor filled;
    filled.type = type;
    filled.rank = rank;
    for (int i = 0; i < rank; i++) {
        // As the real one does: strides may be negative, and of an axis of one element they don't count.
        if (dim[i] <= 0 || (stride[i] == 0 && dim[i] > 1)) {
            return refuse(DNN_BAD_PARAM, call, "a dimension is not positive, or a stride is 0");
        }
        filled.dim[i] = dim[i];
        filled.stride[i] = stride[i];
    }
    if (filled.extent() > 0x7fffffffL) {
        return refuse(DNN_UNSUPPORTED, call, "more than 2 Giga-elements");
    }
    *t = filled;
    count("switches", 1);
    return DNN_OK;
}

}  // namespace

extern "C" {

int cudnnOpsVersionCheck() {
    return DNN_OK;
}

// ---- tensors ----

int cudnnCreateTensorDescriptor(Tensor** t) {
    return create(t);
}

int cudnnDestroyTensorDescriptor(Tensor* t) {
    return destroy(t);
}

int cudnnSetTensor4dDescriptor(Tensor* t, int format, int type, int n, int c, int h, int w) {
    int dim[] = {n, c, h, w};
    if (n <= 0 || c <= 0 || h <= 0 || w <= 0 || format < 0 || format > 1) {
        return refuse(DNN_BAD_PARAM, "cudnnSetTensor4dDescriptor", "a dimension is not positive, or a bad format");
    }
    int nchw[] = {c * h * w, h * w, w, 1};
    int nhwc[] = {c * h * w, 1, w * c, c};
    return fill(t, "cudnnSetTensor4dDescriptor", type, 4, dim, format == NHWC ? nhwc : nchw);
}

int cudnnSetTensor4dDescriptorEx(Tensor* t, int type, int n, int c, int h, int w, int nStride, int cStride, int hStride,
                                 int wStride) {
    int dim[] = {n, c, h, w}, stride[] = {nStride, cStride, hStride, wStride};
    return fill(t, "cudnnSetTensor4dDescriptorEx", type, 4, dim, stride);
}

int cudnnSetTensorNdDescriptor(Tensor* t, int type, int rank, const int* dim, const int* stride) {
    if (rank < 4) {
        return refuse(DNN_UNSUPPORTED, "cudnnSetTensorNdDescriptor", "fewer than 4 dimensions");
    }
    return fill(t, "cudnnSetTensorNdDescriptor", type, rank, dim, stride);
}

int cudnnSetTensorNdDescriptorEx(Tensor* t, int format, int type, int rank, const int* dim) {
    if (rank != 4) {
        return refuse(DNN_UNSUPPORTED, "cudnnSetTensorNdDescriptorEx", "4 dimensions here");
    }
    return cudnnSetTensor4dDescriptor(t, format, type, dim[0], dim[1], dim[2], dim[3]);
}

int cudnnGetTensor4dDescriptor(const Tensor* t, int* type, int* n, int* c, int* h, int* w, int* nStride, int* cStride,
                               int* hStride, int* wStride) {
    if (!lives(t) || (t->set() && t->rank != 4)) {
        return DNN_BAD_PARAM;
    }
    *type = t->set() ? t->type : 0;
    *n = t->dim[0], *c = t->dim[1], *h = t->dim[2], *w = t->dim[3];
    *nStride = t->stride[0], *cStride = t->stride[1], *hStride = t->stride[2], *wStride = t->stride[3];
    return DNN_OK;
}

int cudnnGetTensorSizeInBytes(const Tensor* t, size_t* bytes) {
    if (!lives(t)) {
        return DNN_BAD_PARAM;
    }
    *bytes = t->set() ? t->bytes() : 0;
    return DNN_OK;
}

// ---- filters ----

int cudnnCreateFilterDescriptor(Filter** f) {
    return create(f);
}

int cudnnDestroyFilterDescriptor(Filter* f) {
    return destroy(f);
}

int cudnnSetFilter4dDescriptor(Filter* f, int type, int format, int k, int c, int h, int w) {
    if (lives(f)) {
        *f = Filter();
    }
    if (!lives(f) || !knownType(type) || type == INT32 || format < 0 || format > 1 || k <= 0 || c <= 0 || h <= 0 || w <= 0) {
        return refuse(DNN_BAD_PARAM, "cudnnSetFilter4dDescriptor", "a bad type, format or dimension");
    }
    f->type = type, f->format = format, f->k = k, f->c = c, f->h = h, f->w = w;
    return DNN_OK;
}

int cudnnSetFilterNdDescriptor(Filter* f, int type, int format, int rank, const int* dim) {
    if (rank != 4) {
        return refuse(DNN_UNSUPPORTED, "cudnnSetFilterNdDescriptor", "4 dimensions here");
    }
    return cudnnSetFilter4dDescriptor(f, type, format, dim[0], dim[1], dim[2], dim[3]);
}

int cudnnGetFilter4dDescriptor(const Filter* f, int* type, int* format, int* k, int* c, int* h, int* w) {
    if (!lives(f)) {
        return DNN_BAD_PARAM;
    }
    *type = f->set() ? f->type : 0, *format = f->format, *k = f->k, *c = f->c, *h = f->h, *w = f->w;
    return DNN_OK;
}

int cudnnGetFilterSizeInBytes(const Filter* f, size_t* bytes) {
    if (!lives(f)) {
        return DNN_BAD_PARAM;
    }
    *bytes = f->set() ? f->tensor().bytes() : 0;
    return DNN_OK;
}

// ---- activation ----

int cudnnCreateActivationDescriptor(ActivationDescriptor** a) {
    return create(a);
}

int cudnnDestroyActivationDescriptor(ActivationDescriptor* a) {
    return destroy(a);
}

int cudnnSetActivationDescriptor(ActivationDescriptor* a, int mode, int nan, double coefficient) {
    if (!lives(a) || mode < SIGMOID || mode > SWISH || nan < 0 || nan > 1) {
        return refuse(DNN_BAD_PARAM, "cudnnSetActivationDescriptor", "a bad mode");
    }
    a->mode = mode, a->nan = nan, a->coefficient = coefficient;
    return DNN_OK;
}

int cudnnGetActivationDescriptor(const ActivationDescriptor* a, int* mode, int* nan, double* coefficient) {
    if (!usable(a)) {
        return DNN_BAD_PARAM;
    }
    *mode = a->mode, *nan = a->nan, *coefficient = a->coefficient;
    return DNN_OK;
}

int cudnnSetActivationDescriptorSwishBeta(ActivationDescriptor* a, double beta) {
    if (!lives(a)) {
        return DNN_BAD_PARAM;
    }
    a->beta = beta;
    return DNN_OK;
}

// ---- pooling ----

int cudnnCreatePoolingDescriptor(Pooling** p) {
    return create(p);
}

int cudnnDestroyPoolingDescriptor(Pooling* p) {
    return destroy(p);
}

int cudnnSetPooling2dDescriptor(Pooling* p, int mode, int nan, int h, int w, int padH, int padW, int strideH,
                                int strideW) {
    if (!lives(p) || mode < 0 || mode > 3 || nan < 0 || nan > 1 || h <= 0 || w <= 0 || strideH <= 0 || strideW <= 0) {
        return refuse(DNN_BAD_PARAM, "cudnnSetPooling2dDescriptor", "a bad mode, window, pad or stride");
    }
    *p = Pooling{mode, nan, h, w, padH, padW, strideH, strideW};
    return DNN_OK;
}

// ---- elementwise ----

int cudnnCreateOpTensorDescriptor(OpTensor** o) {
    return create(o);
}

int cudnnDestroyOpTensorDescriptor(OpTensor* o) {
    return destroy(o);
}

int cudnnSetOpTensorDescriptor(OpTensor* o, int op, int compute, int nan) {
    if (!lives(o) || op < 0 || op > 5 || compute != FLOAT) {
        return refuse(DNN_BAD_PARAM, "cudnnSetOpTensorDescriptor", "a bad operation, or computed in another type");
    }
    *o = OpTensor{op, compute, nan};
    return DNN_OK;
}

// ---- reduction ----

int cudnnCreateReduceTensorDescriptor(Reduce** r) {
    return create(r);
}

int cudnnDestroyReduceTensorDescriptor(Reduce* r) {
    return destroy(r);
}

int cudnnSetReduceTensorDescriptor(Reduce* r, int op, int compute, int nan, int indices, int indexType) {
    if (!lives(r) || op < 0 || op > 8 || compute != FLOAT) {
        return refuse(DNN_BAD_PARAM, "cudnnSetReduceTensorDescriptor", "a bad operation, or computed in another type");
    }
    *r = Reduce{op, compute, nan, indices, indexType};
    return DNN_OK;
}

}  // extern "C"
