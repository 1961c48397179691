// Descriptors of the stand-in for cuDNN, and its status codes (those of version 9).
#pragma once

#include "tensor.h"

namespace standin {

enum CudnnStatus {
    DNN_OK = 0,
    DNN_NOT_INITIALIZED = 1001,
    DNN_BAD_PARAM = 2000,
    DNN_NULL_POINTER = 2002,
    DNN_NOT_FINALIZED = 2004,
    DNN_SIZE_INSUFFICIENT = 2006,
    DNN_SHAPE_MISMATCH = 2008,
    DNN_ATTRIBUTE_TYPE = 2010,
    DNN_UNSUPPORTED = 3000,
    DNN_UNSUPPORTED_SHAPE = 3002,
    DNN_UNSUPPORTED_TYPE = 3003,
    DNN_UNSUPPORTED_LAYOUT = 3004,
    DNN_UNSUPPORTED_ARCH = 3007,
    DNN_DEVICE_ALLOCATION = 4004,
    DNN_EXECUTION_FAILED = 5000,
};

enum Format { NCHW = 0, NHWC = 1 };

enum Math { DEFAULT_MATH = 0, TENSOR_OP_MATH = 1, ALLOW_CONVERSION = 2, FMA_MATH = 3 };

enum Activation { SIGMOID = 0, RELU = 1, TANH = 2, CLIPPED_RELU = 3, ELU = 4, IDENTITY = 5, SWISH = 6 };

struct Handle {
    Stream* stream = nullptr;
};

struct Filter {
    int type = -1, format = 0, k = 0, c = 0, h = 0, w = 0;

    bool set() const {
        return k > 0;
    }
    // As a tensor [k, c, h, w]: always packed, there are no strides.
    Tensor tensor() const;
};

struct Convolution {
    int padH = 0, padW = 0, strideH = 0, strideW = 0, dilationH = 0, dilationW = 0;
    int mode = 0, compute = FLOAT, math = DEFAULT_MATH, groups = 1;

    bool set() const {
        return strideH > 0;
    }
};

struct ActivationDescriptor {
    int mode = -1, nan = 0;
    double coefficient = 0, beta = 1;

    bool set() const {
        return mode >= 0;
    }
};

struct Pooling {
    int mode = -1, nan = 0, h = 0, w = 0, padH = 0, padW = 0, strideH = 0, strideW = 0;

    bool set() const {
        return mode >= 0;
    }
};

struct OpTensor {
    int op = -1, compute = 0, nan = 0;

    bool set() const {
        return op >= 0;
    }
};

struct Reduce {
    int op = -1, compute = 0, nan = 0, indices = 0, indexType = 0;

    bool set() const {
        return op >= 0;
    }
};

// What was created and not yet destroyed; anything else is refused.
void born(const void* descriptor);
bool dies(const void* descriptor);
bool lives(const void* descriptor);

template <typename T>
int create(T** descriptor) {
    if (!descriptor) {
        return DNN_NULL_POINTER;
    }
    *descriptor = new T;
    born(*descriptor);
    count("live_descriptors", 1);
    return DNN_OK;
}

template <typename T>
int destroy(T* descriptor) {
    if (!dies(descriptor)) {
        return DNN_BAD_PARAM;
    }
    delete descriptor;
    count("live_descriptors", -1);
    return DNN_OK;
}

// Says why a call is refused, which the real library does in its log, and hands the status on.
int refuse(int status, const char* call, const char* why);

template <typename T>
bool usable(const T* descriptor) {
    return lives(descriptor) && descriptor->set();
}

inline int launch(Handle* handle, Work work) {
    return enqueue(handle->stream, std::move(work)) ? DNN_EXECUTION_FAILED : DNN_OK;
}

float activate(const ActivationDescriptor& a, float x);

}  // namespace standin
