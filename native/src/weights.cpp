#include "weights.h"

#include "launch.h"

namespace dms {
namespace {

/* Checks the ranges of an axis; how much they keep. */
int kept(Check &check, int32_t size, const int32_t *ranges, int32_t count, const char *name) {
    check.positive(size, "size");
    check.address(ranges, name);
    check.positive(count, "the number of ranges");
    if (check.ok() && count > DMS_MAX_RANGES) {
        check.that(false, "there may be at most 128 ranges", count);
    }
    int sum = 0;
    int64_t end = 0;
    for (int r = 0; check.ok() && r < count; r++) {
        const int64_t start = ranges[2 * r];
        const int64_t length = ranges[2 * r + 1];
        check.that(start >= end, "ranges must ascend and not overlap; a start", start);
        check.positive(length, "the length of a range");
        check.that(start + length <= size, "a range must end inside the axis; its end", start + length);
        end = start + length;
        sum += static_cast<int>(length);
    }
    return sum;
}

template <int R>
Cut<R> cut(const int32_t *ranges, int32_t count) {
    Cut<R> t;
    t.count = count;
    int at = 0;
    for (int r = 0; r < count; r++) {
        t.start[r] = ranges[2 * r];
        t.from[r] = at;
        at += ranges[2 * r + 1];
    }
    return t;
}

struct Given {
    const float *master;
    const int32_t *ranges0;
    const int32_t *ranges1;
    int32_t count0;
    int32_t count1;
    const float *scale;
    void *packed;
};

template <int R>
int32_t pack(const Given &g, const PackWeights<1> &shape, int64_t elements, void *stream) {
    PackWeights<R> body;
    body.master = g.master;
    body.scale = g.scale;
    body.packed = g.packed;
    body.cut0 = cut<R>(g.ranges0, g.count0);
    body.cut1 = cut<R>(g.ranges1, g.count1);
    body.size1 = shape.size1;
    body.kernel = shape.kernel;
    body.kept0 = shape.kept0;
    body.kept1 = shape.kept1;
    body.k = shape.k;
    body.c = shape.c;
    body.order = shape.order;
    body.half = shape.half;
    body.k_axis = shape.k_axis;
    body.scale_axis = shape.scale_axis;
    body.group_size = shape.group_size;
    return each("dms_pack", body, elements, stream);
}

} // namespace
} // namespace dms

extern "C" int32_t dms_pack(const float *master, int32_t size0, int32_t size1, int32_t kernel, const int32_t *ranges0,
                            int32_t count0, const int32_t *ranges1, int32_t count1, int32_t k_axis,
                            const float *scale, int32_t scale_axis, int32_t groups, void *packed, int32_t k, int32_t c,
                            int32_t order, int32_t type, void *stream) {
    using namespace dms;
    Check check("dms_pack");
    check.address(master, "master");
    check.address(packed, "packed");
    check.positive(kernel, "kernel");
    check.among(k_axis, 2, "k_axis");
    check.among(scale_axis, 2, "scale_axis");
    check.positive(groups, "groups");
    check.among(order, 4, "order");
    check.among(type, 2, "type");
    PackWeights<1> s;
    s.kept0 = kept(check, size0, ranges0, count0, "ranges0");
    s.kept1 = kept(check, size1, ranges1, count1, "ranges1");
    if (!check.ok()) {
        return check.status();
    }
    check.that(k >= (k_axis == 0 ? s.kept0 : s.kept1), "k must be at least what is kept", k);
    check.that(c >= (k_axis == 0 ? s.kept1 : s.kept0), "c must be at least what is kept", c);
    check.that(scale == nullptr || scale_axis == 0 || s.kept0 % groups == 0, "groups must divide what axis 0 keeps",
               groups);
    const double elements = static_cast<double>(k) * c * kernel;
    check.that(elements < 2147483648.0, "packed weights must have fewer than 2^31 elements; k", k);
    if (!check.ok()) {
        return check.status();
    }
    s.size1 = size1;
    s.kernel = kernel;
    s.k = k;
    s.c = c;
    s.order = order;
    s.half = type;
    s.k_axis = k_axis;
    s.scale_axis = scale_axis;
    s.group_size = s.kept0 % groups == 0 ? s.kept0 / groups : s.kept0;
    const Given g = {master, ranges0, ranges1, count0, count1, scale, packed};
    const int64_t count = static_cast<int64_t>(elements);
    const int32_t most = count0 > count1 ? count0 : count1;
    return most == 1  ? pack<1>(g, s, count, stream)
           : most <= 8 ? pack<8>(g, s, count, stream)
                       : pack<DMS_MAX_RANGES>(g, s, count, stream);
}
