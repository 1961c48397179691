/* Operations that only move elements, or blend a few of them. */
#ifndef DMS_MOVES_H
#define DMS_MOVES_H

#include "element.h"

namespace dms {

/* Any formats and pitches; with groups > 1 channels are dealt out. One element for each index, in the order of y. */
struct Convert {
    Image x;
    Image y;
    int c;
    int groups;

    DMS_HD void operator()(int64_t index) const {
        const Place p = place_of(y, c, static_cast<int>(index));
        const int from = p.c % groups * (c / groups) + p.c / groups;
        y.put(y.at(p.n, p.c, p.y, p.x), x.get(x.at(p.n, from, p.y, p.x)));
    }
};

/* The fast way where nothing but the pitch changes: rows of run elements, V of them for each index. */
template <class T, int V>
struct CopyRows {
    const T *x;
    T *y;
    int x_row;
    int y_row;
    int run;

    DMS_HD void operator()(int64_t index) const {
        const int groups = run / V;
        const int row = static_cast<int>(index) / groups;
        const int at = (static_cast<int>(index) - row * groups) * V;
        *reinterpret_cast<Pack<T, V> *>(y + static_cast<int64_t>(row) * y_row + at) =
            *reinterpret_cast<const Pack<T, V> *>(x + static_cast<int64_t>(row) * x_row + at);
    }
};

struct Pad {
    Image x;
    Image y;
    int c;
    int top;
    int left;
    float fill;

    DMS_HD void operator()(int64_t index) const {
        const Place p = place_of(y, c, static_cast<int>(index));
        const int row = p.y - top;
        const int column = p.x - left;
        const bool inside = row >= 0 && row < x.h && column >= 0 && column < x.w;
        y.put(y.at(p.n, p.c, p.y, p.x), inside ? x.get(x.at(p.n, p.c, row, column)) : fill);
    }
};

struct Resize {
    Image x;
    Image y;
    int c;
    const int32_t *rows;
    const float *row_weights;
    int row_taps;
    const int32_t *columns;
    const float *column_weights;
    int column_taps;

    DMS_HD void operator()(int64_t index) const {
        const Place p = place_of(y, c, static_cast<int>(index));
        float sum = 0.0f;
        for (int k = 0; k < row_taps; k++) {
            const int row = rows[p.y * row_taps + k];
            float line = 0.0f;
            for (int m = 0; m < column_taps; m++) {
                const int column = columns[p.x * column_taps + m];
                line += column_weights[p.x * column_taps + m] * x.get(x.at(p.n, p.c, row, column));
            }
            sum += row_weights[p.y * row_taps + k] * line;
        }
        y.put(y.at(p.n, p.c, p.y, p.x), sum);
    }
};

struct NdCopy {
    const void *x;
    void *y;
    int x_half;
    int y_half;
    int rank;
    int64_t dims[DMS_MAX_RANK];
    int64_t x_strides[DMS_MAX_RANK];
    int64_t y_strides[DMS_MAX_RANK];

    DMS_HD void operator()(int64_t index) const {
        int64_t from = 0;
        int64_t to = 0;
        for (int i = rank - 1; i >= 0; i--) {
            const int64_t k = index % dims[i];
            index /= dims[i];
            from += k * x_strides[i];
            to += k * y_strides[i];
        }
        store(y, y_half, to, load(x, x_half, from));
    }
};

struct NdGather {
    const void *x;
    const int32_t *tables;
    void *y;
    int half;
    float fill;
    int rank;
    int64_t dims[DMS_MAX_RANK];
    int64_t x_strides[DMS_MAX_RANK];
    int64_t offsets[DMS_MAX_RANK];

    DMS_HD void operator()(int64_t index) const {
        int64_t rest = index;
        int64_t from = 0;
        bool inside = true;
        for (int i = rank - 1; i >= 0; i--) {
            const int32_t k = tables[offsets[i] + rest % dims[i]];
            rest /= dims[i];
            inside = inside && k >= 0;
            from += k * x_strides[i];
        }
        store(y, half, index, inside ? load(x, half, from) : fill);
    }
};

} // namespace dms

#endif
