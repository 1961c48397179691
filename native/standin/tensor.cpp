#include "tensor.h"

#include <algorithm>
#include <cstdio>

namespace standin {

float halfToFloat(uint16_t h) {
    uint32_t sign = uint32_t(h & 0x8000) << 16, exponent = (h >> 10) & 31, mantissa = h & 1023;
    if (exponent == 31) {
        exponent = 255;
    } else if (exponent) {
        exponent += 112;
    } else if (mantissa) {
        float value = std::ldexp(float(mantissa), -24);
        return sign ? -value : value;
    }
    uint32_t bits = sign | exponent << 23 | mantissa << 13;
    float value;
    std::memcpy(&value, &bits, 4);
    return value;
}

uint16_t floatToHalf(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, 4);
    uint16_t sign = (bits >> 16) & 0x8000;
    uint32_t magnitude = bits & 0x7fffffff;
    if (magnitude > 0x7f800000) {
        return sign | 0x7e00;
    }
    if (magnitude >= 0x477ff000) {  // 65520 and above round to infinity
        return sign | 0x7c00;
    }
    if (magnitude < 0x38800000) {  // below 2^-14: a multiple of 2^-24
        return sign | uint16_t(std::nearbyint(std::ldexp(std::fabs(value), 24)));
    }
    uint32_t shifted = magnitude - (112u << 23);
    return sign | uint16_t((shifted + 0xfff + ((shifted >> 13) & 1)) >> 13);
}

float toTf32(float value) {
    uint32_t bits;
    std::memcpy(&bits, &value, 4);
    if ((bits & 0x7f800000) == 0x7f800000) {
        return value;
    }
    bits = (bits + 0xfff + ((bits >> 13) & 1)) & ~0x1fffu;
    std::memcpy(&value, &bits, 4);
    return value;
}

float rounded(float value, Rounding rounding) {
    return rounding == TF32           ? toTf32(value)
           : rounding == THROUGH_HALF ? halfToFloat(floatToHalf(value))
                                      : value;
}

void roundAll(std::vector<float>& values, Rounding rounding) {
    if (rounding != EXACT) {
        for (float& v : values) {
            v = rounded(v, rounding);
        }
    }
}

namespace {

// Calls body(offset in elements, index in dense order) for each element.
template <typename Body>
void each(const Tensor& t, Body body) {
    int index[8] = {};
    long offset = 0, n = t.elements();
    int inner = t.rank - 1;
    for (long i = 0; i < n;) {
        for (int j = 0; j < t.dim[inner]; j++) {
            body(offset + long(j) * t.stride[inner], i++);
        }
        for (int d = inner - 1; d >= 0; d--) {
            offset += t.stride[d];
            if (++index[d] < t.dim[d]) {
                break;
            }
            offset -= long(t.dim[d]) * t.stride[d];
            index[d] = 0;
        }
    }
}

int uninitialised(const char* what, long index) {
    char text[160];
    std::snprintf(text, sizeof text, "%s: element %ld was never written", what, index);
    lose(ILLEGAL_ADDRESS, text);
    return ILLEGAL_ADDRESS;
}

}  // namespace

std::vector<float> read(const char* what, const Tensor& t, const void* pointer) {
    const void* memory = require(what, pointer, t.bytes());
    if (!memory) {
        return {};
    }
    std::vector<float> values(t.elements());
    long bad = -1;
    bool check = dms_standin_get("initcheck");
    if (t.type == FLOAT) {
        auto* p = static_cast<const uint32_t*>(memory);
        each(t, [&](long offset, long i) {
            if (p[offset] == (uint32_t(POISON) << 16 | POISON)) {
                bad = i;
            }
            std::memcpy(&values[i], p + offset, 4);
        });
    } else if (t.type == HALF) {
        auto* p = static_cast<const uint16_t*>(memory);
        each(t, [&](long offset, long i) {
            if (p[offset] == POISON) {
                bad = i;
            }
            values[i] = halfToFloat(p[offset]);
        });
    } else {
        say(std::string(what) + ": no arithmetic for this type of elements");
        lose(NOT_SUPPORTED, what);
        return {};
    }
    if (bad >= 0 && check) {
        uninitialised(what, bad);
        return {};
    }
    return values;
}

int write(const char* what, const Tensor& t, void* pointer, const std::vector<float>& values, float beta) {
    std::vector<float> old;
    if (beta != 0) {
        old = read(what, t, pointer);
        if (old.empty()) {
            return lost();
        }
    }
    void* memory = require(what, pointer, t.bytes());
    if (!memory) {
        return ILLEGAL_ADDRESS;
    }
    each(t, [&](long offset, long i) {
        float v = beta != 0 ? values[i] + beta * old[i] : values[i];
        if (t.type == HALF) {
            static_cast<uint16_t*>(memory)[offset] = floatToHalf(v);
        } else {
            static_cast<float*>(memory)[offset] = v;
        }
    });
    return SUCCESS;
}

void multiply(const float* a, const float* b, float* c, long m, long n, long k) {
    constexpr long COLUMNS = 512, ROWS = 4;
    for (long j0 = 0; j0 < n; j0 += COLUMNS) {
        long width = std::min(COLUMNS, n - j0);
        for (long i0 = 0; i0 < m; i0 += ROWS) {
            long rows = std::min(ROWS, m - i0);
            float sum[ROWS][COLUMNS] = {};
            for (long p = 0; p < k; p++) {
                const float* row = b + p * n + j0;
                if (rows == ROWS) {
                    float a0 = a[i0 * k + p], a1 = a[(i0 + 1) * k + p], a2 = a[(i0 + 2) * k + p],
                          a3 = a[(i0 + 3) * k + p];
                    for (long j = 0; j < width; j++) {
                        sum[0][j] += a0 * row[j];
                        sum[1][j] += a1 * row[j];
                        sum[2][j] += a2 * row[j];
                        sum[3][j] += a3 * row[j];
                    }
                } else {
                    for (long r = 0; r < rows; r++) {
                        float v = a[(i0 + r) * k + p];
                        for (long j = 0; j < width; j++) {
                            sum[r][j] += v * row[j];
                        }
                    }
                }
            }
            for (long r = 0; r < rows; r++) {
                std::memcpy(c + (i0 + r) * n + j0, sum[r], width * sizeof(float));
            }
        }
    }
}

}  // namespace standin
