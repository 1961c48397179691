#include "pointwise.h"

#include "launch.h"

namespace dms {
namespace {

bool aligned(const void *p, int bytes) { return reinterpret_cast<uintptr_t>(p) % bytes == 0; }

template <class T, int V, bool CHANNELS_LAST>
int32_t run(const Epilogue &e, int n, int hw, void *stream) {
    EpilogueRun<T, V, CHANNELS_LAST> body;
    body.x = static_cast<const T *>(e.x.data);
    body.residual = static_cast<const T *>(e.residual.data);
    body.y = static_cast<T *>(e.y.data);
    body.x_pitch = e.x.pitch;
    body.r_pitch = e.residual.pitch;
    body.y_pitch = e.y.pitch;
    body.c = e.c;
    body.hw = hw;
    body.finish = e.finish;
    return each("dms_epilogue", body, static_cast<int64_t>(n) * e.c * hw / V, stream);
}

/* The widest run that extents, pitches and addresses allow. */
template <class T, int V>
int32_t widest(const Epilogue &e, int n, int hw, void *stream) {
    const bool last = e.y.channels_last != 0;
    const bool r = e.residual.data != nullptr;
    const int bytes = static_cast<int>(sizeof(T)) * V;
    const int pitches = last ? e.x.pitch | e.y.pitch | (r ? e.residual.pitch : 0) : 0;
    const bool fits = ((last ? e.c : hw) | pitches) % V == 0 && aligned(e.x.data, bytes) && aligned(e.y.data, bytes) &&
                      aligned(e.residual.data, bytes);
    if (last) {
        return fits ? run<T, V, true>(e, n, hw, stream) : run<T, 1, true>(e, n, hw, stream);
    }
    return fits ? run<T, V, false>(e, n, hw, stream) : run<T, 1, false>(e, n, hw, stream);
}

void strides(Check &check, int32_t rank, const int64_t *dims, const int64_t *a, const int64_t *b) {
    check.positive(rank, "rank");
    check.that(rank <= DMS_MAX_RANK, "rank must be at most 8", rank);
    check.address(dims, "dims");
    check.address(a, "strides");
    check.address(b, "strides");
    for (int i = 0; check.ok() && i < rank; i++) {
        check.positive(dims[i], "an extent");
    }
}

} // namespace
} // namespace dms

extern "C" {

int32_t dms_epilogue(const void *x, int32_t x_format, int32_t x_pitch, const void *residual, int32_t r_format,
                     int32_t r_pitch, void *y, int32_t y_format, int32_t y_pitch, int32_t n, int32_t c, int32_t hw,
                     const float *scale, const float *bias, const float *slopes, int32_t first, float p1, float q1,
                     int32_t second, float p2, float q2, void *stream) {
    using namespace dms;
    Check check("dms_epilogue");
    Epilogue e;
    e.x = check.image(x, x_format, x_pitch, n, c, 1, hw, "x");
    e.y = check.image(y, y_format, y_pitch, n, c, 1, hw, "y");
    if (residual != nullptr) {
        e.residual = check.image(residual, r_format, r_pitch, n, c, 1, hw, "residual");
    } else {
        e.residual = e.y;
        e.residual.data = nullptr;
    }
    check.activation(first, slopes);
    check.activation(second, slopes);
    if (!check.ok()) {
        return check.status();
    }
    e.c = c;
    e.finish.scale = scale;
    e.finish.bias = bias;
    e.finish.slopes = slopes;
    e.finish.first = Activation{first, p1, q1};
    e.finish.second = Activation{second, p2, q2};
    e.finish.choose();
    if (x_format == y_format && (residual == nullptr || r_format == y_format)) {
        return e.y.half ? widest<Half, 8>(e, n, hw, stream) : widest<float, 4>(e, n, hw, stream);
    }
    return each("dms_epilogue", e, static_cast<int64_t>(n) * c * hw, stream);
}

int32_t dms_binary(int32_t kind, const void *a, int32_t a_format, int32_t a_pitch, const void *b, int32_t b_format,
                   int32_t b_pitch, int32_t b_axes, void *y, int32_t y_format, int32_t y_pitch, int32_t n, int32_t c,
                   int32_t h, int32_t w, int32_t activation, float p, float q, void *stream) {
    using namespace dms;
    Check check("dms_binary");
    check.among(kind, DMS_DIV_INTO + 1, "kind");
    check.among(b_axes, 16, "b_axes");
    Binary body;
    body.a = check.image(a, a_format, a_pitch, n, c, h, w, "a");
    body.b = check.image(b, b_format, b_pitch, (b_axes & 1) ? n : 1, (b_axes & 2) ? c : 1, (b_axes & 4) ? h : 1,
                         (b_axes & 8) ? w : 1, "b");
    body.y = check.image(y, y_format, y_pitch, n, c, h, w, "y");
    check.among(activation, DMS_PRELU, "activation");
    if (!check.ok()) {
        return check.status();
    }
    body.c = c;
    body.kind = kind;
    body.axes = b_axes;
    body.activation = Activation{activation, p, q};
    return each("dms_binary", body, static_cast<int64_t>(n) * c * h * w, stream);
}

int32_t dms_nd_binary(int32_t kind, int32_t rank, const int64_t *dims, const void *a, const int64_t *a_strides,
                      const void *b, const int64_t *b_strides, void *y, int32_t type, void *stream) {
    using namespace dms;
    Check check("dms_nd_binary");
    check.among(kind, DMS_DIV_INTO + 1, "kind");
    check.address(a, "a");
    check.address(b, "b");
    check.address(y, "y");
    check.among(type, 2, "type");
    strides(check, rank, dims, a_strides, b_strides);
    if (!check.ok()) {
        return check.status();
    }
    NdBinary body;
    body.a = a;
    body.b = b;
    body.y = y;
    body.half = type;
    body.kind = kind;
    body.rank = rank;
    int64_t count = 1;
    for (int i = 0; i < rank; i++) {
        body.dims[i] = dims[i];
        body.a_strides[i] = a_strides[i];
        body.b_strides[i] = b_strides[i];
        count *= dims[i];
    }
    return each("dms_nd_binary", body, count, stream);
}
}
