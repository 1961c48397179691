/*
 * What one element is and what is done to it: half precision, activations, addresses of tensors. The same text is
 * compiled for the device and for the host, so that tests on a CPU test the device's arithmetic.
 */
#ifndef DMS_ELEMENT_H
#define DMS_ELEMENT_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "dms_bridge.h"

#if defined(__CUDACC__)
#include <cuda_fp16.h>
#define DMS_HD __host__ __device__ __forceinline__
#define DMS_UNROLL _Pragma("unroll")
#else
#define DMS_HD inline
#define DMS_UNROLL
#endif

namespace dms {

/* IEEE binary16 as it lies in memory. */
struct Half {
    uint16_t bits;
};

/* Rounds to the nearest, ties to even; too large becomes infinite, as the hardware does it. */
inline uint16_t half_bits(float value) {
    uint32_t f;
    memcpy(&f, &value, 4);
    const uint32_t sign = (f >> 16) & 0x8000u;
    const uint32_t magnitude = f & 0x7fffffffu;
    if (magnitude > 0x7f800000u) {
        return static_cast<uint16_t>(sign | 0x7fffu);
    }
    if (magnitude >= 0x477ff000u) {
        return static_cast<uint16_t>(sign | 0x7c00u);
    }
    if (magnitude >= 0x38800000u) {
        const uint32_t rounded = magnitude + 0xfffu + ((magnitude >> 13) & 1u);
        return static_cast<uint16_t>(sign | ((rounded - 0x38000000u) >> 13));
    }
    if (magnitude < 0x33000000u) {
        return static_cast<uint16_t>(sign);
    }
    const uint32_t shift = 126u - (magnitude >> 23);
    const uint32_t mantissa = (magnitude & 0x7fffffu) | 0x800000u;
    const uint32_t low = mantissa & ((1u << shift) - 1u);
    const uint32_t half = 1u << (shift - 1u);
    uint32_t bits = mantissa >> shift;
    bits += (low > half || (low == half && (bits & 1u))) ? 1u : 0u;
    return static_cast<uint16_t>(sign | bits);
}

inline float half_value(uint16_t bits) {
    const uint32_t sign = static_cast<uint32_t>(bits & 0x8000u) << 16;
    const uint32_t exponent = (bits >> 10) & 0x1fu;
    const uint32_t mantissa = bits & 0x3ffu;
    uint32_t f;
    if (exponent == 31) {
        f = sign | 0x7f800000u | (mantissa << 13);
    } else if (exponent != 0) {
        f = sign | ((exponent + 112u) << 23) | (mantissa << 13);
    } else {
        const float tiny = static_cast<float>(mantissa) * (1.0f / 16777216.0f);
        memcpy(&f, &tiny, 4);
        f |= sign;
    }
    float value;
    memcpy(&value, &f, 4);
    return value;
}

DMS_HD float to_float(float v) { return v; }

DMS_HD float to_float(Half v) {
#if defined(__CUDA_ARCH__)
    return __half2float(__ushort_as_half(v.bits));
#else
    return half_value(v.bits);
#endif
}

DMS_HD void from_float(float v, float &out) { out = v; }

DMS_HD void from_float(float v, Half &out) {
#if defined(__CUDA_ARCH__)
    out.bits = __half_as_ushort(__float2half_rn(v));
#else
    out.bits = half_bits(v);
#endif
}

/* Element i of memory whose type is known only when it runs. */
DMS_HD float load(const void *p, int half, int64_t i) {
    return half ? to_float(static_cast<const Half *>(p)[i]) : static_cast<const float *>(p)[i];
}

DMS_HD void store(void *p, int half, int64_t i, float v) {
    if (half) {
        from_float(v, static_cast<Half *>(p)[i]);
    } else {
        static_cast<float *>(p)[i] = v;
    }
}

/* V neighbours that are read and written at once where they are aligned. */
template <class T, int V>
struct alignas(sizeof(T) * V) Pack {
    T v[V];
};

DMS_HD float infinity() {
#if defined(__CUDA_ARCH__)
    return __int_as_float(0x7f800000);
#else
    return INFINITY;
#endif
}

/* NaN goes through, as it does in the formulas. */
DMS_HD float at_least(float x, float low) { return x < low ? low : x; }
DMS_HD float at_most(float x, float high) { return x > high ? high : x; }

struct Activation {
    int kind;
    float p;
    float q;
};

/* slope is that of the element's channel; only DMS_PRELU reads it. */
DMS_HD float activate(const Activation &a, float x, float slope) {
    switch (a.kind) {
    case DMS_RELU:
        return x < 0.0f ? a.p * x : x;
    case DMS_CLIP:
        return at_most(at_least(x, a.p), a.q);
    case DMS_SIGMOID:
        return 1.0f / (1.0f + expf(-x));
    case DMS_TANH:
        return tanhf(x);
    case DMS_HARD_SIGMOID:
        return at_most(at_least(a.p * x + a.q, 0.0f), 1.0f);
    case DMS_HARD_SWISH:
        return x * at_most(at_least(a.p * x + a.q, 0.0f), 1.0f);
    case DMS_SILU:
        return x / (1.0f + expf(-x));
    case DMS_LINEAR:
        return a.p * x + a.q;
    case DMS_POWER:
        return a.p * powf(x, a.q);
    case DMS_ELU:
        return x < 0.0f ? a.p * expm1f(x) : x;
    case DMS_EXP:
        return expf(x);
    case DMS_SQRT:
        return sqrtf(x);
    case DMS_ABS:
        return fabsf(x);
    case DMS_PRELU:
        return x < 0.0f ? slope * x : x;
    default:
        return x;
    }
}

/*
 * DMS_NONE, DMS_RELU and DMS_CLIP in one form, which nearly all layers have: no choice is made for each element. What is
 * below 0 is multiplied by slope, then all is kept within the bounds.
 */
struct Bounds {
    float slope;
    float low;
    float high;

    DMS_HD float operator()(float x) const { return at_most(at_least(x < 0.0f ? slope * x : x, low), high); }
};

/* Whether an activation has that form, and which. */
inline bool bounds_of(const Activation &a, Bounds &b) {
    b = Bounds{a.kind == DMS_RELU ? a.p : 1.0f, a.kind == DMS_CLIP ? a.p : -INFINITY,
               a.kind == DMS_CLIP ? a.q : INFINITY};
    return a.kind == DMS_NONE || a.kind == DMS_RELU || a.kind == DMS_CLIP;
}

/* An image tensor: dms_bridge.h says where its elements lie. Fewer than 2^31 of them, so that 32 bits address them. */
struct Image {
    void *data;
    int pitch;
    int channels_last;
    int half;
    int h;
    int w;

    DMS_HD int at(int n, int c, int y, int x) const {
        return channels_last ? ((n * h + y) * w + x) * pitch + c : ((n * pitch + c) * h + y) * w + x;
    }

    DMS_HD float get(int i) const { return load(data, half, i); }

    DMS_HD void put(int i, float v) const { store(data, half, i, v); }
};

/* Where one index of an image lies, counted in the order of its memory. */
struct Place {
    int n;
    int c;
    int y;
    int x;
};

/* The i-th of n * c * h * w elements, channels or columns running fastest as the layout has it. */
DMS_HD Place place_of(const Image &t, int channels, int i) {
    Place p;
    if (t.channels_last) {
        p.c = i % channels;
        i /= channels;
        p.x = i % t.w;
        i /= t.w;
        p.y = i % t.h;
        p.n = i / t.h;
    } else {
        p.x = i % t.w;
        i /= t.w;
        p.y = i % t.h;
        i /= t.h;
        p.c = i % channels;
        p.n = i / channels;
    }
    return p;
}

} // namespace dms

#endif
