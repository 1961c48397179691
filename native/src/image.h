/* Camera images to normalised tensors. */
#ifndef DMS_IMAGE_H
#define DMS_IMAGE_H

#include "element.h"

namespace dms {

/* Where an index of the result lies between two samples of the source: at low and low + 1, share of the second. */
struct Between {
    int low;
    int high;
    float share;
};

/*
 * Index i of out, of in samples that are step pixels wide each, in an image of size pixels: the centre of i is at
 * (2 i + 1) size / (2 out) pixels, sample j's centre at (2 j + 1) step / 2. In whole numbers, so that no rounding moves
 * a pixel.
 */
DMS_HD Between between(int i, int out, int size, int step, int in) {
    const int64_t divisor = static_cast<int64_t>(2) * out * step;
    int64_t at = static_cast<int64_t>(2 * i + 1) * size - static_cast<int64_t>(out) * step;
    const int64_t last = static_cast<int64_t>(in - 1) * divisor;
    at = at < 0 ? 0 : (at > last ? last : at);
    Between b;
    b.low = static_cast<int>(at / divisor);
    b.high = b.low + 1 < in ? b.low + 1 : b.low;
    b.share = static_cast<float>(at - b.low * divisor) / static_cast<float>(divisor);
    return b;
}

DMS_HD float byte_to_float(const uint8_t *p, int64_t at) { return static_cast<float>(p[at]); }

/* A sample between four bytes; column j lies at first + j * step. */
DMS_HD float blend(const uint8_t *p, int64_t row_bytes, const Between &y, const Between &x, int first, int step) {
    const int64_t upper = y.low * row_bytes + first;
    const int64_t lower = y.high * row_bytes + first;
    const int64_t left = static_cast<int64_t>(x.low) * step;
    const int64_t right = static_cast<int64_t>(x.high) * step;
    const float a = byte_to_float(p, upper + left);
    const float b = byte_to_float(p, lower + left);
    const float high = a + (byte_to_float(p, upper + right) - a) * x.share;
    const float low = b + (byte_to_float(p, lower + right) - b) * x.share;
    return high + (low - high) * y.share;
}

DMS_HD float to_byte_range(float v) { return v < 0.0f ? 0.0f : (v > 255.0f ? 255.0f : v); }

/* One pixel of the result for each index; its rows and columns begin at top and left of the tensor. */
struct Preprocess {
    const uint8_t *image;
    const uint8_t *chroma;
    int pixels;
    int height;
    int width;
    int64_t row_bytes;
    int64_t chroma_row_bytes;
    Image y;
    int channels;
    int top;
    int left;
    int rows;
    int columns;
    float factor[3];
    float offset[3];
    /* Y and chroma to colour: scale and offset of Y, and the four factors. */
    float luma;
    float luma_offset;
    float red_v;
    float green_u;
    float green_v;
    float blue_u;

    DMS_HD void operator()(int64_t index) const {
        const int i = static_cast<int>(index);
        const int out_y = i / y.w;
        const int out_x = i - out_y * y.w;
        const int row = out_y - top;
        const int column = out_x - left;
        float rgb[3] = {0.0f, 0.0f, 0.0f};
        if (row >= 0 && row < rows && column >= 0 && column < columns) {
            const Between b = between(row, rows, height, 1, height);
            const Between a = between(column, columns, width, 1, width);
            if (pixels == DMS_NV12 || pixels == DMS_YUYV) {
                from_yuv(row, column, b, a, rgb);
            } else {
                const int step = pixels == DMS_RGBA || pixels == DMS_BGRA ? 4 : 3;
                const bool blue_first = pixels == DMS_BGR || pixels == DMS_BGRA;
                for (int c = 0; c < 3; c++) {
                    rgb[c] = blend(image, row_bytes, b, a, blue_first ? 2 - c : c, step);
                }
            }
            for (int c = 0; c < 3; c++) {
                rgb[c] = rgb[c] * factor[c] + offset[c];
            }
        }
        for (int c = 0; c < channels; c++) {
            y.put(y.at(0, c, out_y, out_x), c < 3 ? rgb[c] : 0.0f);
        }
    }

    DMS_HD void from_yuv(int row, int column, const Between &b, const Between &a, float *rgb) const {
        const int pairs = (width + 1) / 2;
        const Between h = between(column, columns, width, 2, pairs);
        float l;
        float u;
        float v;
        if (pixels == DMS_NV12) {
            const Between k = between(row, rows, height, 2, (height + 1) / 2);
            l = blend(image, row_bytes, b, a, 0, 1);
            u = blend(chroma, chroma_row_bytes, k, h, 0, 2);
            v = blend(chroma, chroma_row_bytes, k, h, 1, 2);
        } else {
            l = blend(image, row_bytes, b, a, 0, 2);
            u = blend(image, row_bytes, b, h, 1, 4);
            v = blend(image, row_bytes, b, h, 3, 4);
        }
        l = (l - luma_offset) * luma;
        u -= 128.0f;
        v -= 128.0f;
        rgb[0] = to_byte_range(l + red_v * v);
        rgb[1] = to_byte_range(l + green_u * u + green_v * v);
        rgb[2] = to_byte_range(l + blue_u * u);
    }
};

} // namespace dms

#endif
