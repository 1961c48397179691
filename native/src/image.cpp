#include "image.h"

#include <math.h>

#include "launch.h"

namespace dms {
namespace {

/* How an image lies in the tensor: as io.dms.runtime.ImageTensor has it. */
void place(Preprocess &p, int out_h, int out_w, int fit) {
    p.rows = out_h;
    p.columns = out_w;
    if (fit == DMS_LETTERBOX) {
        const double down = static_cast<double>(out_h) / p.height;
        const double right = static_cast<double>(out_w) / p.width;
        const double scale = down < right ? down : right;
        const int rows = static_cast<int>(floor(p.height * scale + 0.5));
        const int columns = static_cast<int>(floor(p.width * scale + 0.5));
        p.rows = rows < 1 ? 1 : (rows > out_h ? out_h : rows);
        p.columns = columns < 1 ? 1 : (columns > out_w ? out_w : columns);
    }
    p.top = (out_h - p.rows) / 2;
    p.left = (out_w - p.columns) / 2;
}

/* ITU-R BT.601-7 and BT.709-6: from the weights of red and blue in luma, and the range of the numbers. */
void colours(Preprocess &p, int which) {
    const bool newer = which == DMS_BT709_LIMITED || which == DMS_BT709_FULL;
    const bool full = which == DMS_BT601_FULL || which == DMS_BT709_FULL;
    const double red = newer ? 0.2126 : 0.299;
    const double blue = newer ? 0.0722 : 0.114;
    const double green = 1 - red - blue;
    const double chroma = full ? 1 : 255.0 / 224.0;
    p.luma = static_cast<float>(full ? 1 : 255.0 / 219.0);
    p.luma_offset = full ? 0.0f : 16.0f;
    p.red_v = static_cast<float>(2 * (1 - red) * chroma);
    p.blue_u = static_cast<float>(2 * (1 - blue) * chroma);
    p.green_u = static_cast<float>(-2 * (1 - blue) * blue / green * chroma);
    p.green_v = static_cast<float>(-2 * (1 - red) * red / green * chroma);
}

} // namespace
} // namespace dms

extern "C" int32_t dms_preprocess(const void *image, const void *chroma, int32_t pixels, int32_t colours,
                                  int32_t height, int32_t width, int32_t row_bytes, int32_t chroma_row_bytes, void *y,
                                  int32_t y_format, int32_t y_pitch, int32_t channels, int32_t out_h, int32_t out_w,
                                  int32_t fit, float factor_r, float factor_g, float factor_b, float offset_r,
                                  float offset_g, float offset_b, void *stream) {
    using namespace dms;
    Check check("dms_preprocess");
    Preprocess p;
    check.address(image, "image");
    check.among(pixels, DMS_YUYV + 1, "pixels");
    check.among(colours, DMS_BT709_FULL + 1, "colours");
    check.among(fit, 2, "fit");
    check.positive(height, "height");
    check.positive(width, "width");
    check.that(height < (1 << 24) && width < (1 << 24), "an image must have fewer than 2^24 rows and columns; height",
               height);
    check.that(channels >= 3, "channels must be at least 3", channels);
    p.y = check.image(y, y_format, y_pitch, 1, channels, out_h, out_w, "y");
    if (!check.ok()) {
        return check.status();
    }
    const int64_t pairs = (static_cast<int64_t>(width) + 1) / 2;
    const int64_t row = pixels == DMS_NV12                             ? width
                        : pixels == DMS_YUYV                           ? 4 * pairs
                        : pixels == DMS_RGBA || pixels == DMS_BGRA ? static_cast<int64_t>(4) * width
                                                                       : static_cast<int64_t>(3) * width;
    check.that(row_bytes >= row, "row_bytes is less than a row of the image has", row_bytes);
    if (pixels == DMS_NV12) {
        check.address(chroma, "chroma");
        check.that(chroma_row_bytes >= 2 * pairs, "chroma_row_bytes is less than a row of pairs has",
                   chroma_row_bytes);
    }
    if (!check.ok()) {
        return check.status();
    }
    p.image = static_cast<const uint8_t *>(image);
    p.chroma = static_cast<const uint8_t *>(chroma);
    p.pixels = pixels;
    p.height = height;
    p.width = width;
    p.row_bytes = row_bytes;
    p.chroma_row_bytes = chroma_row_bytes;
    p.channels = channels;
    p.factor[0] = factor_r;
    p.factor[1] = factor_g;
    p.factor[2] = factor_b;
    p.offset[0] = offset_r;
    p.offset[1] = offset_g;
    p.offset[2] = offset_b;
    place(p, out_h, out_w, fit);
    dms::colours(p, colours);
    return each("dms_preprocess", p, static_cast<int64_t>(out_h) * out_w, stream);
}
