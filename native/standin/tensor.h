// Tensors of the stand-ins: descriptors, element types, and dense float copies to compute on.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "core.h"

namespace standin {

enum Type { FLOAT = 0, DOUBLE = 1, HALF = 2, INT8 = 3, INT32 = 4 };

inline size_t sizeOf(int type) {
    return type == FLOAT || type == INT32 ? 4 : type == DOUBLE ? 8 : type == HALF ? 2 : type == INT8 ? 1 : 0;
}

float halfToFloat(uint16_t bits);
uint16_t floatToHalf(float value);  // to nearest, ties to even

// What tensor cores see of a float: ten bits of mantissa, to nearest.
float toTf32(float value);

// How operands are rounded before they are multiplied.
enum Rounding { EXACT, TF32, THROUGH_HALF };

struct Tensor {
    int type = -1;
    int rank = 0;
    int dim[8] = {};
    int stride[8] = {};

    bool set() const {
        return rank > 0;
    }
    long elements() const {
        long n = 1;
        for (int i = 0; i < rank; i++) {
            n *= dim[i];
        }
        return n;
    }
    // Elements from the first to the last, gaps included.
    long extent() const {
        long n = 1;
        for (int i = 0; i < rank; i++) {
            n += long(dim[i] - 1) * std::labs(stride[i]);
        }
        return n;
    }
    size_t bytes() const {
        return extent() * sizeOf(type);
    }
    bool sameDims(const Tensor& t) const {
        return rank == t.rank && std::memcmp(dim, t.dim, rank * sizeof(int)) == 0;
    }
    bool sameStrides(const Tensor& t) const {
        return rank == t.rank && std::memcmp(stride, t.stride, rank * sizeof(int)) == 0;
    }
    // Within an image, channels innermost and no gaps.
    bool hwcPacked() const {
        return rank == 4 && stride[1] == 1 && (dim[3] == 1 || stride[3] == dim[1])
               && (dim[2] == 1 || stride[2] == dim[1] * dim[3]);
    }
    // Within a channel, rows without gaps.
    bool hwPacked() const {
        return rank == 4 && (dim[3] == 1 || stride[3] == 1) && (dim[2] == 1 || stride[2] == dim[3]);
    }
};

// Dense floats in the order of the dimensions; empty, and the device lost, where memory is not the device's or was
// never written.
std::vector<float> read(const char* what, const Tensor& t, const void* pointer);

// Writes the elements and nothing between them: beta * old + value, rounded to the tensor's type.
int write(const char* what, const Tensor& t, void* pointer, const std::vector<float>& values, float beta = 0);

// C[m][n] = A[m][k] * B[k][n], dense and row-major, accumulated in float.
void multiply(const float* a, const float* b, float* c, long m, long n, long k);

float rounded(float value, Rounding rounding);
void roundAll(std::vector<float>& values, Rounding rounding);

}  // namespace standin
