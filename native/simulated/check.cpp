/*
 * Calls every kernel on buffers that are exactly as large as they must be, with odd extents, pitches and offsets too, for
 * sanitizers to watch: results are what Java's tests look at. Exit status 0 where nobody found anything.
 */
#include <stdio.h>
#include <stdlib.h>

#include <memory>
#include <string>
#include <vector>

#include "dms_bridge.h"

namespace {

int calls = 0;

void must(int32_t status) {
    calls++;
    if (status != DMS_OK) {
        fprintf(stderr, "dms_check: call %d: status %d: %s\n", calls, status, dms_last_error());
        exit(1);
    }
}

/* Bytes of their own, so that a sanitizer sees both ends; small numbers in either type. */
class Buffer {
  public:
    Buffer(int64_t elements, int32_t type) : bytes_(elements * (type == DMS_F16 ? 2 : 4)), data_(malloc(bytes_)) {
        for (int64_t i = 0; i < elements; i++) {
            if (type == DMS_F16) {
                static_cast<uint16_t *>(data_.get())[i] = static_cast<uint16_t>(0x3000 + i * 37 % 0x1000);
            } else {
                static_cast<float *>(data_.get())[i] = 0.125f + 0.01f * static_cast<float>(i * 37 % 101);
            }
        }
    }

    void *at(int64_t bytes = 0) const { return static_cast<char *>(data_.get()) + bytes; }
    const float *floats() const { return static_cast<const float *>(data_.get()); }

  private:
    struct Free {
        void operator()(void *p) const { free(p); }
    };
    int64_t bytes_;
    std::unique_ptr<void, Free> data_;
};

int32_t type_of(int32_t format) { return format & 2 ? DMS_F16 : DMS_F32; }

/* An image of c of pitch channels beginning at channel first, its buffer cut behind the last element that is its own. */
struct Image {
    Image(int32_t format, int32_t pitch, int32_t first, int32_t n, int32_t c, int32_t hw)
        : format(format), pitch(pitch),
          buffer(format & 1 ? (int64_t{n} * hw - 1) * pitch + first + c : (int64_t{n} - 1) * pitch * hw + (first + c) * hw,
                 type_of(format)),
          data(buffer.at((format & 1 ? first : int64_t{first} * hw) * (format & 2 ? 2 : 4))) {}

    int32_t format;
    int32_t pitch;
    Buffer buffer;
    void *data;
};

void pointwise(int32_t format, int32_t n, int32_t c, int32_t more, int32_t first, int32_t hw, void *stream) {
    const Image x(format, c + more, first, n, c, hw);
    const Image y(format, c + more, first, n, c, hw);
    const Image other(format ^ 1, c, 0, n, c, hw);
    const Buffer scale(c, DMS_F32);
    const Buffer bias(c, DMS_F32);
    for (int32_t kind = DMS_NONE; kind <= DMS_PRELU; kind++) {
        must(dms_epilogue(x.data, format, x.pitch, y.data, format, y.pitch, y.data, format, y.pitch, n, c, hw,
                          scale.floats(), bias.floats(), bias.floats(), kind, 0.5f, 1.5f, DMS_RELU, 0, 0, stream));
    }
    must(dms_epilogue(x.data, format, x.pitch, nullptr, 0, 0, x.data, format, x.pitch, n, c, hw, nullptr, nullptr,
                      nullptr, DMS_CLIP, 0, 6, DMS_NONE, 0, 0, stream));
    must(dms_epilogue(x.data, format, x.pitch, y.data, format, y.pitch, other.data, other.format, other.pitch, n, c, hw,
                      nullptr, bias.floats(), nullptr, DMS_RELU, 0, 0, DMS_SILU, 0, 0, stream));
    must(dms_binary(DMS_ADD, x.data, format, x.pitch, other.data, other.format, other.pitch, 15, x.data, format, x.pitch,
                    n, c, 1, hw, DMS_RELU, 0, 0, stream));
    for (int32_t to = 0; to < 4; to++) {
        const Image z(to, c + more, first, n, c, hw);
        must(dms_convert(x.data, format, x.pitch, z.data, to, z.pitch, n, c, hw, stream));
        must(dms_lrn(x.data, format, x.pitch, z.data, to, z.pitch, n, c, hw, 5, 1e-4f, 0.75f, 1, stream));
    }
    must(dms_shuffle(x.data, format, x.pitch, other.data, other.format, other.pitch, n, c, hw, 1, stream));
}

void windows(int32_t format, int32_t c, int32_t more, int32_t first, void *stream) {
    const int32_t h = 5, w = 6;
    const Image x(format, c + more, first, 2, c, h * w);
    const Image y(format, c + more, first, 2, c, 3 * 3);
    const Buffer weights(9 * c, type_of(format));
    const Buffer bias(c, DMS_F32);
    for (int32_t kind : {DMS_CLIP, DMS_SILU}) {
        must(dms_depthwise(x.data, format, x.pitch, 2, c, h, w, weights.at(), type_of(format), bias.floats(), y.data,
                           format, y.pitch, 3, 3, 3, 3, 2, 2, 1, 1, 1, 1, kind, 0, 6, stream));
    }
    for (int32_t kind = 0; kind <= DMS_POOL_AVERAGE_WINDOW; kind++) {
        must(dms_pool(kind, x.data, format, x.pitch, 2, c, h, w, y.data, format, y.pitch, 3, 3, 3, 3, 2, 2, 1, 1, 1, 1,
                      stream));
    }
    must(dms_pad(x.data, format, x.pitch, 2, c, h, w, y.data, format, y.pitch, 3, 3, -1, 1, 0, stream));
    const std::vector<int32_t> indices = {0, 1, 2, 3, 4, 4};
    const Buffer taps(6, DMS_F32);
    must(dms_resize(x.data, format, x.pitch, 2, c, h, w, y.data, format, y.pitch, 3, 3, indices.data(), taps.floats(), 2,
                    indices.data(), taps.floats(), 2, stream));
}

void rows(int32_t type, int64_t outer, int64_t axis, int64_t inner, void *stream) {
    const Buffer x(outer * axis * inner, type);
    const Buffer y(outer * inner, type);
    for (int32_t kind = 0; kind <= DMS_REDUCE_MAX; kind++) {
        must(dms_reduce(kind, x.at(), type, outer, axis, inner, axis * inner, inner, y.at(), type, inner, stream));
    }
    must(dms_softmax(x.at(), type, outer, axis, inner, x.at(), type, stream));
    const int32_t k = axis < 3 ? 1 : 3;
    const Buffer values(outer * k, DMS_F32);
    std::vector<int32_t> found(outer * k);
    if (inner == 1) {
        must(dms_top_k(x.at(), type, outer, axis, axis, k, static_cast<float *>(values.at()), found.data(), stream));
    }
}

void weights(void *stream) {
    const Buffer master(24 * 40 * 9, DMS_F32);
    const Buffer scale(24, DMS_F32);
    for (int32_t ranges : {1, 3, 10}) {
        std::vector<int32_t> cut;
        for (int32_t r = 0; r < ranges; r++) {
            cut.insert(cut.end(), {2 * r, ranges == 1 ? 17 : 1});
        }
        const int32_t kept = ranges == 1 ? 17 : ranges;
        for (int32_t order = 0; order < 4; order++) {
            const Buffer packed((kept + 3) * int64_t{kept + 1} * 9, DMS_F16);
            must(dms_pack(master.floats(), 24, 40, 9, cut.data(), ranges, cut.data(), ranges, 0, scale.floats(), 0, 1,
                          packed.at(), kept + 3, kept + 1, order, DMS_F16, stream));
        }
    }
}

void any_rank(int32_t type, void *stream) {
    const std::vector<int64_t> dims = {3, 5, 7};
    const std::vector<int64_t> dense = {35, 7, 1};
    const std::vector<int64_t> turned = {1, 3, 15};
    const std::vector<int64_t> row = {0, 0, 1};
    const Buffer x(105, type);
    const Buffer y(105, type);
    const Buffer few(7, type);
    must(dms_nd_copy(3, dims.data(), x.at(), type, dense.data(), y.at(), type, turned.data(), stream));
    must(dms_nd_binary(DMS_MUL, 3, dims.data(), x.at(), dense.data(), few.at(), row.data(), y.at(), type, stream));
    const std::vector<int32_t> tables = {2, 1, 0, 0, -1, 2, 3, 4, 6, 5, 4, 3, 2, 1, 0};
    must(dms_nd_gather(3, dims.data(), x.at(), dense.data(), tables.data(), 0, y.at(), type, stream));
}

void images(void *stream) {
    const int32_t h = 7, w = 9, pairs = 5;
    for (int32_t pixels = 0; pixels <= DMS_YUYV; pixels++) {
        const int32_t row = pixels == DMS_NV12   ? w
                            : pixels == DMS_YUYV ? 4 * pairs
                                                 : (pixels == DMS_RGBA || pixels == DMS_BGRA ? 4 : 3) * w;
        std::vector<uint8_t> image(h * row, 77);
        std::vector<uint8_t> chroma((h + 1) / 2 * 2 * pairs, 99);
        for (int32_t format = 0; format < 4; format++) {
            const Image y(format, 4, 0, 1, 4, 6 * 5);
            must(dms_preprocess(image.data(), chroma.data(), pixels, DMS_BT709_LIMITED, h, w, row, 2 * pairs, y.data,
                                format, 4, 4, 6, 5, DMS_LETTERBOX, 1, 1, 1, 0, 0, 0, stream));
        }
    }
}

void all(void *stream) {
    for (int32_t format = 0; format < 4; format++) {
        pointwise(format, 2, 16, 8, 8, 8, stream);
        pointwise(format, 2, 13, 5, 3, 9, stream);
        pointwise(format, 1, 40, 0, 0, 35, stream);
        windows(format, 8, 8, 8, stream);
        windows(format, 5, 2, 1, stream);
    }
    for (int32_t type = 0; type < 2; type++) {
        rows(type, 2, 1000, 1, stream);
        rows(type, 3, 49, 1, stream);
        rows(type, 2, 11, 9, stream);
        any_rank(type, stream);
    }
    weights(stream);
    images(stream);
}

} // namespace

int main() {
    all(nullptr);
    printf("%s: %d calls, nothing found\n", dms_build_info(), calls);
    return 0;
}
