/* Operations on each element of an image tensor. */
#ifndef DMS_POINTWISE_H
#define DMS_POINTWISE_H

#include "element.h"

namespace dms {

/* What an epilogue does to a value of channel c. */
struct Finish {
    const float *scale;
    const float *bias;
    const float *slopes;
    Activation first;
    Activation second;
    Bounds first_bounds;
    Bounds second_bounds;
    bool bounded;

    /* To be called once the activations are there. */
    void choose() {
        bounded = bounds_of(first, first_bounds);
        bounded = bounds_of(second, second_bounds) && bounded;
    }

    DMS_HD float linear(float x, int c) const {
        if (scale != nullptr) {
            x *= scale[c];
        }
        if (bias != nullptr) {
            x += bias[c];
        }
        return x;
    }

    /* Where bounded is true. */
    DMS_HD float within(float x, int c, float residual) const {
        return second_bounds(first_bounds(linear(x, c)) + residual);
    }

    DMS_HD float operator()(float x, int c, float residual) const {
        x = linear(x, c);
        const float slope = slopes != nullptr ? slopes[c] : 0.0f;
        return activate(second, activate(first, x, slope) + residual, slope);
    }
};

/* Any formats and pitches, one element for each index, in the order of y. */
struct Epilogue {
    Image x;
    Image residual;
    Image y;
    int c;
    Finish finish;

    DMS_HD void operator()(int64_t index) const {
        const Place p = place_of(y, c, static_cast<int>(index));
        const float r = residual.data != nullptr ? residual.get(residual.at(p.n, p.c, p.y, p.x)) : 0.0f;
        y.put(y.at(p.n, p.c, p.y, p.x), finish(x.get(x.at(p.n, p.c, p.y, p.x)), p.c, r));
    }
};

/*
 * The fast way where x, residual and y have one format: V neighbours for each index, which lie in one row of run
 * elements: the channels of a pixel (channels last), or the pixels of a channel.
 */
template <class T, int V, bool CHANNELS_LAST>
struct EpilogueRun {
    const T *x;
    const T *residual;
    T *y;
    int x_pitch;
    int r_pitch;
    int y_pitch;
    int c;
    int hw;
    Finish finish;

    DMS_HD void operator()(int64_t index) const {
        const int i = static_cast<int>(index);
        int at_x;
        int at_r;
        int at_y;
        int channel;
        if (CHANNELS_LAST) {
            const int groups = c / V;
            const int pixel = i / groups;
            channel = (i - pixel * groups) * V;
            at_x = pixel * x_pitch + channel;
            at_r = pixel * r_pitch + channel;
            at_y = pixel * y_pitch + channel;
        } else {
            const int groups = hw / V;
            const int plane = i / groups;
            const int j = (i - plane * groups) * V;
            const int n = plane / c;
            channel = plane - n * c;
            at_x = (n * x_pitch + channel) * hw + j;
            at_r = (n * r_pitch + channel) * hw + j;
            at_y = (n * y_pitch + channel) * hw + j;
        }
        Pack<T, V> a = *reinterpret_cast<const Pack<T, V> *>(x + at_x);
        Pack<T, V> r = {};
        if (residual != nullptr) {
            r = *reinterpret_cast<const Pack<T, V> *>(residual + at_r);
        }
        /* Unrolled, since packs whose elements are counted by a loop go to memory. */
        if (finish.bounded) {
            DMS_UNROLL
            for (int v = 0; v < V; v++) {
                const float more = residual != nullptr ? to_float(r.v[v]) : 0.0f;
                from_float(finish.within(to_float(a.v[v]), CHANNELS_LAST ? channel + v : channel, more), a.v[v]);
            }
        } else {
            DMS_UNROLL
            for (int v = 0; v < V; v++) {
                const float more = residual != nullptr ? to_float(r.v[v]) : 0.0f;
                from_float(finish(to_float(a.v[v]), CHANNELS_LAST ? channel + v : channel, more), a.v[v]);
            }
        }
        *reinterpret_cast<Pack<T, V> *>(y + at_y) = a;
    }
};

DMS_HD float combine(int kind, float a, float b) {
    switch (kind) {
    case DMS_ADD:
        return a + b;
    case DMS_SUB:
        return a - b;
    case DMS_MUL:
        return a * b;
    case DMS_DIV:
        return a / b;
    case DMS_SUB_FROM:
        return b - a;
    default:
        return b / a;
    }
}

/* Two tensors, the second one perhaps with extent 1 on some axes. */
struct Binary {
    Image a;
    Image b;
    Image y;
    int c;
    int kind;
    int axes;
    Activation activation;

    DMS_HD void operator()(int64_t index) const {
        const Place p = place_of(y, c, static_cast<int>(index));
        const int other = b.at((axes & 1) ? p.n : 0, (axes & 2) ? p.c : 0, (axes & 4) ? p.y : 0, (axes & 8) ? p.x : 0);
        const float v = combine(kind, a.get(a.at(p.n, p.c, p.y, p.x)), b.get(other));
        y.put(y.at(p.n, p.c, p.y, p.x), activate(activation, v, 0.0f));
    }
};

/* Tensors of any rank. */
struct NdBinary {
    const void *a;
    const void *b;
    void *y;
    int half;
    int kind;
    int rank;
    int64_t dims[DMS_MAX_RANK];
    int64_t a_strides[DMS_MAX_RANK];
    int64_t b_strides[DMS_MAX_RANK];

    DMS_HD void operator()(int64_t index) const {
        int64_t rest = index;
        int64_t at_a = 0;
        int64_t at_b = 0;
        for (int i = rank - 1; i >= 0; i--) {
            const int64_t k = rest % dims[i];
            rest /= dims[i];
            at_a += k * a_strides[i];
            at_b += k * b_strides[i];
        }
        store(y, half, index, combine(kind, load(a, half, at_a), load(b, half, at_b)));
    }
};

} // namespace dms

#endif
