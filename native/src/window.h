/* Windows that slide over an image: depthwise convolution, pools. */
#ifndef DMS_WINDOW_H
#define DMS_WINDOW_H

#include "element.h"

namespace dms {

/* Geometry of a window; bottom and right padding follow from the extent of the result. */
struct Window {
    int kh;
    int kw;
    int stride_h;
    int stride_w;
    int top;
    int left;
    int dilation_h;
    int dilation_w;
};

/* Any formats and pitches, one element for each index, in the order of y. */
struct Depthwise {
    Image x;
    Image y;
    const void *weights;
    int w_half;
    const float *bias;
    int c;
    Window win;
    Activation activation;

    DMS_HD void operator()(int64_t index) const {
        const Place p = place_of(y, c, static_cast<int>(index));
        float sum = 0.0f;
        for (int i = 0; i < win.kh; i++) {
            const int row = p.y * win.stride_h - win.top + i * win.dilation_h;
            if (row < 0 || row >= x.h) {
                continue;
            }
            for (int j = 0; j < win.kw; j++) {
                const int column = p.x * win.stride_w - win.left + j * win.dilation_w;
                if (column >= 0 && column < x.w) {
                    sum += x.get(x.at(p.n, p.c, row, column)) * load(weights, w_half, (i * win.kw + j) * c + p.c);
                }
            }
        }
        if (bias != nullptr) {
            sum += bias[p.c];
        }
        y.put(y.at(p.n, p.c, p.y, p.x), activate(activation, sum, 0.0f));
    }
};

/* The fast way for channels last and one type: V channels of one pixel for each index. */
template <class T, int V>
struct DepthwiseRun {
    Image x;
    Image y;
    const T *weights;
    const float *bias;
    int c;
    Window win;
    Activation activation;
    Bounds bounds;
    bool bounded;

    DMS_HD void operator()(int64_t index) const {
        const int groups = c / V;
        int pixel = static_cast<int>(index) / groups;
        const int channel = (static_cast<int>(index) - pixel * groups) * V;
        const int out = pixel * y.pitch + channel;
        const int ox = pixel % y.w;
        pixel /= y.w;
        const int oy = pixel % y.h;
        const int n = pixel / y.h;
        float sum[V];
        for (int v = 0; v < V; v++) {
            sum[v] = bias != nullptr ? bias[channel + v] : 0.0f;
        }
        const T *from = static_cast<const T *>(x.data) + channel;
        for (int i = 0; i < win.kh; i++) {
            const int row = oy * win.stride_h - win.top + i * win.dilation_h;
            if (row < 0 || row >= x.h) {
                continue;
            }
            for (int j = 0; j < win.kw; j++) {
                const int column = ox * win.stride_w - win.left + j * win.dilation_w;
                if (column < 0 || column >= x.w) {
                    continue;
                }
                const Pack<T, V> a =
                    *reinterpret_cast<const Pack<T, V> *>(from + ((n * x.h + row) * x.w + column) * x.pitch);
                const Pack<T, V> b =
                    *reinterpret_cast<const Pack<T, V> *>(weights + (i * win.kw + j) * c + channel);
                for (int v = 0; v < V; v++) {
                    sum[v] += to_float(a.v[v]) * to_float(b.v[v]);
                }
            }
        }
        Pack<T, V> result;
        DMS_UNROLL
        for (int v = 0; v < V; v++) {
            from_float(bounded ? bounds(sum[v]) : activate(activation, sum[v], 0.0f), result.v[v]);
        }
        *reinterpret_cast<Pack<T, V> *>(static_cast<T *>(y.data) + out) = result;
    }
};

/* One element of the result for each index, in the order of y. NaN in a window makes a maximum NaN. */
struct Pool {
    Image x;
    Image y;
    int c;
    int kind;
    Window win;

    DMS_HD void operator()(int64_t index) const {
        const Place p = place_of(y, c, static_cast<int>(index));
        float best = -infinity();
        float sum = 0.0f;
        int inside = 0;
        for (int i = 0; i < win.kh; i++) {
            const int row = p.y * win.stride_h - win.top + i * win.dilation_h;
            if (row < 0 || row >= x.h) {
                continue;
            }
            for (int j = 0; j < win.kw; j++) {
                const int column = p.x * win.stride_w - win.left + j * win.dilation_w;
                if (column < 0 || column >= x.w) {
                    continue;
                }
                const float v = x.get(x.at(p.n, p.c, row, column));
                best = v > best || v != v ? v : best;
                sum += v;
                inside++;
            }
        }
        const int divisor = kind == DMS_POOL_AVERAGE_WINDOW ? win.kh * win.kw : inside;
        const float average = inside == 0 ? 0.0f : sum / static_cast<float>(divisor);
        y.put(y.at(p.n, p.c, p.y, p.x), kind == DMS_POOL_MAX ? best : average);
    }
};

} // namespace dms

#endif
