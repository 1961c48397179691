#include "rows.h"

#include "launch.h"

namespace dms {
namespace {

/* Threads in a team where few rows are beside each other, else one for each row. */
template <class Body>
int32_t rows(const char *function, const Body &body, int64_t outer, int64_t axis, int64_t inner, void *stream) {
    return inner < 8 ? teams(function, body, outer * inner, axis, stream)
                     : each(function, Solo<Body>{body}, outer * inner, stream);
}

} // namespace
} // namespace dms

extern "C" {

int32_t dms_reduce(int32_t kind, const void *x, int32_t x_type, int64_t outer, int64_t axis, int64_t inner,
                   int64_t x_outer_stride, int64_t x_axis_stride, void *y, int32_t y_type, int64_t y_outer_stride,
                   void *stream) {
    using namespace dms;
    Check check("dms_reduce");
    check.among(kind, DMS_REDUCE_MAX + 1, "kind");
    check.address(x, "x");
    check.address(y, "y");
    check.among(x_type, 2, "x_type");
    check.among(y_type, 2, "y_type");
    check.positive(outer, "outer");
    check.positive(axis, "axis");
    check.positive(inner, "inner");
    if (!check.ok()) {
        return check.status();
    }
    const Reduce body = {x, y, x_type, y_type, kind, axis, inner, x_outer_stride, x_axis_stride, y_outer_stride};
    return rows("dms_reduce", body, outer, axis, inner, stream);
}

int32_t dms_softmax(const void *x, int32_t x_type, int64_t outer, int64_t axis, int64_t inner, void *y, int32_t y_type,
                    void *stream) {
    using namespace dms;
    Check check("dms_softmax");
    check.address(x, "x");
    check.address(y, "y");
    check.among(x_type, 2, "x_type");
    check.among(y_type, 2, "y_type");
    check.positive(outer, "outer");
    check.positive(axis, "axis");
    check.positive(inner, "inner");
    check.that(x != y || x_type == y_type, "in place needs one type; y_type", y_type);
    if (!check.ok()) {
        return check.status();
    }
    const Softmax body = {x, y, x_type, y_type, axis, inner};
    return rows("dms_softmax", body, outer, axis, inner, stream);
}

int32_t dms_lrn(const void *x, int32_t x_format, int32_t x_pitch, void *y, int32_t y_format, int32_t y_pitch,
                int32_t n, int32_t c, int32_t hw, int32_t size, float alpha, float beta, float bias, void *stream) {
    using namespace dms;
    Check check("dms_lrn");
    Lrn body;
    body.x = check.image(x, x_format, x_pitch, n, c, 1, hw, "x");
    body.y = check.image(y, y_format, y_pitch, n, c, 1, hw, "y");
    check.that(x != y, "x and y must not be the same; y's format", y_format);
    check.positive(size, "size");
    if (!check.ok()) {
        return check.status();
    }
    body.c = c;
    body.before = (size - 1) / 2;
    body.behind = size / 2;
    body.factor = alpha / static_cast<float>(size);
    body.beta = beta;
    body.bias = bias;
    return each("dms_lrn", body, static_cast<int64_t>(n) * c * hw, stream);
}

int32_t dms_top_k(const void *x, int32_t x_type, int32_t rows, int32_t columns, int64_t row_stride, int32_t k,
                  float *values, int32_t *indices, void *stream) {
    using namespace dms;
    Check check("dms_top_k");
    check.address(x, "x");
    check.among(x_type, 2, "x_type");
    check.positive(rows, "rows");
    check.positive(columns, "columns");
    check.that(row_stride >= columns || rows == 1, "row_stride must be at least columns", row_stride);
    check.positive(k, "k");
    check.that(k <= columns && k <= DMS_MAX_TOP_K, "k must be at most 1024 and at most columns", k);
    check.address(values, "values");
    check.address(indices, "indices");
    if (!check.ok()) {
        return check.status();
    }
    const TopK body = {x, x_type, columns, row_stride, k, values, indices};
    return teams("dms_top_k", body, rows, columns, stream);
}
}
