/* Packing of weights. */
#ifndef DMS_WEIGHTS_H
#define DMS_WEIGHTS_H

#include "element.h"

namespace dms {

/* What is kept of an axis: range r begins at start[r] in the master and at from[r] in the result. */
template <int R>
struct Cut {
    int count;
    int start[R];
    int from[R];

    /* Index in the master of index i of the result. */
    DMS_HD int source(int i) const {
        if (R == 1) {
            return start[0] + i; // said outright: a search over one element would bring the arrays to memory
        }
        int low = 0;
        int high = count - 1;
        while (low < high) {
            const int middle = (low + high + 1) / 2;
            if (from[middle] <= i) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return start[low] + (i - from[low]);
    }
};

/* One element of the result for each index, in the order of its memory; R limits the ranges of an axis. */
template <int R>
struct PackWeights {
    const float *master;
    const float *scale;
    void *packed;
    Cut<R> cut0;
    Cut<R> cut1;
    int size1;
    int kernel;
    int kept0;
    int kept1;
    int k;
    int c;
    int order;
    int half;
    int k_axis;
    int scale_axis;
    int group_size;

    DMS_HD void operator()(int64_t index) const {
        const int i = static_cast<int>(index);
        int at_k;
        int at_c;
        int at_s;
        switch (order) {
        case DMS_KCRS:
            at_s = i % kernel;
            at_c = i / kernel % c;
            at_k = i / kernel / c;
            break;
        case DMS_KRSC:
            at_c = i % c;
            at_s = i / c % kernel;
            at_k = i / c / kernel;
            break;
        case DMS_CRSK:
            at_k = i % k;
            at_s = i / k % kernel;
            at_c = i / k / kernel;
            break;
        default:
            at_k = i % k;
            at_c = i / k % c;
            at_s = i / k / c;
            break;
        }
        const int at0 = k_axis == 0 ? at_k : at_c;
        const int at1 = k_axis == 0 ? at_c : at_k;
        float value = 0.0f;
        if (at0 < kept0 && at1 < kept1) {
            value = master[(static_cast<int64_t>(cut0.source(at0)) * size1 + cut1.source(at1)) * kernel + at_s];
            if (scale != nullptr) {
                value *= scale[scale_axis == 0 ? at0 : at0 / group_size * kept1 + at1];
            }
        }
        store(packed, half, i, value);
    }
};

} // namespace dms

#endif
