#include "window.h"

#include "launch.h"

namespace dms {
namespace {

Window window(Check &check, int32_t kh, int32_t kw, int32_t stride_h, int32_t stride_w, int32_t top, int32_t left,
              int32_t dilation_h, int32_t dilation_w) {
    check.positive(kh, "kh");
    check.positive(kw, "kw");
    check.positive(stride_h, "stride_h");
    check.positive(stride_w, "stride_w");
    check.positive(dilation_h, "dilation_h");
    check.positive(dilation_w, "dilation_w");
    return Window{kh, kw, stride_h, stride_w, top, left, dilation_h, dilation_w};
}

bool aligned(const void *p, int bytes) { return reinterpret_cast<uintptr_t>(p) % bytes == 0; }

template <class T, int V>
bool runs(const Depthwise &d) {
    const int bytes = static_cast<int>(sizeof(T)) * V;
    return (d.c | d.x.pitch | d.y.pitch) % V == 0 && aligned(d.x.data, bytes) && aligned(d.y.data, bytes) &&
           aligned(d.weights, bytes);
}

template <class T, int V>
int32_t run(const Depthwise &d, int n, void *stream) {
    DepthwiseRun<T, V> body;
    body.x = d.x;
    body.y = d.y;
    body.weights = static_cast<const T *>(d.weights);
    body.bias = d.bias;
    body.c = d.c;
    body.win = d.win;
    body.activation = d.activation;
    body.bounded = bounds_of(d.activation, body.bounds);
    return each("dms_depthwise", body, static_cast<int64_t>(n) * d.c * d.y.h * d.y.w / V, stream);
}

} // namespace
} // namespace dms

extern "C" {

int32_t dms_depthwise(const void *x, int32_t x_format, int32_t x_pitch, int32_t n, int32_t c, int32_t h, int32_t w,
                      const void *weights, int32_t w_type, const float *bias, void *y, int32_t y_format,
                      int32_t y_pitch, int32_t out_h, int32_t out_w, int32_t kh, int32_t kw, int32_t stride_h,
                      int32_t stride_w, int32_t top, int32_t left, int32_t dilation_h, int32_t dilation_w,
                      int32_t activation, float p, float q, void *stream) {
    using namespace dms;
    Check check("dms_depthwise");
    Depthwise d;
    d.x = check.image(x, x_format, x_pitch, n, c, h, w, "x");
    d.y = check.image(y, y_format, y_pitch, n, c, out_h, out_w, "y");
    check.address(weights, "weights");
    check.among(w_type, 2, "w_type");
    d.win = window(check, kh, kw, stride_h, stride_w, top, left, dilation_h, dilation_w);
    check.among(activation, DMS_PRELU, "activation");
    if (!check.ok()) {
        return check.status();
    }
    d.weights = weights;
    d.w_half = w_type;
    d.bias = bias;
    d.c = c;
    d.activation = Activation{activation, p, q};
    if (x_format == y_format && d.y.channels_last && d.y.half == w_type) {
        if (w_type == DMS_F16 && runs<Half, 8>(d)) {
            return run<Half, 8>(d, n, stream);
        }
        if (w_type == DMS_F32 && runs<float, 4>(d)) {
            return run<float, 4>(d, n, stream);
        }
    }
    return each("dms_depthwise", d, static_cast<int64_t>(n) * c * out_h * out_w, stream);
}

int32_t dms_pool(int32_t kind, const void *x, int32_t x_format, int32_t x_pitch, int32_t n, int32_t c, int32_t h,
                 int32_t w, void *y, int32_t y_format, int32_t y_pitch, int32_t out_h, int32_t out_w, int32_t kh,
                 int32_t kw, int32_t stride_h, int32_t stride_w, int32_t top, int32_t left, int32_t dilation_h,
                 int32_t dilation_w, void *stream) {
    using namespace dms;
    Check check("dms_pool");
    Pool body;
    check.among(kind, DMS_POOL_AVERAGE_WINDOW + 1, "kind");
    body.x = check.image(x, x_format, x_pitch, n, c, h, w, "x");
    body.y = check.image(y, y_format, y_pitch, n, c, out_h, out_w, "y");
    body.win = window(check, kh, kw, stride_h, stride_w, top, left, dilation_h, dilation_w);
    if (!check.ok()) {
        return check.status();
    }
    body.c = c;
    body.kind = kind;
    return each("dms_pool", body, static_cast<int64_t>(n) * c * out_h * out_w, stream);
}
}
