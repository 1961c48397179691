// What the two files of cuBLASLt's stand-in share: descriptors as the library keeps them, sets of numbers that nothing checks
// before they are used.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "tensor.h"

namespace lt {

enum Status {
    OK = 0,
    NOT_INITIALIZED = 1,
    INVALID_VALUE = 7,
    EXECUTION_FAILED = 13,
    NOT_SUPPORTED = 15,
};

// Numbers of the attributes that are used when a product is asked for.
enum MatmulAttribute {
    COMPUTE_TYPE = 0,
    SCALE_TYPE = 1,
    POINTER_MODE = 2,
    TRANS_A = 3,
    TRANS_B = 4,
    TRANS_C = 5,
    EPILOGUE = 7,
    BIAS_POINTER = 8,
    BIAS_BATCH_STRIDE = 10,
    BIAS_TYPE = 26,
};
enum LayoutAttribute { TYPE = 0, ORDER = 1, ROWS = 2, COLUMNS = 3, LD = 4, BATCH = 5, STRIDE = 6 };
enum PreferenceAttribute { WORKSPACE = 1, REDUCTION = 3, ALIGN_A = 5, WAVES = 9, IMPLEMENTATION = 12 };

// A descriptor of any of the three kinds: values of attributes by their numbers.
struct Descriptor {
    long magic;
    std::map<int, uint64_t> values;

    int64_t operator[](int attribute) const {
        auto found = values.find(attribute);
        return found == values.end() ? 0 : int64_t(found->second);
    }
    int number(int attribute) const {
        return int((*this)[attribute]);
    }
};

constexpr long MATMUL = 0x6d61746d, LAYOUT = 0x6c61796f, PREFERENCE = 0x70726566, HANDLE = 0x6c74686e;

inline bool is(const Descriptor* d, long magic) {
    return d && d->magic == magic;
}

// The opaque algorithm: 64 bytes.
struct Algorithm {
    uint64_t words[8];
};

}  // namespace lt
