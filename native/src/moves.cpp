#include "moves.h"

#include "launch.h"
#include "transpose.h"

namespace dms {
namespace {

bool aligned(const void *p, int bytes) { return reinterpret_cast<uintptr_t>(p) % bytes == 0; }

template <class T, int V>
int32_t copy(const Convert &m, int rows, int run, int x_row, int y_row, void *stream) {
    const CopyRows<T, V> body = {static_cast<const T *>(m.x.data), static_cast<T *>(m.y.data), x_row, y_row, run};
    return each("dms_convert", body, static_cast<int64_t>(rows) * run / V, stream);
}

/* One format: rows are pixels where channels are last, else images. */
template <class T, int V>
int32_t copy_rows(const Convert &m, int n, int hw, void *stream) {
    const bool last = m.y.channels_last != 0;
    const int rows = last ? n * hw : n;
    const int run = last ? m.c : m.c * hw;
    const int x_row = last ? m.x.pitch : m.x.pitch * hw;
    const int y_row = last ? m.y.pitch : m.y.pitch * hw;
    const int bytes = static_cast<int>(sizeof(T)) * V;
    const bool fits = (run | (rows > 1 ? x_row | y_row : 0)) % V == 0 && aligned(m.x.data, bytes) &&
                      aligned(m.y.data, bytes);
    return fits ? copy<T, V>(m, rows, run, x_row, y_row, stream) : copy<T, 1>(m, rows, run, x_row, y_row, stream);
}

/* Checks extents and strides of a tensor of any rank; how many elements it has. */
int64_t extents(Check &check, int32_t rank, const int64_t *dims, const int64_t *strides) {
    check.positive(rank, "rank");
    check.that(rank <= DMS_MAX_RANK, "rank must be at most 8", rank);
    check.address(dims, "dims");
    check.address(strides, "strides");
    int64_t count = 1;
    for (int i = 0; check.ok() && i < rank; i++) {
        check.positive(dims[i], "an extent");
        count *= dims[i];
    }
    return count;
}

} // namespace
} // namespace dms

extern "C" {

int32_t dms_convert(const void *x, int32_t x_format, int32_t x_pitch, void *y, int32_t y_format, int32_t y_pitch,
                    int32_t n, int32_t c, int32_t hw, void *stream) {
    using namespace dms;
    Check check("dms_convert");
    Convert body;
    body.x = check.image(x, x_format, x_pitch, n, c, 1, hw, "x");
    body.y = check.image(y, y_format, y_pitch, n, c, 1, hw, "y");
    if (!check.ok()) {
        return check.status();
    }
    body.c = c;
    body.groups = 1;
    if (x_format == y_format) {
        return body.y.half ? copy_rows<Half, 8>(body, n, hw, stream) : copy_rows<float, 4>(body, n, hw, stream);
    }
    if (body.x.channels_last != body.y.channels_last && c >= 8 && hw >= 8) {
        return transpose(body, n, hw, stream);
    }
    return each("dms_convert", body, static_cast<int64_t>(n) * c * hw, stream);
}

int32_t dms_shuffle(const void *x, int32_t x_format, int32_t x_pitch, void *y, int32_t y_format, int32_t y_pitch,
                    int32_t n, int32_t c, int32_t hw, int32_t groups, void *stream) {
    using namespace dms;
    Check check("dms_shuffle");
    Convert body;
    body.x = check.image(x, x_format, x_pitch, n, c, 1, hw, "x");
    body.y = check.image(y, y_format, y_pitch, n, c, 1, hw, "y");
    check.positive(groups, "groups");
    check.that(check.ok() && c % groups == 0, "groups must divide c", groups);
    if (!check.ok()) {
        return check.status();
    }
    body.c = c;
    body.groups = groups;
    return each("dms_shuffle", body, static_cast<int64_t>(n) * c * hw, stream);
}

int32_t dms_pad(const void *x, int32_t x_format, int32_t x_pitch, int32_t n, int32_t c, int32_t h, int32_t w, void *y,
                int32_t y_format, int32_t y_pitch, int32_t out_h, int32_t out_w, int32_t top, int32_t left, float fill,
                void *stream) {
    using namespace dms;
    Check check("dms_pad");
    Pad body;
    body.x = check.image(x, x_format, x_pitch, n, c, h, w, "x");
    body.y = check.image(y, y_format, y_pitch, n, c, out_h, out_w, "y");
    if (!check.ok()) {
        return check.status();
    }
    body.c = c;
    body.top = top;
    body.left = left;
    body.fill = fill;
    return each("dms_pad", body, static_cast<int64_t>(n) * c * out_h * out_w, stream);
}

int32_t dms_resize(const void *x, int32_t x_format, int32_t x_pitch, int32_t n, int32_t c, int32_t h, int32_t w,
                   void *y, int32_t y_format, int32_t y_pitch, int32_t out_h, int32_t out_w,
                   const int32_t *row_indices, const float *row_weights, int32_t row_taps,
                   const int32_t *column_indices, const float *column_weights, int32_t column_taps, void *stream) {
    using namespace dms;
    Check check("dms_resize");
    Resize body;
    body.x = check.image(x, x_format, x_pitch, n, c, h, w, "x");
    body.y = check.image(y, y_format, y_pitch, n, c, out_h, out_w, "y");
    check.address(row_indices, "row_indices");
    check.address(row_weights, "row_weights");
    check.address(column_indices, "column_indices");
    check.address(column_weights, "column_weights");
    check.positive(row_taps, "row_taps");
    check.positive(column_taps, "column_taps");
    if (!check.ok()) {
        return check.status();
    }
    body.c = c;
    body.rows = row_indices;
    body.row_weights = row_weights;
    body.row_taps = row_taps;
    body.columns = column_indices;
    body.column_weights = column_weights;
    body.column_taps = column_taps;
    return each("dms_resize", body, static_cast<int64_t>(n) * c * out_h * out_w, stream);
}

int32_t dms_nd_copy(int32_t rank, const int64_t *dims, const void *x, int32_t x_type, const int64_t *x_strides,
                    void *y, int32_t y_type, const int64_t *y_strides, void *stream) {
    using namespace dms;
    Check check("dms_nd_copy");
    const int64_t count = extents(check, rank, dims, x_strides);
    check.address(y_strides, "strides");
    check.address(x, "x");
    check.address(y, "y");
    check.among(x_type, 2, "x_type");
    check.among(y_type, 2, "y_type");
    if (!check.ok()) {
        return check.status();
    }
    NdCopy body;
    body.x = x;
    body.y = y;
    body.x_half = x_type;
    body.y_half = y_type;
    body.rank = rank;
    for (int i = 0; i < rank; i++) {
        body.dims[i] = dims[i];
        body.x_strides[i] = x_strides[i];
        body.y_strides[i] = y_strides[i];
    }
    return each("dms_nd_copy", body, count, stream);
}

int32_t dms_nd_gather(int32_t rank, const int64_t *dims, const void *x, const int64_t *x_strides,
                      const int32_t *tables, float fill, void *y, int32_t type, void *stream) {
    using namespace dms;
    Check check("dms_nd_gather");
    const int64_t count = extents(check, rank, dims, x_strides);
    check.address(x, "x");
    check.address(y, "y");
    check.address(tables, "tables");
    check.among(type, 2, "type");
    if (!check.ok()) {
        return check.status();
    }
    NdGather body;
    body.x = x;
    body.tables = tables;
    body.y = y;
    body.half = type;
    body.fill = fill;
    body.rank = rank;
    int64_t offset = 0;
    for (int i = 0; i < rank; i++) {
        body.dims[i] = dims[i];
        body.x_strides[i] = x_strides[i];
        body.offsets[i] = offset;
        offset += dims[i];
    }
    return each("dms_nd_gather", body, count, stream);
}
}
