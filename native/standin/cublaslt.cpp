// cuBLASLt's descriptors. Attributes are numbers of a size; which there are, their sizes and what they are at first is what
// the library of CUDA 12.6 answered. As there, values are not looked at before a product is asked for.
#include "cublaslt.h"

#include <cstring>

using namespace lt;

namespace {

struct Known {
    int size;
    uint64_t initial;
};

const std::map<int, Known>& known(long magic) {
    static const std::map<int, Known> matmul = {
        {0, {4, 0}},  {1, {4, 0}},  {2, {4, 0}},  {3, {4, 0}},  {4, {4, 0}},           {5, {4, 0}},
        {6, {4, 2}},  {7, {4, 1}},  {8, {8, 0}},  {10, {8, 0}}, {11, {8, 0}},          {12, {8, 0}},
        {13, {8, 0}}, {14, {8, 0}}, {15, {4, 0}}, {16, {4, 0}}, {17, {8, 0}},          {18, {8, 0}},
        {19, {8, 0}}, {20, {8, 0}}, {21, {8, 0}}, {22, {4, 0xffffffff}}, {23, {8, 0}}, {24, {8, 0}},
        {25, {1, 0}}, {26, {4, 0xffffffff}}, {27, {4, 0}}, {28, {4, 0}}, {29, {8, 0}}, {30, {8, 0}},
    };
    static const std::map<int, Known> layout = {
        {0, {4, 0}}, {1, {4, 0}}, {2, {8, 0}}, {3, {8, 0}}, {4, {8, 0}}, {5, {4, 1}}, {6, {8, 0}}, {7, {8, 0}}, {8, {4, 0}},
    };
    static const std::map<int, Known> preference = {
        {0, {4, 0}},   {1, {8, 0}},   {3, {4, 7}},   {5, {4, 256}},           {6, {4, 256}},
        {7, {4, 256}}, {8, {4, 256}}, {9, {4, 0}},   {12, {8, ~uint64_t(0)}},
    };
    return magic == MATMUL ? matmul : magic == LAYOUT ? layout : preference;
}

Descriptor* make(long magic) {
    auto* d = new Descriptor{magic, {}};
    for (auto& [attribute, k] : known(magic)) {
        d->values[attribute] = k.initial;
    }
    standin::count("live_descriptors", 1);
    return d;
}

int destroy(Descriptor* d, long magic) {
    if (!d) {
        return OK;
    }
    if (!is(d, magic)) {
        return INVALID_VALUE;
    }
    d->magic = 0;
    delete d;
    standin::count("live_descriptors", -1);
    return OK;
}

const Known* find(const Descriptor* d, long magic, int attribute) {
    if (!is(d, magic)) {
        return nullptr;
    }
    auto found = known(magic).find(attribute);
    return found == known(magic).end() ? nullptr : &found->second;
}

int set(Descriptor* d, long magic, int attribute, const void* from, size_t bytes) {
    const Known* k = find(d, magic, attribute);
    if (!k || !from || bytes != size_t(k->size)) {
        return INVALID_VALUE;
    }
    uint64_t value = 0;
    std::memcpy(&value, from, bytes);
    // Four bytes hold a signed number.
    d->values[attribute] = bytes == 4 ? uint64_t(int64_t(int32_t(value))) : value;
    return OK;
}

int get(const Descriptor* d, long magic, int attribute, void* to, size_t bytes, size_t* written) {
    const Known* k = find(d, magic, attribute);
    if (!k) {
        return INVALID_VALUE;
    }
    if (bytes == 0) {
        if (!written) {
            return INVALID_VALUE;
        }
        *written = k->size;
        return OK;
    }
    if (!to || bytes != size_t(k->size)) {
        return INVALID_VALUE;
    }
    uint64_t value = d->values.at(attribute);
    std::memcpy(to, &value, bytes);
    if (written) {
        *written = bytes;
    }
    return OK;
}

}  // namespace

extern "C" {

size_t cublasLtGetVersion() {
    return 130200;
}

int cublasLtCreate(long** handle) {
    if (standin::gate() || !handle) {
        return NOT_INITIALIZED;
    }
    *handle = new long(HANDLE);
    standin::count("live_handles", 1);
    return OK;
}

int cublasLtDestroy(long* handle) {
    if (!handle || *handle != HANDLE) {
        return NOT_INITIALIZED;
    }
    *handle = 0;
    delete handle;
    standin::count("live_handles", -1);
    return OK;
}

int cublasLtMatmulDescCreate(Descriptor** d, int compute, int scale) {
    if (!d) {
        return INVALID_VALUE;
    }
    *d = make(MATMUL);
    (*d)->values[COMPUTE_TYPE] = compute;
    (*d)->values[SCALE_TYPE] = scale;
    return OK;
}

int cublasLtMatmulDescDestroy(Descriptor* d) {
    return destroy(d, MATMUL);
}

int cublasLtMatmulDescSetAttribute(Descriptor* d, int attribute, const void* from, size_t bytes) {
    return set(d, MATMUL, attribute, from, bytes);
}

int cublasLtMatmulDescGetAttribute(Descriptor* d, int attribute, void* to, size_t bytes, size_t* written) {
    return get(d, MATMUL, attribute, to, bytes, written);
}

int cublasLtMatrixLayoutCreate(Descriptor** d, int type, uint64_t rows, uint64_t columns, int64_t ld) {
    if (!d) {
        return INVALID_VALUE;
    }
    *d = make(LAYOUT);
    (*d)->values[TYPE] = type;
    (*d)->values[ROWS] = rows;
    (*d)->values[COLUMNS] = columns;
    (*d)->values[LD] = uint64_t(ld);
    return OK;
}

int cublasLtMatrixLayoutDestroy(Descriptor* d) {
    return destroy(d, LAYOUT);
}

int cublasLtMatrixLayoutSetAttribute(Descriptor* d, int attribute, const void* from, size_t bytes) {
    return set(d, LAYOUT, attribute, from, bytes);
}

int cublasLtMatrixLayoutGetAttribute(Descriptor* d, int attribute, void* to, size_t bytes, size_t* written) {
    return get(d, LAYOUT, attribute, to, bytes, written);
}

int cublasLtMatmulPreferenceCreate(Descriptor** d) {
    if (!d) {
        return INVALID_VALUE;
    }
    *d = make(PREFERENCE);
    return OK;
}

int cublasLtMatmulPreferenceDestroy(Descriptor* d) {
    return destroy(d, PREFERENCE);
}

int cublasLtMatmulPreferenceSetAttribute(Descriptor* d, int attribute, const void* from, size_t bytes) {
    return set(d, PREFERENCE, attribute, from, bytes);
}

int cublasLtMatmulPreferenceGetAttribute(Descriptor* d, int attribute, void* to, size_t bytes, size_t* written) {
    return get(d, PREFERENCE, attribute, to, bytes, written);
}

}  // extern "C"
