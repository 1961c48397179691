/* Operations that look at many elements for one result: reductions, softmax, LRN, the largest of a row. */
#ifndef DMS_ROWS_H
#define DMS_ROWS_H

#include "element.h"

namespace dms {

/* A team of one thread. */
struct SoloTeam {
    DMS_HD int lane() const { return 0; }
    DMS_HD int lanes() const { return 1; }

    template <class T, class Combine>
    DMS_HD T all(T value, Combine) const {
        return value;
    }
};

/* A thread for each row of a body that is made for teams: where neighbouring rows lie beside each other. */
template <class Body>
struct Solo {
    Body body;

    DMS_HD void operator()(int64_t row) const { body(row, SoloTeam()); }
};

struct Larger {
    template <class T>
    DMS_HD T operator()(T a, T b) const {
        return a < b ? b : a;
    }
};

/* Larger, where NaN wins. */
struct LargerOrNan {
    DMS_HD float operator()(float a, float b) const { return a != a ? a : (b > a || b != b ? b : a); }
};

struct Sum {
    DMS_HD float operator()(float a, float b) const { return a + b; }
};

/* One result of a reduction, the steps over its axis shared by a team. */
struct Reduce {
    const void *x;
    void *y;
    int x_half;
    int y_half;
    int kind;
    int64_t axis;
    int64_t inner;
    int64_t x_outer;
    int64_t x_axis;
    int64_t y_outer;

    template <class Team>
    DMS_HD void operator()(int64_t row, const Team &team) const {
        const int64_t o = row / inner;
        const int64_t i = row - o * inner;
        const int64_t at = o * x_outer + i;
        float v = kind == DMS_REDUCE_MAX ? -infinity() : 0.0f;
        for (int64_t a = team.lane(); a < axis; a += team.lanes()) {
            const float e = load(x, x_half, at + a * x_axis);
            v = kind == DMS_REDUCE_MAX ? LargerOrNan()(v, e) : v + e;
        }
        v = kind == DMS_REDUCE_MAX ? team.all(v, LargerOrNan()) : team.all(v, Sum());
        if (team.lane() == 0) {
            store(y, y_half, o * y_outer + i, kind == DMS_REDUCE_MEAN ? v / static_cast<float>(axis) : v);
        }
    }
};

struct Softmax {
    const void *x;
    void *y;
    int x_half;
    int y_half;
    int64_t axis;
    int64_t inner;

    template <class Team>
    DMS_HD void operator()(int64_t row, const Team &team) const {
        const int64_t o = row / inner;
        const int64_t at = o * axis * inner + (row - o * inner);
        float top = -infinity();
        for (int64_t a = team.lane(); a < axis; a += team.lanes()) {
            top = LargerOrNan()(top, load(x, x_half, at + a * inner));
        }
        top = team.all(top, LargerOrNan());
        float sum = 0.0f;
        for (int64_t a = team.lane(); a < axis; a += team.lanes()) {
            sum += expf(load(x, x_half, at + a * inner) - top);
        }
        sum = team.all(sum, Sum());
        for (int64_t a = team.lane(); a < axis; a += team.lanes()) {
            const int64_t k = at + a * inner;
            store(y, y_half, k, expf(load(x, x_half, k) - top) / sum);
        }
    }
};

struct Lrn {
    Image x;
    Image y;
    int c;
    int before;
    int behind;
    float factor;
    float beta;
    float bias;

    DMS_HD void operator()(int64_t index) const {
        const Place p = place_of(y, c, static_cast<int>(index));
        float sum = 0.0f;
        const int end = p.c + behind < c ? p.c + behind : c - 1;
        for (int k = p.c < before ? 0 : p.c - before; k <= end; k++) {
            const float v = x.get(x.at(p.n, k, p.y, p.x));
            sum += v * v;
        }
        const float v = x.get(x.at(p.n, p.c, p.y, p.x));
        y.put(y.at(p.n, p.c, p.y, p.x), v / powf(bias + factor * sum, beta));
    }
};

/* The k largest of a row: k times the largest below the last one, by a key that no two elements share. */
struct TopK {
    const void *x;
    int half;
    int columns;
    int64_t row_stride;
    int k;
    float *values;
    int32_t *indices;

    /* Grows with the value, and among equal values with the lower index; NaN below everything. Never 0. */
    DMS_HD static uint64_t key(float v, int index) {
        uint32_t order = 1;
        if (v == v) {
            v += 0.0f;
            uint32_t bits;
#if defined(__CUDA_ARCH__)
            bits = __float_as_uint(v);
#else
            memcpy(&bits, &v, 4);
#endif
            order = (bits & 0x80000000u) ? ~bits : bits | 0x80000000u;
        }
        return (static_cast<uint64_t>(order) << 32) | (0xffffffffu - static_cast<uint32_t>(index));
    }

    template <class Team>
    DMS_HD void operator()(int64_t row, const Team &team) const {
        const int64_t at = row * row_stride;
        uint64_t last = ~static_cast<uint64_t>(0);
        for (int j = 0; j < k; j++) {
            uint64_t best = 0;
            for (int i = team.lane(); i < columns; i += team.lanes()) {
                const uint64_t mine = key(load(x, half, at + i), i);
                best = mine < last && mine > best ? mine : best;
            }
            last = team.all(best, Larger());
            if (team.lane() == 0) {
                const int index = static_cast<int>(0xffffffffu - static_cast<uint32_t>(last));
                indices[row * k + j] = index;
                values[row * k + j] = load(x, half, at + index);
            }
        }
    }
};

} // namespace dms

#endif
