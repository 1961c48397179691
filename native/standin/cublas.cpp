// Matrix products, with cuBLAS's checks of sizes, transposition, leading dimensions and types.
#include <algorithm>

#include "tensor.h"

using namespace standin;

namespace {

enum Status {
    OK = 0,
    NOT_INITIALIZED = 1,
    ALLOC_FAILED = 3,
    BAD_VALUE = 7,
    EXECUTION_FAILED = 13,
    UNSUPPORTED = 15,
};

// Numbers of cudaDataType.
constexpr int R_32F = 0, R_16F = 2;

// Numbers of cublasComputeType_t.
constexpr int COMPUTE_16F = 64, COMPUTE_32F = 68, COMPUTE_32F_PEDANTIC = 69, COMPUTE_32F_FAST_16F = 74,
              COMPUTE_32F_FAST_TF32 = 77;

constexpr int MATH_PEDANTIC = 2, MATH_TF32 = 3;

constexpr long MAGIC = 0x626c6173;

struct Handle {
    long magic = MAGIC;
    Stream* stream = nullptr;
    int math = 0, pointerMode = 0;
    void* workspace = nullptr;
    size_t bytes = 0;
};

int status(int error) {
    return error == SUCCESS ? OK : EXECUTION_FAILED;
}

struct Matrix {
    const void* pointer;
    int type;
    long rows, columns, ld;  // as stored, column-major
    long step;               // elements from one of a batch to the next
};

Tensor shape(const Matrix& m) {
    Tensor t;
    t.type = m.type == R_16F ? HALF : FLOAT;
    t.rank = 2;
    t.dim[0] = int(m.rows);
    t.dim[1] = int(m.columns);
    t.stride[0] = 1;
    t.stride[1] = int(m.ld);
    return t;
}

const void* at(const Matrix& m, long batch) {
    return static_cast<const char*>(m.pointer) + batch * m.step * (m.type == R_16F ? 2 : 4);
}

// Dense rows-by-columns of op(m).
std::vector<float> operand(const char* what, const Matrix& m, long batch, int op, Rounding rounding) {
    Tensor t = shape(m);
    if (op) {
        std::swap(t.dim[0], t.dim[1]);
        std::swap(t.stride[0], t.stride[1]);
    }
    std::vector<float> values = read(what, t, at(m, batch));
    roundAll(values, rounding);
    return values;
}

struct Product {
    int opA, opB;
    long m, n, k;
    float alpha, beta;
    Matrix a, b, c;
    long batches;
    Rounding rounding;
};

int compute(const Product& p) {
    for (long i = 0; i < p.batches; i++) {
        std::vector<float> result(p.m * p.n);
        if (p.k > 0 && p.alpha != 0) {
            std::vector<float> a = operand("cuBLAS, A", p.a, i, p.opA, p.rounding);
            std::vector<float> b = operand("cuBLAS, B", p.b, i, p.opB, p.rounding);
            if (a.empty() || b.empty()) {
                return lost();
            }
            multiply(a.data(), b.data(), result.data(), p.m, p.n, p.k);
            for (float& v : result) {
                v *= p.alpha;
            }
        }
        if (int error = write("cuBLAS, C", shape(p.c), const_cast<void*>(at(p.c, i)), result, p.beta)) {
            return error;
        }
    }
    return SUCCESS;
}

int launch(Handle* handle, Product p) {
    if (!handle || handle->magic != MAGIC) {
        return NOT_INITIALIZED;
    }
    auto good = [](int op) { return op >= 0 && op <= 2; };
    if (p.m < 0 || p.n < 0 || p.k < 0 || p.batches < 0 || !good(p.opA) || !good(p.opB)) {
        return BAD_VALUE;
    }
    p.a.rows = p.opA ? p.k : p.m;
    p.a.columns = p.opA ? p.m : p.k;
    p.b.rows = p.opB ? p.n : p.k;
    p.b.columns = p.opB ? p.k : p.n;
    p.c.rows = p.m;
    p.c.columns = p.n;
    for (const Matrix* x : {&p.a, &p.b, &p.c}) {
        if (x->ld < std::max(1L, x->rows)) {
            return BAD_VALUE;
        }
    }
    if (p.m == 0 || p.n == 0 || p.batches == 0) {
        return OK;
    }
    if (!p.a.pointer || !p.b.pointer || !p.c.pointer) {
        return BAD_VALUE;
    }
    // From CUDA 11 on a caller can give workspace, and then should: the library's own becomes an allocation inside a
    // graph that is captured.
    if (runtimeVersion() >= 11000 && !handle->workspace) {
        say("a product by a handle of cuBLAS that has no workspace of the caller");
        return EXECUTION_FAILED;
    }
    void* space = handle->workspace;
    size_t bytes = handle->bytes;
    return status(enqueue(handle->stream, [=]() -> int {
        if (space) {
            void* found = require("cuBLAS, workspace", space, bytes);
            if (!found) {
                return ILLEGAL_ADDRESS;
            }
            auto* words = static_cast<uint16_t*>(found);
            std::fill(words, words + std::min<size_t>(bytes, 4096) / 2, POISON);
        }
        return compute(p);
    }));
}

// Scalars on the host: the only place from which the stand-ins take them.
bool scalars(Handle* h, const void* alpha, const void* beta, bool half, float* a, float* b) {
    if (!alpha || !beta || (h && h->pointerMode != 0)) {
        return false;
    }
    *a = half ? halfToFloat(*static_cast<const uint16_t*>(alpha)) : *static_cast<const float*>(alpha);
    *b = half ? halfToFloat(*static_cast<const uint16_t*>(beta)) : *static_cast<const float*>(beta);
    return true;
}

bool tensorFloat() {
    return deviceModel().major >= 8;
}

int general(Handle* h, int opA, int opB, int m, int n, int k, const void* alpha, const void* a, int aType, int lda,
            long long stepA, const void* b, int bType, int ldb, long long stepB, const void* beta, void* c, int cType,
            int ldc, long long stepC, int batches, int compute) {
    if (!h || h->magic != MAGIC) {
        return NOT_INITIALIZED;
    }
    bool halves = aType == R_16F && bType == R_16F && cType == R_16F;
    bool floats = aType == R_32F && bType == R_32F && cType == R_32F;
    bool mixed = aType == R_16F && bType == R_16F && cType == R_32F;
    bool known = compute == COMPUTE_16F || compute == COMPUTE_32F || compute == COMPUTE_32F_PEDANTIC
                 || compute == COMPUTE_32F_FAST_16F || compute == COMPUTE_32F_FAST_TF32;
    if (!known || !(halves || floats || mixed) || (compute == COMPUTE_16F && !halves)
        || ((halves || mixed) && compute > COMPUTE_32F_PEDANTIC)) {
        return UNSUPPORTED;
    }
    Rounding rounding = EXACT;
    if (floats && (compute == COMPUTE_32F_FAST_TF32 || (compute == COMPUTE_32F && h->math == MATH_TF32))
        && tensorFloat()) {
        rounding = TF32;
    } else if (floats && compute == COMPUTE_32F_FAST_16F) {
        rounding = THROUGH_HALF;
    }
    Product p{opA, opB, m, n, k, 1, 0, {a, aType, 0, 0, lda, long(stepA)}, {b, bType, 0, 0, ldb, long(stepB)},
              {c, cType, 0, 0, ldc, long(stepC)}, batches, rounding};
    if (!scalars(h, alpha, beta, compute == COMPUTE_16F, &p.alpha, &p.beta)) {
        return BAD_VALUE;
    }
    return launch(h, p);
}

}  // namespace

extern "C" {

int cublasCreate_v2(Handle** handle) {
    if (gate()) {
        return NOT_INITIALIZED;
    }
    // The real library takes workspace from the device when a handle is made.
    void* probe = nullptr;
    if (allocate(&probe, 512)) {
        return ALLOC_FAILED;
    }
    release(probe);
    *handle = new Handle;
    count("live_handles", 1);
    return OK;
}

int cublasDestroy_v2(Handle* handle) {
    if (!handle || handle->magic != MAGIC) {
        return NOT_INITIALIZED;
    }
    handle->magic = 0;
    delete handle;
    count("live_handles", -1);
    return OK;
}

int cublasGetVersion_v2(Handle*, int* version) {
    *version = 130200;
    return OK;
}

int cublasSetStream_v2(Handle* handle, Stream* stream) {
    if (!handle || handle->magic != MAGIC) {
        return NOT_INITIALIZED;
    }
    handle->stream = stream;
    handle->workspace = nullptr;  // back to the library's own, as the documentation says
    handle->bytes = 0;
    return OK;
}

int cublasGetStream_v2(Handle* handle, Stream** stream) {
    *stream = handle->stream;
    return OK;
}

int cublasSetMathMode(Handle* handle, int mode) {
    if (!handle || handle->magic != MAGIC) {
        return NOT_INITIALIZED;
    }
    int basic = mode & 15;  // bit 16 disallows reduction in reduced precision
    if (basic > MATH_TF32) {
        return BAD_VALUE;
    }
    handle->math = basic;
    return OK;
}

int cublasGetMathMode(Handle* handle, int* mode) {
    *mode = handle->math;
    return OK;
}

int cublasSetPointerMode_v2(Handle* handle, int mode) {
    handle->pointerMode = mode;
    return OK;
}

int cublasSetWorkspace_v2(Handle* handle, void* workspace, size_t bytes) {
    if (!handle || handle->magic != MAGIC) {
        return NOT_INITIALIZED;
    }
    if (bytes && (reinterpret_cast<uintptr_t>(workspace) % 256 || !device(workspace, bytes))) {
        return BAD_VALUE;
    }
    handle->workspace = bytes ? workspace : nullptr;
    handle->bytes = bytes;
    return OK;
}

int cublasSgemmStridedBatched(Handle* h, int opA, int opB, int m, int n, int k, const float* alpha, const void* a,
                              int lda, long long stepA, const void* b, int ldb, long long stepB, const float* beta,
                              void* c, int ldc, long long stepC, int batches) {
    return general(h, opA, opB, m, n, k, alpha, a, R_32F, lda, stepA, b, R_32F, ldb, stepB, beta, c, R_32F, ldc, stepC,
                   batches, COMPUTE_32F);
}

int cublasSgemm_v2(Handle* h, int opA, int opB, int m, int n, int k, const float* alpha, const void* a, int lda,
                   const void* b, int ldb, const float* beta, void* c, int ldc) {
    return cublasSgemmStridedBatched(h, opA, opB, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc, 0, 1);
}

int cublasHgemm(Handle* h, int opA, int opB, int m, int n, int k, const void* alpha, const void* a, int lda,
                const void* b, int ldb, const void* beta, void* c, int ldc) {
    return general(h, opA, opB, m, n, k, alpha, a, R_16F, lda, 0, b, R_16F, ldb, 0, beta, c, R_16F, ldc, 0, 1,
                   COMPUTE_16F);
}

int cublasGemmEx(Handle* h, int opA, int opB, int m, int n, int k, const void* alpha, const void* a, int aType, int lda,
                 const void* b, int bType, int ldb, const void* beta, void* c, int cType, int ldc, int compute, int) {
    return general(h, opA, opB, m, n, k, alpha, a, aType, lda, 0, b, bType, ldb, 0, beta, c, cType, ldc, 0, 1, compute);
}

int cublasGemmStridedBatchedEx(Handle* h, int opA, int opB, int m, int n, int k, const void* alpha, const void* a,
                               int aType, int lda, long long stepA, const void* b, int bType, int ldb, long long stepB,
                               const void* beta, void* c, int cType, int ldc, long long stepC, int batches, int compute,
                               int) {
    return general(h, opA, opB, m, n, k, alpha, a, aType, lda, stepA, b, bType, ldb, stepB, beta, c, cType, ldc, stepC,
                   batches, compute);
}

const char* cublasGetStatusString(int status) {
    switch (status) {
        case OK: return "success";
        case NOT_INITIALIZED: return "the library was not initialized";
        case ALLOC_FAILED: return "the resource allocation failed";
        case BAD_VALUE: return "an unsupported value or parameter was passed to the function";
        case EXECUTION_FAILED: return "the GPU program failed to execute";
        case UNSUPPORTED: return "the functionality requested is not supported";
        default: return "an unknown status";
    }
}

const char* cublasGetStatusName(int status) {
    return cublasGetStatusString(status);
}

}  // extern "C"
