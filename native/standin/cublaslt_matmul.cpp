// cuBLASLt's products with what follows them: D = epilogue(alpha * op(A) op(B) + beta * C). Written from the documentation;
// what it does not promise for these types is refused: orders other than by columns, a bias of another type than D, other
// epilogues than bias and ReLU. A vector of factors (one for each row of D) has a pointer mode of its own, and the documentation
// names no types for it: it is refused unless the setting alpha_vectors is 1.
//
// There are four algorithms. 1 takes everything; 2 wants scratch memory and addresses, leading dimensions and steps of 16
// bytes; 3 adds parts up in D's own type; 4 rounds single precision to TF32 on tensor cores. The heuristics propose 3, 4, 1, 2,
// as far as the preference has not masked them. The setting matmul_fault spoils: 1, algorithm 2 computes wrongly; 2, it is proposed
// and then refused by the check; 3, by the call; 4, it wants more scratch memory than there is; 5, its call refuses a D
// that has gaps; 6, the heuristics fail; 7, every algorithm is refused by the check; 8, algorithm 2 writes beside D.
#include <algorithm>
#include <cmath>

#include "cublaslt.h"

using namespace lt;
using standin::Rounding;
using standin::Tensor;

namespace {

constexpr int R_32F = 0, R_16F = 2;
constexpr int COMPUTE_32F = 68, COMPUTE_32F_PEDANTIC = 69, COMPUTE_32F_FAST_TF32 = 77;
constexpr int HOST = 0, ALPHA_VECTOR_BETA_HOST = 4;
constexpr int RELU = 2, BIAS = 4;
constexpr uint64_t FMA = 1, TENSOR = 2, SUMS_32F = 512, INPUT_16F = 65536, INPUT_TF32 = 262144, INPUT_32F = 524288;
constexpr uint64_t MAGIC = 0x6c74616c676f0000;
constexpr size_t SCRATCH = 65536;
constexpr int SPOILT = 2;

struct Result {
    Algorithm algorithm;
    size_t workspace;
    int state;
    float waves;
    int reserved[4];
};

struct Matrix {
    int type;
    long rows, columns, ld, batches, step;

    explicit Matrix(const Descriptor* d)
        : type(d->number(TYPE)), rows((*d)[ROWS]), columns((*d)[COLUMNS]), ld((*d)[LD]), batches((*d)[BATCH]),
          step((*d)[STRIDE]) {}

    size_t size() const {
        return type == R_16F ? 2 : 4;
    }
    Tensor tensor() const {
        Tensor t;
        t.type = type == R_16F ? standin::HALF : standin::FLOAT;
        t.rank = 2;
        t.dim[0] = int(rows);
        t.dim[1] = int(columns);
        t.stride[0] = 1;
        t.stride[1] = int(ld);
        return t;
    }
    bool aligned(size_t bytes) const {
        return ld * size() % bytes == 0 && (batches == 1 || step * size() % bytes == 0);
    }
    const char* at(const void* p, long i) const {
        return static_cast<const char*>(p) + i * step * long(size());
    }
};

struct Problem {
    const Descriptor* matmul;
    Matrix a, b, c, d;

    int epilogue() const {
        return matmul->number(EPILOGUE);
    }
    bool vector() const {
        return matmul->number(POINTER_MODE) == ALPHA_VECTOR_BETA_HOST;
    }
};

int check(const Problem& p) {
    const Descriptor& m = *p.matmul;
    int compute = m.number(COMPUTE_TYPE);
    bool halves = p.d.type == R_16F;
    bool types = (p.d.type == R_32F || halves) && p.a.type == p.d.type && p.b.type == p.d.type && p.c.type == p.d.type;
    bool computes = compute == COMPUTE_32F || compute == COMPUTE_32F_PEDANTIC || (compute == COMPUTE_32F_FAST_TF32 && !halves);
    int bias = m.number(BIAS_TYPE), mode = m.number(POINTER_MODE), epilogue = p.epilogue();
    if (!types || !computes || m.number(SCALE_TYPE) != R_32F || (epilogue != 1 && (epilogue & ~(RELU | BIAS)))
        || epilogue == 0 || m.number(TRANS_C) != 0
        || (mode != HOST && !(mode == ALPHA_VECTOR_BETA_HOST && dms_standin_get("alpha_vectors") == 1))) {
        return NOT_SUPPORTED;
    }
    if ((epilogue & BIAS) && ((bias != -1 && bias != p.d.type) || m[BIAS_BATCH_STRIDE] != 0)) {
        return NOT_SUPPORTED;
    }
    int opA = m.number(TRANS_A), opB = m.number(TRANS_B);
    if (opA < 0 || opA > 1 || opB < 0 || opB > 1) {
        return NOT_SUPPORTED;
    }
    long rows = opA ? p.a.columns : p.a.rows, inner = opA ? p.a.rows : p.a.columns;
    long innerB = opB ? p.b.columns : p.b.rows, columns = opB ? p.b.rows : p.b.columns;
    if (inner != innerB || rows != p.d.rows || columns != p.d.columns || p.c.rows != p.d.rows
        || p.c.columns != p.d.columns || rows < 1 || columns < 1 || inner < 1) {
        return INVALID_VALUE;
    }
    for (const Matrix* x : {&p.a, &p.b, &p.c, &p.d}) {
        if (x->ld < x->rows || x->batches < 1 || x->batches != p.d.batches || x->step < 0) {
            return INVALID_VALUE;
        }
    }
    return p.d.batches > 1 && p.d.step < p.d.ld * (p.d.columns - 1) + p.d.rows ? INVALID_VALUE : OK;
}

int problem(const Descriptor* m, const Descriptor* a, const Descriptor* b, const Descriptor* c, const Descriptor* d,
            std::vector<Problem>* to) {
    if (!is(m, MATMUL) || !is(a, LAYOUT) || !is(b, LAYOUT) || !is(c, LAYOUT) || !is(d, LAYOUT)) {
        return INVALID_VALUE;
    }
    for (const Descriptor* x : {a, b, c, d}) {
        if (x->number(ORDER) != 0) {
            return NOT_SUPPORTED;
        }
    }
    to->push_back({m, Matrix(a), Matrix(b), Matrix(c), Matrix(d)});
    return check(to->back());
}

int number(const Algorithm& a) {
    int id = int(a.words[0] & 0xffff);
    bool ours = (a.words[0] & ~uint64_t(0xffff)) == MAGIC && id >= 1 && id <= 4;
    for (int i = 1; i < 8; i++) {
        ours = ours && a.words[i] == uint64_t(id * i);
    }
    return ours ? id : 0;
}

Algorithm algorithm(int id) {
    Algorithm a{};
    a.words[0] = MAGIC | id;
    for (int i = 1; i < 8; i++) {
        a.words[i] = uint64_t(id * i);
    }
    return a;
}

int reduction(int id) {
    return id == 2 ? 2 : id == 3 ? 4 : 0;
}

uint64_t implementation(int id, const Problem& p) {
    bool half = p.d.type == R_16F, tf32 = id == 4 || p.matmul->number(COMPUTE_TYPE) == COMPUTE_32F_FAST_TF32;
    return SUMS_32F | (half ? TENSOR | INPUT_16F : tf32 ? TENSOR | INPUT_TF32 : FMA | INPUT_32F);
}

bool fits(int id, const Problem& p) {
    if (id == 4 && p.d.type == R_16F) {
        return false;
    }
    return id != 2 || (p.a.aligned(16) && p.b.aligned(16) && p.c.aligned(16) && p.d.aligned(16));
}

size_t scratch(int id) {
    long fault = dms_standin_get("matmul_fault");
    return id != SPOILT ? 0 : fault == 4 ? size_t(1) << 40 : SCRATCH;
}

bool refused(int id) {
    long fault = dms_standin_get("matmul_fault");
    return fault == 7 || (fault == 2 && id == SPOILT);
}

struct Call {
    Problem p;
    Descriptor matmul;
    int id;
    float alpha, beta;
    const void *vector, *a, *b, *c, *bias;
    void* d;
    void* work;
};

std::vector<float> operand(const char* what, const Matrix& m, const void* from, long i, bool transposed, Rounding rounding) {
    Tensor t = m.tensor();
    if (transposed) {
        std::swap(t.dim[0], t.dim[1]);
        std::swap(t.stride[0], t.stride[1]);
    }
    std::vector<float> values = standin::read(what, t, m.at(from, i));
    standin::roundAll(values, rounding);
    return values;
}

// Numbers along the rows of D.
std::vector<float> column(const char* what, int type, long rows, const void* from) {
    Tensor t;
    t.type = type == R_16F ? standin::HALF : standin::FLOAT;
    t.rank = 1;
    t.dim[0] = int(rows);
    t.stride[0] = 1;
    return standin::read(what, t, from);
}

int compute(const Call& call) {
    const Problem& p = call.p;
    long m = p.d.rows, n = p.d.columns;
    bool opA = call.matmul.number(TRANS_A), opB = call.matmul.number(TRANS_B);
    bool tf32 = call.id == 4 || call.matmul.number(COMPUTE_TYPE) == COMPUTE_32F_FAST_TF32;
    Rounding rounding = p.d.type == R_32F && tf32 ? standin::TF32 : standin::EXACT;
    int epilogue = call.matmul.number(EPILOGUE);
    std::vector<float> bias(m), factor(m, call.alpha);
    if (epilogue & BIAS) {
        bias = column("cuBLASLt, bias", p.d.type, m, call.bias);
    }
    if (call.vector) {
        factor = column("cuBLASLt, alpha", R_32F, m, call.vector);
    }
    for (long i = 0; i < p.d.batches; i++) {
        std::vector<float> a = operand("cuBLASLt, A", p.a, call.a, i, opA, rounding);
        std::vector<float> b = operand("cuBLASLt, B", p.b, call.b, i, opB, rounding);
        std::vector<float> c(m * n);
        if (call.beta != 0) {
            c = operand("cuBLASLt, C", p.c, call.c, i, false, standin::EXACT);
        }
        if (a.empty() || b.empty() || c.empty() || bias.empty() || factor.empty()) {
            return standin::lost();
        }
        std::vector<float> result(m * n);
        standin::multiply(a.data(), b.data(), result.data(), m, n, opA ? p.a.rows : p.a.columns);
        for (long r = 0; r < m; r++) {
            for (long j = 0; j < n; j++) {
                float v = factor[r] * result[r * n + j];
                v = call.id == 3 && p.d.type == R_16F ? standin::halfToFloat(standin::floatToHalf(v)) : v;
                v += call.beta * c[r * n + j] + bias[r];
                result[r * n + j] = (epilogue & RELU) && epilogue != 1 ? std::max(v, 0.0f) : v;
            }
        }
        long fault = call.id == SPOILT ? dms_standin_get("matmul_fault") : 0;
        if (fault == 1) {
            result[m * n - 1] += 1000;
        }
        Tensor to = p.d.tensor();
        if (fault == 8 && p.d.ld > m) {
            to.dim[0] = int(p.d.ld);
            to.dim[1] = int(n - 1);
            result.assign(p.d.ld * (n - 1), 1.0f);
        }
        if (int error = standin::write("cuBLASLt, D", to, const_cast<char*>(p.d.at(call.d, i)), result)) {
            return error;
        }
    }
    return standin::SUCCESS;
}

bool off(const void* p, size_t bytes) {
    return reinterpret_cast<uintptr_t>(p) % bytes != 0;
}

}  // namespace

extern "C" {

int cublasLtMatmulAlgoGetHeuristic(long* handle, Descriptor* matmul, Descriptor* a, Descriptor* b, Descriptor* c, Descriptor* d,
                                   Descriptor* preference, int most, Result* results, int* found) {
    if (!handle || *handle != HANDLE) {
        return NOT_INITIALIZED;
    }
    std::vector<Problem> all;
    if (!is(preference, PREFERENCE) || !results || !found || most < 1) {
        return INVALID_VALUE;
    }
    *found = 0;
    if (int wrong = problem(matmul, a, b, c, d, &all)) {
        return wrong;
    }
    if (dms_standin_get("matmul_fault") == 6 || preference->number(WAVES) != 0) {
        return NOT_SUPPORTED;
    }
    const Problem& p = all[0];
    if ((p.epilogue() & BIAS) && !(*matmul)[BIAS_POINTER]) {
        return INVALID_VALUE;
    }
    uint64_t allowed = uint64_t((*preference)[IMPLEMENTATION]);
    int reductions = preference->number(REDUCTION);
    for (int id : {3, 4, 1, 2}) {
        bool addressed = true;
        for (int i = 0; i < 4; i++) {
            int alignment = preference->number(ALIGN_A + i);
            addressed = addressed && alignment % (id == 2 ? 16 : int(p.d.size())) == 0 && alignment > 0;
        }
        if (*found < most && fits(id, p) && addressed && !(implementation(id, p) & ~allowed) && !(reduction(id) & ~reductions)
            && (scratch(id) <= size_t((*preference)[WORKSPACE]) || dms_standin_get("matmul_fault") == 4)) {
            results[(*found)++] = {algorithm(id), scratch(id), OK, 1, {}};
        }
    }
    return *found ? OK : NOT_SUPPORTED;
}

int cublasLtMatmulAlgoCheck(long* handle, Descriptor* matmul, Descriptor* a, Descriptor* b, Descriptor* c, Descriptor* d,
                            const Algorithm* way, Result* result) {
    if (!handle || *handle != HANDLE) {
        return NOT_INITIALIZED;
    }
    std::vector<Problem> all;
    if (int wrong = problem(matmul, a, b, c, d, &all)) {
        return wrong;
    }
    int id = way ? number(*way) : 0;
    if (!id || !result) {
        return INVALID_VALUE;
    }
    if (!fits(id, all[0]) || refused(id)) {
        return NOT_SUPPORTED;
    }
    *result = {*way, scratch(id), OK, 1, {}};
    return OK;
}

int cublasLtMatmul(long* handle, Descriptor* matmul, const void* alpha, const void* a, Descriptor* aLayout, const void* b,
                   Descriptor* bLayout, const void* beta, const void* c, Descriptor* cLayout, void* d, Descriptor* dLayout,
                   const Algorithm* way, void* work, size_t bytes, standin::Stream* stream) {
    if (!handle || *handle != HANDLE) {
        return NOT_INITIALIZED;
    }
    std::vector<Problem> all;
    if (int wrong = problem(matmul, aLayout, bLayout, cLayout, dLayout, &all)) {
        return wrong;
    }
    const Problem& p = all[0];
    int id = way ? number(*way) : 0;
    if (!id || !alpha || !beta || !a || !b || !c || !d || (stream && !standin::isStream(stream))) {
        return INVALID_VALUE;
    }
    size_t need = scratch(id);
    size_t alignment = id == 2 ? 16 : p.d.size();
    const void* bias = reinterpret_cast<const void*>((*matmul)[BIAS_POINTER]);
    bool biased = p.epilogue() & BIAS;
    bool same = c == d;
    if (bytes < need || (need && (!work || off(work, 256))) || off(a, alignment) || off(b, alignment) || off(c, alignment)
        || off(d, alignment) || (biased && (!bias || off(bias, p.d.size()))) || (same && p.c.ld != p.d.ld)
        || (p.vector() && off(alpha, 4))) {
        return INVALID_VALUE;
    }
    long fault = id == SPOILT ? dms_standin_get("matmul_fault") : 0;
    if (fault == 3 || (fault == 5 && p.d.ld > p.d.rows)) {
        return NOT_SUPPORTED;
    }
    Call call{p, *matmul, id, p.vector() ? 0 : *static_cast<const float*>(alpha), *static_cast<const float*>(beta),
              p.vector() ? alpha : nullptr, a, b, c, biased ? bias : nullptr, d, work};
    int error = standin::enqueue(stream, [=]() -> int {
        if (need) {
            void* memory = standin::require("cuBLASLt, workspace", call.work, need);
            if (!memory) {
                return standin::ILLEGAL_ADDRESS;
            }
            std::fill_n(static_cast<uint16_t*>(memory), 2048, standin::POISON);
        }
        return compute(call);
    });
    return error ? EXECUTION_FAILED : OK;
}

}  // extern "C"
